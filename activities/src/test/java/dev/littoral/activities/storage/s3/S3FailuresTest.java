package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3FailuresTest {
    @ParameterizedTest
    @CsvSource({
        "400, BadDigest, TRANSIENT",
        "400, RequestTimeout, TRANSIENT",
        "400, ThrottlingException, TRANSIENT",
        "408, , TRANSIENT",
        "409, OperationAborted, TRANSIENT",
        "409, ConditionalRequestConflict, TRANSIENT",
        "412, PreconditionFailed, TRANSIENT",
        "429, TooManyRequests, TRANSIENT",
        "500, InternalError, TRANSIENT",
        "200, InternalError, TRANSIENT",
        "502, , TRANSIENT",
        "503, SlowDown, TRANSIENT",
        "503, XMinioServerNotInitialized, TRANSIENT",
        "504, , TRANSIENT",
        "400, ExpiredToken, ACCESS",
        "400, InvalidToken, ACCESS",
        "400, KMS.DisabledException, ACCESS",
        "401, , ACCESS",
        "403, , ACCESS",
        "403, AccessDenied, ACCESS",
        "403, InvalidAccessKeyId, ACCESS",
        "403, RequestTimeTooSkewed, ACCESS",
        "403, SignatureDoesNotMatch, ACCESS",
        "404, XAdminUserNotFound, ACCESS",
        "301, PermanentRedirect, INPUT",
        "307, TemporaryRedirect, INPUT",
        "307, , INPUT",
        "400, AuthorizationHeaderMalformed, INPUT",
        "400, InvalidBucketName, INPUT",
        "400, , INPUT",
        "403, InvalidObjectState, INPUT",
        "404, NoSuchBucket, INPUT",
        "404, , INPUT",
        "405, MethodNotAllowed, INPUT",
        "501, NotImplemented, INPUT"
    })
    void anAnswerHasItsClass(int status, String code, FailureType expected) throws InterruptedException {
        LittoralException failure = S3Failures.of("read s3://lake/a", answer(status, code, ""));

        assertThat(failure.type()).isEqualTo(expected);
        assertThat(failure.getMessage())
                .startsWith("Cannot read s3://lake/a: the store answers " + status + (code == null ? "" : " " + code))
                .doesNotContain("hush", "null");
    }

    @Test
    void anotherRegionIsNamedWhereTheStoreSaysIt() throws InterruptedException {
        assertThat(S3Failures.of("list s3://lake/", answer(301, "PermanentRedirect", "eu-west-1")))
                .hasMessageContaining("region eu-west-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"eu west", "EU", "eu-west-1\u202E", "<b>", "averyveryveryverylongregion-nobody-has"})
    void aRegionThatIsNoneIsNotRepeated(String region) throws InterruptedException {
        assertThat(S3Failures.of("list s3://lake/", answer(301, "PermanentRedirect", region)))
                .hasMessageContaining("the bucket is in another region")
                .hasMessageNotContaining(region);
    }

    @ParameterizedTest
    @CsvSource({
        "404, NoSuchBucket, check the bucket's name and the endpoint",
        "400, InvalidBucketName, check the bucket's name and the endpoint",
        "307, TemporaryRedirect, set AWS_REGION",
        "403, InvalidObjectState, has to be restored",
        "403, RequestTimeTooSkewed, clock",
        "400, ExpiredToken, renew",
        "403, AccessDenied, credentials",
        "404, , check the address"
    })
    void theAdviceFitsTheAnswer(int status, String code, String advice) throws InterruptedException {
        assertThat(S3Failures.of("list s3://lake/", answer(status, code, ""))).hasMessageContaining(advice);
    }

    @Test
    void ofManyObjectsTooOnlyACodeIsRepeated() {
        assertThat(S3Failures.ofCode("delete", "AccessDenied"))
                .hasMessage("Cannot delete: the store answers AccessDenied");
        for (String code : new String[] {null, "", "AKIAIOSFODNN7EXAMPLE", "no code", "C".repeat(65)}) {
            assertThat(S3Failures.ofCode("delete", code))
                    .hasMessage("Cannot delete: the store answers an unknown code");
        }
    }

    @Test
    void aConnectionThatFailsAndATimeOutPassBy() throws InterruptedException {
        SdkException refused = SdkClientException.create("hush", new ConnectException("refused"));
        assertThat(S3Failures.of("read s3://lake/a", refused).type()).isEqualTo(FailureType.TRANSIENT);
        assertThat(S3Failures.of("read s3://lake/a", refused))
                .hasMessageContaining("ConnectException")
                .hasMessageNotContaining("hush");
        assertThat(S3Failures.of("read s3://lake/a", ApiCallTimeoutException.create(1))
                        .type())
                .isEqualTo(FailureType.TRANSIENT);
        assertThat(S3Failures.of("read s3://lake/a", SdkClientException.create("Could not parse XML response"))
                        .type())
                .isEqualTo(FailureType.TRANSIENT);
    }

    @Test
    void anInterruptIsNoFailure() {
        assertThatThrownBy(() -> S3Failures.of("read s3://lake/a", AbortedException.create("aborted")))
                .isInstanceOf(InterruptedException.class);
        assertThatThrownBy(() -> S3Failures.of(
                        "read s3://lake/a", SdkClientException.create("wrapped", new InterruptedException())))
                .isInstanceOf(InterruptedException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(
                        () -> S3Failures.of("read s3://lake/a", SdkClientException.create("x", new ConnectException())))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private static SdkException answer(int status, String code, String region) {
        return S3Exception.builder()
                .statusCode(status)
                .message("hush")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("hush")
                        .sdkHttpResponse(SdkHttpResponse.builder()
                                .statusCode(status)
                                .putHeader("x-amz-bucket-region", region)
                                .putHeader("Content-Length", "0")
                                .build())
                        .build())
                .build();
    }
}
