package dev.littoral.activities.storage.s3;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.io.CharConversionException;
import java.io.EOFException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.NoHttpResponseException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Classifies the exceptions of the AWS SDK. Messages name what was tried, what the store answered and what a person can
 * do; they repeat nothing the store said beyond its status and code, so no secret can be in them.
 */
final class S3Failures {
    private static final Set<String> ACCESS_CODES = Set.of(
            "AccessDenied",
            "AccountProblem",
            "AllAccessDisabled",
            "AuthFailure",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSecurity",
            "InvalidToken",
            "NotSignedUp",
            "RequestExpired",
            "RequestTimeTooSkewed",
            "SignatureDoesNotMatch",
            "TokenRefreshRequired",
            "UnrecognizedClientException",
            // versitygw's code for an unknown access key.
            "XAdminUserNotFound");

    /** Client errors by their status that no person can correct. */
    private static final Set<String> TRANSIENT_CODES = Set.of(
            "BadDigest",
            "ConditionalRequestConflict",
            "IncompleteBody",
            // Of an error that a success turned into, as one said in a reply of 200.
            "InternalError",
            "OperationAborted",
            "RequestTimeout",
            "RequestTimeoutException",
            "ServiceUnavailable",
            "SlowDown");

    private static final Set<String> REGION_CODES = Set.of(
            "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException",
            "IncorrectEndpoint",
            "PermanentRedirect");

    /** Errors whose code may have been lost on the way. */
    private static final Set<ErrorBody.Lack> MAY_BE_CUT_OFF =
            EnumSet.of(ErrorBody.Lack.CUT_OFF, ErrorBody.Lack.NO_LENGTH);

