package dev.littoral.workflows;

import dev.littoral.workflows.model.FreshnessStatus;
import java.time.Instant;

/**
 * Observer of the freshness of collections whose workflow tasks a worker runs. Called on threads of workflows, so it
 * must not block, and must be safe for use by many threads. Not called when a workflow is replayed.
 */
@FunctionalInterface
public interface FreshnessObserver {
    /** Observes nothing. */
    FreshnessObserver NONE = (collectionId, freshness, until) -> {};

    /**
     * A collection has looked how fresh it is.
     *
     * @param freshness its state is null where nothing is promised
     * @param until when the collection looks again at the latest, or null
     */
    void looked(String collectionId, FreshnessStatus freshness, Instant until);
}
