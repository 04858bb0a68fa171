package dev.littoral.workflows;

import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.spec.RollbackTarget;
import java.time.Instant;
import java.util.List;

/** A decision of the collection's state machine: what it does next. */
sealed interface Decision {
    /** Declare the waiting job's source in the catalog. */
    record Declare(Job job) implements Decision {}

    /** Start the waiting job's update workflow. */
    record Launch(Job job) implements Decision {}

    /** Read the head, to learn how an update ended that could not report it. */
    record ReadHead(long update) implements Decision {}

    /** Check whether the workflows of active updates are still there. */
    record CheckUpdates(List<Long> updates) implements Decision {}

    /** Write a version that serves an older snapshot again. */
    record RollBack(RollbackTarget target) implements Decision {}

    /** Write the collection's end. */
    record Retire() implements Decision {}

    /**
     * Wait for a message.
     *
     * @param until when the wait ends without one, or null
     */
    record Idle(Instant until) implements Decision {}
}
