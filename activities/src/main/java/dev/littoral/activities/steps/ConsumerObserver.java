package dev.littoral.activities.steps;

import dev.littoral.workflows.model.ConsumersSeen;

/** Observer of looks at consumers. Called on threads of activities, so it must be safe for use by many threads. */
@FunctionalInterface
public interface ConsumerObserver {
    /** Observes nothing. */
    ConsumerObserver NONE = (collectionId, seen) -> {};

    /** The consumers of a collection were looked at. */
    void looked(String collectionId, ConsumersSeen seen);
}
