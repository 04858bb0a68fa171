package dev.littoral.activities.s3;

import dev.littoral.workflows.model.ExternalSpec;

/**
 * The credentials and the payer of requests to a store.
 *
 * @param profile a profile of the shared AWS config or credentials file; null for the default credential chain
 * @param anonymous whether requests bear no credentials
 * @param requesterPays whether the worker's account pays for requests to another's bucket
 */
public record Access(String profile, boolean anonymous, boolean requesterPays) {
    /** As the worker itself. */
    public static final Access OWN = new Access(null, false, false);

    /** As the spec of a source says. */
    public static Access of(ExternalSpec spec) {
        return new Access(spec.profile(), spec.anonymous(), spec.requesterPays());
    }
}
