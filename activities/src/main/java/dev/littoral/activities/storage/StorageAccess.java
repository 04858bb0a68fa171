package dev.littoral.activities.storage;

import dev.littoral.workflows.model.ExternalSpec;

/**
 * The credentials and the payer of requests to a store.
 *
 * @param profile a profile of the shared AWS config or credentials file; null for the default credential chain
 * @param anonymous whether requests have no credentials
 * @param requesterPays whether the worker's account pays for requests to another's bucket
 */
public record StorageAccess(String profile, boolean anonymous, boolean requesterPays) {
    /** As the worker itself. */
    public static final StorageAccess OWN = new StorageAccess(null, false, false);

    /** As the spec of a source says. */
    public static StorageAccess of(ExternalSpec spec) {
        return new StorageAccess(spec.profile(), spec.anonymous(), spec.requesterPays());
    }
}
