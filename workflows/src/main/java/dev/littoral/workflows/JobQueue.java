package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Traffic;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The queue of a collection's jobs: at most one waits, then it is active as an update, then it ends and is history. */
final class JobQueue {
    private final SourceDeclaration declaration;
    private final ProgressView progress;
    private final ActiveUpdates active = new ActiveUpdates();
    private final JobHistory history = new JobHistory();

    /** New numbers of waiting jobs by the old ones, for handlers that wait; these end with the run. */
    private final Map<Long, Long> renumbered = new TreeMap<>();

    /** The reports of active updates, of those that have reported. */
    private final Map<Long, UpdateReport> reports = new TreeMap<>();

    /** Whether active updates are checked and the log is searched for their commits; runs of older builds do not. */
    private boolean checksUpdates;

    private long nextUpdate = 1;
    private Job pending;

    JobQueue(SourceDeclaration declaration, ProgressView progress) {
        this.declaration = declaration;
        this.progress = progress;
    }

    void restore(CarriedState carried) {
        nextUpdate = carried.nextUpdate();
        pending = carried.pending();
        history.restore(carried);
    }

    /** From here on, updates that do not report are checked. Called before the first decision of a run. */
    void checkUpdates() {
        checksUpdates = true;
    }

    boolean checksUpdates() {
        return checksUpdates;
    }

    ActiveUpdates active() {
        return active;
    }

    JobHistory history() {
        return history;
    }

    /** The job that waits, or null. */
    Job pending() {
        return pending;
    }

    /** The number of the next job. */
    long nextUpdate() {
        return nextUpdate;
    }

    /** Whether no job waits and no update is active. */
    boolean isIdle() {
        return pending == null && active.isEmpty();
    }

    /** Enqueues a job, and ends the one that waited before. */
    void replace(String trigger, ExternalSource source, Instant now) {
        Job replaced = pending;
        if (replaced != null) {
            declaration.dropped(replaced.source());
        }
        pending = newJob(trigger, source, now);
        if (replaced != null) {
            String reason = "update " + pending.update() + " took its place before it started";
            end(replaced, UpdateState.SUPERSEDED, null, reason, now);
        }
    }

    /** The waiting job, or a new one. */
    Job joinOrEnqueue(String trigger, ExternalSource source, Instant now) {
        pending = pending != null ? pending : newJob(trigger, source, now);
        return pending;
    }

