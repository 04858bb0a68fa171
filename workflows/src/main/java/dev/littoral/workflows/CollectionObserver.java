package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Job;
import java.time.Instant;

/**
 * Observer of the collections whose workflow tasks a worker runs. Called on threads of workflows, so it must not block,
 * and must be safe for use by many threads. Not called when a workflow is replayed.
 */
@FunctionalInterface
public interface CollectionObserver {
    /** Observes nothing. */
    CollectionObserver NONE = (status, until) -> {};

    /**
     * A collection has looked how it stands.
     *
     * @param until when it looks again at the latest, or null
     */
    void looked(CollectionStatus status, Instant until);

    /** A job of a collection has ended, whether or not its update reported. */
    default void ended(Job job) {}
}
