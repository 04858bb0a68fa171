package dev.littoral.workflows;

import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.HeadKind;
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

    /** Whether the head is read before a change that it may have answered already; runs of older builds do not. */
    private boolean readsHead;

    RequestHandler(SourceDeclaration declaration, JobQueue jobs, RequestLedger ledger, UpdateWatchdog watchdog) {
        this.declaration = declaration;
        this.jobs = jobs;
        this.ledger = ledger;
        this.watchdog = watchdog;
    }

    /** From here on the head is read first. Called before the first decision of a run. */
    void readHeadFirst() {
        readsHead = true;
    }

    /** Whether the head is to be read before a message is handled: what is believed of it may be old. */
    boolean needsHead(Message message) {
        return readsHead && message instanceof Message.ChangeSource change && declaration.isDeclared(change.source());
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
        Job running = jobs.active().running();
        if (readsHead && running != null && source.equals(running.source()) && !isOfHead(running)) {
            // It is of the same source, and cannot commit.
            String next = "update " + jobs.pending().update() + " takes its place";
            jobs.active().stop(UpdateState.SUPERSEDED, "another writer changed the source: " + next);
        }
        serve(change.reply(), jobs.pending());
    }

    /** The job that serves the desired source already: it waits, runs, or ended well; else null. */
    private Job serving(ExternalSource source) {
        if (jobs.pending() != null) {
            return jobs.pending();
        }
        Job running = jobs.active().running();
        if (running != null) {
            return !readsHead || (isOfHead(running) && declaration.isDeclared(source)) ? running : null;
        }
        Job last = jobs.history().last();
        return last != null
                        && source.equals(last.source())
                        && (last.state() == UpdateState.COMMITTED || last.state() == UpdateState.UNCHANGED)
                        && (!readsHead || isServed(last))
                ? last
                : null;
    }

    /** Whether an update can commit upon the head: nothing was declared since it began. */
    private boolean isOfHead(Job job) {
        return job.generation() == declaration.head().generation();
    }

    /** Whether the head serves what an update that ended well was about, and not an older snapshot. */
    private boolean isServed(Job last) {
        return declaration.head().kind() != HeadKind.ROLLED_BACK
                && isOfHead(last)
                && declaration.isDeclared(last.source());
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
