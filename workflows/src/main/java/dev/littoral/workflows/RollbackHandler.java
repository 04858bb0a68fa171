package dev.littoral.workflows;

import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.spec.RollbackTarget;
import java.time.Instant;

/**
 * Handles the rollback of a collection: at most one waits to be written, and no other message is handled meanwhile.
 * While it can be refused it changes nothing; an update that runs is stopped when the version is written.
 */
final class RollbackHandler {
    private final SourceDeclaration declaration;
    private final JobQueue jobs;
    private final RequestHandler requests;

    /** Whether collections roll back; runs of older builds do not. */
    private boolean enabled;

    private Message.Rollback waiting;

    RollbackHandler(SourceDeclaration declaration, JobQueue jobs, RequestHandler requests) {
        this.declaration = declaration;
        this.jobs = jobs;
        this.requests = requests;
    }

    /** From here on the collection rolls back. Called before the first decision of a run. */
    void enable() {
        enabled = true;
        declaration.honorRollbacks();
    }

    void request(Message.Rollback rollback, Instant now) {
        waiting = rollback;
        if (!enabled) {
            refuse(
                    FailureReason.input("this run of the collection began with an older build of Littoral; expected a"
                            + " newer run: cancel the workflow and start the collection again"),
                    now);
        }
    }

    /** Whether a rollback waits to be written. */
    boolean isWaiting() {
        return waiting != null;
    }

    /** Whether it is written next: a change that came before it is declared first. */
    boolean isNext() {
        return waiting != null && !isUndeclared(jobs.pending());
    }

    private boolean isUndeclared(Job pending) {
        return pending != null && !declaration.isDeclared(pending.source());
    }

    /** Whether nothing is refreshed by itself. */
    boolean isPausing() {
        return waiting != null || declaration.isPausedByRollback();
    }

    /** The rollback that waits. */
    RollbackTarget target() {
        return waiting.target();
    }

    /**
     * The head rolls back: what waits ends, and what runs is stopped. Its workflow is to be cancelled before its end is
     * settled.
     */
    void written(Instant now) {
        jobs.active().stop(UpdateState.SUPERSEDED, declaration.head().reason());
        if (waiting.reply() != null) {
            waiting.reply().serve(declaration.head().version());
        }
        waiting = null;
        prepare(now);
    }

    /** The rollback is not written. */
    void refuse(FailureReason why, Instant now) {
        Message.Rollback refused = waiting;
        waiting = null;
        requests.refuse(refused, why, now);
    }

    /** Refreshing goes on. */
    void resume(UpdateSchedule schedule) {
        schedule.resume();
        declaration.release();
    }

    /** The collection ends. */
    void retire(Instant now) {
        if (waiting != null) {
            refuse(FailureReason.input("the collection is retired; expected another collectionId"), now);
        }
    }

    /**
     * Makes way: while refreshing is paused no job waits for it, and a change that came before a rollback does not wait
     * for the update that runs.
     */
    void prepare(Instant now) {
        Job pending = jobs.pending();
        if (declaration.isPausedByRollback() && pending != null && !isUndeclared(pending)) {
            jobs.endPending(UpdateState.SUPERSEDED, null, declaration.head().reason(), now);
        } else if (waiting != null && isUndeclared(pending)) {
            jobs.active().stop(UpdateState.SUPERSEDED, "update " + pending.update() + " takes its place");
        }
    }
}
