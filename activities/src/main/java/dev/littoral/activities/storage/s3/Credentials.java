package dev.littoral.activities.storage.s3;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;

/**
 * Credentials from where AWS tools expect them. Where there are none it says why, in the SDK's own words without what
 * may be secret in them, and distinguishes missing credentials from a credentials service that is unavailable.
 */
final class Credentials implements AwsCredentialsProvider {
    private static final int MAX_REASON = 300;

    /** The output of a program that should give credentials, and the contents of files, are not repeated. */
    private static final Pattern OTHERS_WORDS = Pattern.compile("(?s)( with error message:|: ProfileFile\\().*");

    /** Long enough for a key, a token or a part of one. */
    private static final Pattern LONG_WORD = Pattern.compile("[A-Za-z0-9+/_=~-]{16,}");

    private static final Pattern UNSHOWABLE = Pattern.compile("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\s]+");

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9.]{1,64}");

    private static final Pattern EXIT = Pattern.compile("exit value \\(-?\\d+\\)");

    private final Supplier<ProfileFile> profiles;
    private final AwsCredentialsProvider chain;
    private final String profile;

    /**
     * Credentials of a profile, or of the default chain.
     *
     * @param profile null for the default chain
     */
    Credentials(Supplier<ProfileFile> profiles, String profile) {
        this.chain = profile == null
                ? DefaultCredentialsProvider.builder().profileFile(profiles).build()
                : ProfileCredentialsProvider.builder()
                        .profileFile(profiles)
                        .profileName(profile)
                        .build();
        this.profiles = profiles;
        this.profile = profile;
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return chain.resolveCredentials();
        } catch (RuntimeException e) {
            if (S3Failures.find(e, InterruptedException.class) != null
                    || S3Failures.find(e, AbortedException.class) != null) {
                throw e;
            }
            throw failure(e);
        }
    }

    private LittoralException failure(RuntimeException e) {
        LittoralException ofProfile = profile == null ? ofDefaultProfile() : null;
        String message = profile == null
                ? "No AWS credentials were found in the environment, the shared files or a role of the worker"
                        + (ofProfile == null ? "" : " (" + ofProfile.getMessage() + ")")
                        + "; a public bucket can be read without any where the spec has \"anonymous\": true"
                : "Profile '" + profile + "' of the worker gives no AWS credentials: " + reason(e);
        return new LittoralException(ofProfile == null ? type(e) : ofProfile.type(), message, e);
    }

    /**
     * Why the profile in the default chain gives none, or null: what the SDK says of the whole chain is too much to
     * read.
     */
    private LittoralException ofDefaultProfile() {
        String name = ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow();
        try {
            if (profiles.get().profile(name).isPresent()) {
                new Credentials(profiles, name).resolveCredentials();
            }
        } catch (LittoralException e) {
            return e;
        } catch (RuntimeException unreadable) {
            return null;
        }
        return null;
    }

    /** A refusal by the service needs a fix; a failure of the service may pass. */
    private static FailureType type(RuntimeException e) {
        AwsServiceException answer = S3Failures.find(e, AwsServiceException.class);
        boolean passes = answer == null
                ? isConnection(e)
                : answer.statusCode() >= 500 || answer.statusCode() == 429 || answer.isThrottlingException();
        return passes ? FailureType.TRANSIENT : FailureType.ACCESS;
    }

    /** Whether a service could not be reached, rather than a file read or a program run. */
    private static boolean isConnection(RuntimeException e) {
        IOException io = S3Failures.find(e, IOException.class);
        return io != null && !(io instanceof FileSystemException) && S3Failures.find(e, SdkException.class) != null;
    }

    private static String reason(RuntimeException e) {
        SdkException first = S3Failures.find(e, SdkException.class);
        if (first instanceof AwsServiceException answer) {
            return answer(answer);
        }
        IOException io = S3Failures.find(e, IOException.class);
        if (isConnection(e)) {
            return "the service that has them cannot be reached ("
                    + io.getClass().getSimpleName() + ")";
        }
        if (io instanceof FileSystemException) {
            return "a file that it needs cannot be read (" + io.getClass().getSimpleName() + ")";
        }
        String message = first == null ? e.getMessage() : first.getMessage();
        return message == null ? e.getClass().getSimpleName() : shown(message) + exitOf(e);
    }

    private static String answer(AwsServiceException e) {
        AwsErrorDetails details = e.awsErrorDetails();
        String service = details == null ? null : details.serviceName();
        String code = details == null ? null : details.errorCode();
        return (isWord(service) ? service : "the service that has them") + " answers " + e.statusCode()
                + (isWord(code) ? " " + code : "");
    }

    private static boolean isWord(String text) {
        return text != null && WORD.matcher(text).matches();
    }

    private static String shown(String message) {
        String shown = LONG_WORD
                .matcher(OTHERS_WORDS.matcher(message).replaceFirst(""))
                .replaceAll(word -> word.group().chars().anyMatch(Character::isDigit) ? "…" : word.group());
        shown = UNSHOWABLE.matcher(shown).replaceAll(" ").strip();
        if (shown.endsWith(".")) {
            shown = shown.substring(0, shown.length() - 1);
        }
        return shown.length() <= MAX_REASON ? shown : shown.substring(0, MAX_REASON) + "…";
    }

    /** How the program ended that should have given them. */
    private static String exitOf(RuntimeException e) {
        String cause = e.getCause() == null ? null : e.getCause().getMessage();
        Matcher exit = EXIT.matcher(cause == null ? "" : cause);
        return exit.find() ? ": " + exit.group() : "";
    }
}
