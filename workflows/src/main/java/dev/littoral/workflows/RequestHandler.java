package dev.littoral.workflows;

import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.spec.RollbackTarget;
import java.time.Instant;

/** Handles the requests of a collection that has not ended: each is served, or refused in one sentence. */
final class RequestHandler {
    private final SourceDeclaration declaration;
    private final JobQueue jobs;
    private final RequestLedger ledger;
    private final UpdateWatchdog watchdog;

    RequestHandler(SourceDeclaration declaration, JobQueue jobs, RequestLedger ledger, UpdateWatchdog watchdog) {
        this.declaration = declaration;
        this.jobs = jobs;
        this.ledger = ledger;
        this.watchdog = watchdog;
    }

    void change(Message.ChangeSource change, Instant now) {
        ExternalSource source = change.source();
        watchdog.checkSoon(now);
        if (declaration.isPausedByRollback() && jobs.pending() == null && declaration.isDeclared(source)) {
            declaration.desire(source);
            refuse(change, "it names the current source, and " + pausedByRollback() + ", or another source", now);
            return;
        }
        Job serving = source.equals(declaration.desired()) ? serving(source) : null;
        if (serving != null) {
            ledger.note(change.trigger() + " at " + now + " names the current source: update " + serving.update()
                    + " is " + serving.state() + ", nothing to do");
            serve(change.reply(), serving);
            return;
        }
        jobs.replace(change.trigger(), source, now);
        declaration.desire(source);
        serve(change.reply(), jobs.pending());
    }

    /** The job that serves the desired source already: it waits, runs, or ended well; else null. */
    private Job serving(ExternalSource source) {
        if (jobs.pending() != null) {
            return jobs.pending();
        }
        if (jobs.active().running() != null) {
            return jobs.active().running();
        }
        Job last = jobs.history().last();
        return last != null
                        && source.equals(last.source())
                        && (last.state() == UpdateState.COMMITTED || last.state() == UpdateState.UNCHANGED)
                ? last
                : null;
    }

    void refresh(Message.Refresh refresh, Instant now) {
        if (declaration.desired() == null) {
            String reason = "the collection has no source yet; expected " + MessageNames.SOURCE_CHANGED + " or "
                    + MessageNames.CHANGE_SOURCE + " first";
            refuse(refresh, reason, now);
        } else if (declaration.isPausedByRollback()) {
            refuse(refresh, pausedByRollback(), now);
        } else {
            watchdog.checkSoon(now);
            serve(refresh.reply(), jobs.joinOrEnqueue(refresh.trigger(), declaration.desired(), now));
        }
    }

    private String pausedByRollback() {
        return "the collection is " + RollbackTarget.paused(declaration.head().reason()) + "; expected "
                + MessageNames.RESUME + " first";
    }

    void cancelUpdate(Instant now) {
        watchdog.checkSoon(now);
        if (jobs.pending() != null) {
            declaration.dropped(jobs.pending().source());
            jobs.endPending(UpdateState.CANCELED, null, "cancelled by request before it started", now);
        }
        jobs.active().stop(UpdateState.CANCELED, "cancelled by request");
    }

    void refuse(Message.Request request, String reason, Instant now) {
        refuse(request, FailureReason.input(reason), now);
    }

    void refuse(Message.Request request, FailureReason why, Instant now) {
        ledger.reject(request.trigger(), why.sentence(), now);
        if (request.reply() != null) {
            request.reply().refuse(why);
        }
    }

    private static void serve(PendingReply reply, Job job) {
        if (reply != null) {
            reply.serve(job.update());
        }
    }
}
