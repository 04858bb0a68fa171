package dev.littoral.workflows;

/** The states of a collection's state machine; {@link CollectionState} has the table of their transitions. */
enum CollectionPhase {
    /** The catalog was not read yet. */
    STARTING,
    /** No job waits, no update is active. */
    IDLE,
    /** A job waits whose source is not declared. Updates of another source may still stop. */
    DECLARING,
    /** A job waits whose source is declared. */
    LAUNCHING,
    /** An update runs. */
    RUNNING,
    /** An update runs, and a job of the same source waits. */
    RUNNING_NEXT,
    /** An update stops. */
    STOPPING,
    /** An update of the declared source stops, and could still commit; a job waits for its end. */
    STOPPING_NEXT,
    /** An update's workflow closed, or is gone; the head is read to learn how the update ended. */
    INSPECTING,
    /** A version is written that serves an older snapshot again. */
    RESTORING,
    /** The collection is to be retired; an update stops first. */
    ENDING,
    /** The collection's end is written. */
    RETIRING,
    /** The collection has ended, and rejects every request. */
    CLOSED
}