    private static final String ARCHIVED = "InvalidObjectState";

    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9.]{1,64}");

    /** What the ID of an AWS key looks like. */
    private static final Pattern ACCESS_KEY = Pattern.compile("A[A-Z]{3}[A-Z0-9]{12,}");

    /** Codes are words; {@code XAmzContentSHA256Mismatch} has the most digits. Keys have more. */
    private static final int MOST_DIGITS = 3;

    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,32}");

    private static final String UNKNOWN_CODE = "an unknown code";

    private S3Failures() {}

    /**
     * The failure that an exception of the SDK stands for.
     *
     * @param action what was tried, with bucket and key: {@code read s3://bucket/key}
     * @throws InterruptedException when the call ended because its thread was interrupted
     */
    static LittoralException of(String action, SdkException e) throws InterruptedException {
        boolean late = e instanceof ApiCallTimeoutException || e instanceof ApiCallAttemptTimeoutException;
        // The SDK leaves the flag up, or a closed socket, where an interrupt ended the call.
        if (Thread.interrupted()
                || (!late
                        && (find(e, AbortedException.class) != null || find(e, InterruptedException.class) != null))) {
            throw new InterruptedException("interrupted: " + action);
        }
        UnexpectedReplyException strange = find(e, UnexpectedReplyException.class);
        if (strange != null) {
            return LittoralException.strangeReply("Cannot " + action + ": " + strange.getMessage(), e);
        }
        AwsServiceException answer = find(e, AwsServiceException.class);
        if (answer != null) {
            return answered(action, answer);
        }
        if (late) {
            return failure(FailureType.TRANSIENT, action, "the store did not answer in time", "try again later", e);
        }
        if (find(e, IllegalArgumentException.class) != null && find(e, NumberFormatException.class) == null) {
            return failure(
                    FailureType.INPUT, action, "the AWS SDK takes the request for wrong", "check bucket and key", e);
        }
        IOException io = find(e, IOException.class);
        if (io == null && !(e instanceof RetryableException)) {
            return LittoralException.strangeReply(
                    "Cannot " + action + ": the store's reply could not be read; expected a reply as S3 gives it", e);
        }
        if (io instanceof CharConversionException) {
            return LittoralException.strangeReply(
                    "Cannot " + action + ": the store's reply has bytes that are no text in its encoding; expected a"
                            + " reply as S3 gives it",
                    e);
        }
        String found = io == null || io instanceof EOFException
                ? "the reply was cut off"
                : io instanceof NoHttpResponseException
                        ? "the store closed the connection without a reply of HTTP"
                        : "the connection failed (" + io.getClass().getSimpleName() + ")";
        return failure(FailureType.TRANSIENT, action, found, "check the endpoint if it goes on", e);
    }

    /** Failures of which a reply for many objects has only a code for each. */
    static LittoralException ofCode(String action, String code) {
        String known = isCode(code) ? code : UNKNOWN_CODE;
        FailureType type = ACCESS_CODES.contains(known) ? FailureType.ACCESS : FailureType.TRANSIENT;
        return new LittoralException(type, "Cannot " + action + ": the store answers " + known);
    }

    /**
     * Whether there is no object of the key that was read. Any other 404 is a failure: of the bucket, of the
     * credentials, or of something between here and the store.
     */
    static boolean isMissing(AwsServiceException e) {
        return e.statusCode() == 404 && code(e).equals("NoSuchKey");
    }

    /** Whether the object is archived, so that it cannot be read before it is restored. */
    static boolean isArchived(AwsServiceException e) {
        return code(e).equals(ARCHIVED);
    }

    private static LittoralException answered(String action, AwsServiceException e) {
        String said = code(e);
        Optional<ErrorBody.Lack> lack = ErrorBody.Lack.of(said);
        String code = isCode(said) ? said : "";
        int status = e.statusCode();
        String found = "the store answers " + status
                + (code.isEmpty()
                        ? lack.map(ErrorBody.Lack::words).orElse(said.isEmpty() ? "" : " with " + UNKNOWN_CODE)
                        : " " + code);
        if (code.equals(ARCHIVED)) {
            return failure(FailureType.INPUT, action, found, "the object is archived and has to be restored first", e);
        }
        if (TRANSIENT_CODES.contains(code)
                || e.isThrottlingException()
                || status == 408
                || status == 409
                || status == 412
                || status == 425
                || status == 429
                || (status >= 500 && status != 501)) {
            return failure(FailureType.TRANSIENT, action, found, "try again later", e);
        }
        if (status == 307) {
            String advice =
                    "it sends requests for the bucket elsewhere, and a worker goes nowhere that it was not told to:"
                            + " set AWS_REGION or the profile's region to the bucket's, or the endpoint to where the"
                            + " bucket is";
            return failure(FailureType.INPUT, action, found, advice, e);
        }
        if (lack.filter(MAY_BE_CUT_OFF::contains).isPresent()) {
            return failure(FailureType.TRANSIENT, action, found, "try again later", e);
        }
        if (code.equals("RequestTimeTooSkewed")) {
            return failure(FailureType.ACCESS, action, found, "set the worker's clock right", e);
        }
        if (code.contains("Expired")) {
            return failure(FailureType.ACCESS, action, found, "renew the worker's credentials", e);
        }
        if (REGION_CODES.contains(code) || status == 301) {
            String region = region(e);
            String advice = "the bucket is in " + (region.isEmpty() ? "another region" : "region " + region)
                    + ", so set AWS_REGION or the profile's region to it";
            return failure(FailureType.INPUT, action, found, advice, e);
        }
        if (status == 401 || status == 403 || ACCESS_CODES.contains(code) || code.startsWith("KMS.")) {
            return failure(FailureType.ACCESS, action, found, denied(code), e);
        }
        if (code.equals("NoSuchBucket") || code.equals("InvalidBucketName")) {
            return failure(FailureType.INPUT, action, found, "check the bucket's name and the endpoint", e);
        }
        return failure(FailureType.INPUT, action, found, "check the address, the region and the endpoint", e);
    }

    private static String denied(String code) {
        String advice = "check the worker's credentials and what they permit";
        // A store says no more than this of a bucket whose requester pays, or that is not public.
        return code.equals("AccessDenied")
                ? advice + "; a bucket whose requester pays needs \"requesterPays\": true in the spec, one that is read"
                        + " with \"anonymous\": true has to be public"
                : advice;
    }

    private static LittoralException failure(
            FailureType type, String action, String found, String advice, SdkException cause) {
        return new LittoralException(type, "Cannot " + action + ": " + found + "; " + advice, cause);
    }

    private static String code(AwsServiceException e) {
        AwsErrorDetails details = e.awsErrorDetails();
        String code = details == null ? null : details.errorCode();
        // A reply without a body (HEAD) gets its status for a code.
        return code == null || code.equals(String.valueOf(e.statusCode())) ? "" : code;
    }

    /** The region that the store says a bucket is in, or nothing where it says no region's name. */
    private static String region(AwsServiceException e) {
        String region = header(e, "x-amz-bucket-region");
        return REGION.matcher(region).matches() ? region : "";
    }

    /**
     * Whether a code is one to repeat. What a store puts there may be any text, and a secret that it was sent among
     * them.
     */
    static boolean isCode(String code) {
        return code != null
                && CODE.matcher(code).matches()
                && !ACCESS_KEY.matcher(code).find()
                && code.chars().filter(Character::isDigit).count() <= MOST_DIGITS;
    }

    private static String header(AwsServiceException e, String name) {
        AwsErrorDetails details = e.awsErrorDetails();
        return details == null || details.sdkHttpResponse() == null
                ? ""
                : details.sdkHttpResponse().firstMatchingHeader(name).orElse("");
    }

    /** The first of a kind in a chain of causes, or null. */
    static <T extends Throwable> T find(Throwable e, Class<T> type) {
        Throwable t = e;
        // Bounded, as a chain of causes may be a ring.
        for (int i = 0; t != null && i < 32; i++, t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
