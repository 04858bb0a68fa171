package dev.littoral.activities.storage.s3;

import dev.littoral.workflows.model.ExternalSpec;

/**
 * The credentials and the payer of requests to a store.
 *
 * @param profile a profile of the shared AWS config or credentials file; null for the default credential chain
 * @param anonymous whether requests have no credentials
 * @param requesterPays whether the worker's account pays for requests to another's bucket
 */
public record S3Access(String profile, boolean anonymous, boolean requesterPays) {
    /** As the worker itself. */
    public static final S3Access OWN = new S3Access(null, false, false);

    /** As the spec of a source says. */
    public static S3Access of(ExternalSpec spec) {
        return new S3Access(spec.profile(), spec.anonymous(), spec.requesterPays());
    }
}
