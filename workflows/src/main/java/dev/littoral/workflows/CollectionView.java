package dev.littoral.workflows;

import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.spec.JobsPage;
import dev.littoral.workflows.spec.RollbackTarget;
import java.util.List;

/** The read view of a collection: its status, its jobs, and the answers to requests. */
final class CollectionView {
    private final String collectionId;
    private final CollectionState state;
    private final SourceDeclaration declaration;
    private final JobQueue jobs;
    private final RequestLedger ledger;
    private final ProgressView progress;
    private final UpdateSchedule schedule;

    CollectionView(
            String collectionId,
            CollectionState state,
            SourceDeclaration declaration,
            JobQueue jobs,
            RequestLedger ledger,
            ProgressView progress,
            UpdateSchedule schedule) {
        this.collectionId = collectionId;
        this.state = state;
        this.declaration = declaration;
        this.jobs = jobs;
        this.ledger = ledger;
        this.progress = progress;
        this.schedule = schedule;
    }

    /** The answer to a request that job {@code number} serves. */
    ChangeAnswer answer(long number) {
        Job job = jobs.find(number);
        return job == null
                ? new ChangeAnswer(
                        number, declaration.head().generation(), UpdateState.SUPERSEDED, "too long ago to be listed")
                : new ChangeAnswer(job.update(), job.generation(), job.state(), job.reason());
    }

    /** Whether a change that job {@code number} serves is in the catalog, or can no longer get there. */
    boolean isSettled(long number) {
        Job job = jobs.find(number);
        return job == null || job.generation() > 0 || job.state().isEnd();
    }

    /** The state in one word: starting, updating, idle, paused, failed or retired. */
    String state() {
        if (state.phase() == CollectionPhase.STARTING) {
            return "starting";
        }
        if (state.isClosed() || state.isRetired()) {
            return "retired";
        }
        if (!jobs.isIdle()) {
            return "updating";
        }
        if (schedule.isPaused() || declaration.isPausedByRollback()) {
            return "paused";
        }
        Job last = jobs.history().last();
        return last != null && last.state() == UpdateState.FAILED ? "failed" : "idle";
    }

    CollectionStatus status() {
        return new CollectionStatus(
                collectionId,
                state(),
                declaration.desired(),
                declaration.head().generation(),
                declaration.head().version(),
                declaration.head().totals(),
                declaration.head().listedAt(),
                declaration.head().table(),
                RetentionWarning.of(declaration.head().table(), state.options()),
                state.freshness().status(),
                state.options(),
                jobs.active().first(),
                progress.progress(),
                progress.retry(),
                UpdateSchedule.earlier(jobs.history().failingSince(), progress.retrySince()),
                declaration.isPausedByRollback()
                        ? RollbackTarget.paused(declaration.head().reason())
                        : null,
                jobs.pending(),
                jobs.history().last(),
                jobs.history().lastFailure(),
                state.refreshAt(),
                ledger.note(),
                ledger.rejected(),
                state.outbox().status(declaration.head().version()),
                state.consumers().status(declaration.head(), waits()));
    }

    /** Which update waits for which consumer, in words, or null. */
    String waits() {
        ConsumerWatch.BackPressure pressure = state.consumers().backPressure(jobs, declaration);
        return pressure == null || !jobs.active().isEmpty()
                ? null
                : "update " + jobs.pending().update() + " waits: " + pressure.consumer();
    }

    /** A page of the jobs that wait, are active or have ended, newest first. */
    List<Job> jobs(JobsPage page) {
        return jobs.all().stream()
                .filter(job -> job.update() < page.before())
                .limit(page.limit())
                .toList();
    }
}
