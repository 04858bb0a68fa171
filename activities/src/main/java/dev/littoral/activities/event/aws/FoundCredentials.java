package dev.littoral.activities.event.aws;

import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * Credentials whose lack is distinguished from every other failure of a request.
 *
 * @param given where they are looked for
 */
record FoundCredentials(AwsCredentialsProvider given) implements AwsCredentialsProvider {
    /** There are no credentials, or none that can be used. */
    static final class Lack extends SdkClientException {
        private static final long serialVersionUID = 1L;

        Lack(Throwable cause) {
            super(SdkClientException.builder()
                    .message("there are no credentials")
                    .cause(cause));
        }

        /** The SDK makes another exception of one, to say how often it has tried; this one is its cause then. */
        @Override
        public Builder toBuilder() {
            return super.toBuilder().cause(this);
        }
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return given.resolveCredentials();
        } catch (AbortedException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new Lack(e);
        }
    }
}