    private Job newJob(String trigger, ExternalSource source, Instant now) {
        return new Job(
                nextUpdate++,
                UpdateState.PENDING,
                trigger,
                source,
                generation(source),
                0,
                now,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private long generation(ExternalSource source) {
        return declaration.isDeclared(source) ? declaration.head().generation() : 0;
    }

    /**
     * The head is at least this one: numbers continue after its update, and the waiting job's source may be declared
     * now.
     */
    void advanceHead(Head newest) {
        declaration.advance(newest);
        nextUpdate = Math.max(nextUpdate, newest.update() + 1);
        if (pending != null) {
            pending = pending.declared(generation(pending.source()));
        }
    }

    /**
     * Another writer, or a lost run of this workflow task, wrote the version that a declaration or a rollback needed:
     * an update may have written it, and the waiting job needs a number after its update.
     */
    void moved(Head newest, Instant now) {
        declaration.moved(newest);
        advanceHead(newest);
        settleCommitted(newest, now);
        if (active.isRunning(newest.update()) && active.isCommitOf(newest.update(), newest)) {
            // Its report is on its way.
            endActive(active.running(), UpdateState.COMMITTED, null, newest.reason(), now);
        }
        renumber(newest, now);
    }

    /**
     * The head was read before a request: another writer may have declared. The commit of the running update comes with
     * its report.
     */
    void headRead(Head newest, Instant now) {
        if (!active.isRunning(newest.update()) || !active.isCommitOf(newest.update(), newest)) {
            moved(newest, now);
        }
    }

    /**
     * A declaration or a rollback is written, or the collection is retired: updates that stop can no longer commit, and
     * end. Where a version was not read that may be theirs, the log is searched first.
     */
    void declared(Instant now) {
        if (checksUpdates() && declaration.takeMissedVersions()) {
            active.searchAll();
            return;
        }
        // The version that each of these would have to create is taken, so none can commit any more.
        for (ActiveUpdates.Stopping stopped : List.copyOf(active.stopping())) {
            settle(stopped, now);
        }
    }

    /**
     * The head was read for an update that closed: it ends as committed where the log has its commit, else as it was
     * stopped.
     *
     * @param newest the head, or null where it could not be read
     * @param commit the commit that the log has of the update's number, where it was searched, else {@link Head#NONE}
     */
    void inspected(long update, Head newest, Head commit, boolean retiring, Instant now) {
        active.inspected(update);
        ActiveUpdates.Stopping before = active.stopping(update);
        if (newest != null) {
            if (pending == null) {
                declaration.follow(newest);
            }
            boolean isItsCommit = active.isCommitOf(update, newest);
            advanceHead(newest);
            settleCommitted(newest, now);
            settleCommitted(commit, now);
            if (checksUpdates) {
                renumber(newest, now);
                boolean follows = before != null && before.followed() && !isItsCommit;
                if (follows
                        && !declaration.isPausedByRollback()
                        && declaration.desired() != null
                        && !retiring
                        && !declaration.head().retired()) {
                    joinOrEnqueue(before.job().trigger(), declaration.desired(), now);
                }
            }
        }
        ActiveUpdates.Stopping stopped = active.stopping(update);
        if (stopped != null) {
            settle(stopped, now);
        }
    }

    /**
     * The history is too long to wait for the running update: another replaces it, before which a new run can start.
     */
    void renew(Instant now) {
        Job running = active.running();
        if (running != null) {
            Job next = joinOrEnqueue(running.trigger(), running.source(), now);
            String reason = "the collection's history is too long: update " + next.update() + " takes its place";
            active.stop(UpdateState.SUPERSEDED, reason);
        }
    }

    /** Numbers in the log never go back, so a waiting job with a number that is passed gets a new one. */
    private void renumber(Head newest, Instant now) {
        Job old = pending;
        if (old == null || newest.retired()) {
            return;
        }
        if (checksUpdates ? !newest.isPast(old.update()) : old.update() >= newest.update()) {
            return;
        }
        pending = newJob(old.trigger(), old.source(), now);
        renumbered.put(old.update(), pending.update());
        String reason = "update " + pending.update() + " takes its place: the catalog knows an update "
                + newest.update() + " already";
        end(old, UpdateState.SUPERSEDED, null, reason, now);
    }

    /** The waiting job's workflow is started; returns the job as it runs. */
    Job launch(Job job, String launchId) {
        pending = null;
        Job running = job.running(declaration.head().generation());
        active.run(running, launchId, declaration.head().version());
        return running;
    }

    /** The workflow of an update closed, with a report or a failure. */
    void updateClosed(Message.UpdateClosed result, Instant now) {
        ActiveUpdates.Stopping stopped = active.stopping(result.update());
        Job job = active.find(result.update());
        if (job == null) {
            // It ended before its workflow closed.
            return;
        }
        UpdateReport report = result.report();
        if (report != null) {
            reports.put(job.update(), report);
        }
        boolean isNewer = checksUpdates
                && report != null
                && report.version() > declaration.head().version();
        if (report != null && report.outcome() == UpdateState.UNCHANGED && !isNewer) {
            endActive(job, UpdateState.UNCHANGED, null, report.reason(), now);
        } else if (report != null || !FailureReason.isAlreadyStarted(result.failure())) {
            active.close(
                    stopped != null && report == null
                            ? stopped
                            : ActiveUpdates.Stopping.closed(job, report, result.failure(), stopped == null));
        } else if (stopped != null) {
            settle(stopped, now);
        } else {
            // A workflow of that ID is left from before; the next number is free or the one after.
            joinOrEnqueue(job.trigger(), job.source(), now);
            endActive(job, UpdateState.SUPERSEDED, null, "a workflow of this number runs already", now);
        }
    }

    /** The waiting job ends without an update. */
    void endPending(UpdateState state, FailureType failure, String reason, Instant now) {
        Job job = pending;
        pending = null;
        end(job, state, failure, reason, now);
    }

    /** An active update ends. */
    private void endActive(Job job, UpdateState state, FailureType failure, String reason, Instant now) {
        active.forget(job.update());
        end(job, state, failure, reason, now);
    }

    /** An update that stops ends as it was stopped. */
    private void settle(ActiveUpdates.Stopping stopped, Instant now) {
        endActive(stopped.job(), stopped.end(), stopped.failure(), stopped.reason(), now);
    }

    /** Where an update that stops has written this version, it ends as committed. */
    private void settleCommitted(Head version, Instant now) {
        ActiveUpdates.Stopping stopped = active.stopping(version.update());
        if (stopped != null && active.isCommitOf(version.update(), version)) {
            endActive(stopped.job(), UpdateState.COMMITTED, null, version.reason(), now);
        }
    }

    private void end(Job job, UpdateState state, FailureType failure, String reason, Instant now) {
        UpdateReport report = reports.remove(job.update());
        Traffic took = report == null || report.bytes() == null ? null : new Traffic(report.requests(), report.bytes());
        Job ended = job.ended(state, declaration.head().version(), now, failure, reason, took);
        history.add(report == null ? ended : ended.moved(report.movedRows(), report.keptRows()), now);
        if (active.running() == null) {
            progress.clearProgress();
        }
    }

    /** The job of that number, or of the number that replaced it; null where it is not in the history any more. */
    Job find(long asked) {
        long number = asked;
        while (renumbered.containsKey(number)) {
            number = renumbered.get(number);
        }
        for (Job job : all()) {
            if (job.update() == number) {
                return job;
            }
        }
        return null;
    }

    /** Jobs that wait, are active or have ended, newest first. */
    List<Job> all() {
        List<Job> all = new ArrayList<>(history.jobs());
        if (pending != null) {
            all.add(pending);
        }
        if (active.running() != null) {
            all.add(active.running());
        }
        active.stopping().forEach(stopped -> all.add(stopped.job()));
        // One that was stopped may end after one that came later.
        all.sort(Comparator.comparingLong(Job::update).reversed());
        return all;
    }
}
