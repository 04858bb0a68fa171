package dev.littoral.workflows;

/**
 * The states of a collection's state machine, and the table of their transitions; {@link CollectionState} carries it
 * out.
 *
 * <p>A request becomes a job. At most one job waits and at most one runs. A change replaces the waiting job and stops
 * the running one; a refresh joins the waiting job. {@code change} is to another source, {@code closes} is the result
 * of an update's workflow, {@code timer} is the end of {@code refreshEvery}, {@code done} is that the decision was
 * carried out; {@code -} cannot occur. A rollback is written before any other message is handled.
 *
 * <pre>
 * state         decision change     refresh       cancel     rollback   retire     closes     timer         done
 * STARTING      Idle     -          -             -          -          -          -          -             IDLE
 * IDLE          Idle     DECLARING  LAUNCHING     IDLE       RESTORING  RETIRING   -          LAUNCHING     -
 * DECLARING     Declare  DECLARING  DECLARING     IDLE       DECLARING  RETIRING   -          DECLARING     LAUNCHING
 * LAUNCHING     Launch   DECLARING  LAUNCHING     IDLE       RESTORING  RETIRING   -          LAUNCHING     RUNNING
 * RUNNING       Idle     DECLARING  RUNNING_NEXT  STOPPING   RESTORING  ENDING     INSPECTING RUNNING       -
 * RUNNING_NEXT  Idle     DECLARING  RUNNING_NEXT  STOPPING   RESTORING  ENDING     INSPECTING RUNNING_NEXT  -
 * STOPPING      Idle     DECLARING  STOPPING_NEXT STOPPING   RESTORING  ENDING     INSPECTING STOPPING_NEXT -
 * STOPPING_NEXT Idle     DECLARING  STOPPING_NEXT STOPPING   RESTORING  ENDING     INSPECTING STOPPING_NEXT -
 * INSPECTING    ReadHead INSPECTING INSPECTING    INSPECTING INSPECTING INSPECTING -          INSPECTING    IDLE
 * RESTORING     RollBack -          -             -          -          -          -          RESTORING     IDLE
 * ENDING        Idle     ENDING     ENDING        ENDING     ENDING     ENDING     INSPECTING ENDING        -
 * RETIRING      Retire   RETIRING   RETIRING      RETIRING   RETIRING   RETIRING   -          RETIRING      CLOSED
 * CLOSED        Idle     CLOSED     CLOSED        CLOSED     CLOSED     CLOSED     -          CLOSED        -
 * </pre>
 *
 * <p>The decision is {@code Idle} for a while where changes follow on one another ({@link Policies#gap}), and {@code
 * CheckUpdates} now and then while an update is active ({@link UpdateWatchdog}).
 */
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
