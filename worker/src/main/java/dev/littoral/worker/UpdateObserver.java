package dev.littoral.worker;

import dev.littoral.workflows.model.UpdateReport;

/**
 * Observer of update events: those of the updates that this worker runs, once each, without a workflow's replays.
 * Called on threads of workflows and activities, so it must not block, and must be safe for use by many threads.
 */
interface UpdateObserver {
    /** An update has ended, with whatever outcome, and reports so. */
    void ended(UpdateReport report);

    /** An update was stopped by its collection before it could report. */
    default void stopped() {}

    /**
     * A step has found rows that are new or gone; those of a changed file are both.
     *
     * @param added at least 0
     * @param removed at least 0
     */
    default void rows(long added, long removed) {}
}
