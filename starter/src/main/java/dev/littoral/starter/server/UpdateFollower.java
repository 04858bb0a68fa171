package dev.littoral.starter.server;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.MessageNames;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.SegmentCounts;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowServiceException;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Follows a collection that runs to an update's end, and shows how far it is. */
public final class UpdateFollower {
    private static final long POLL_MILLIS = 50;

    /** The longest interval between polls. The update of a small source ends sooner. */
    private static final long MAX_POLL_MILLIS = 400;

    /** How long a worker may take to begin with a collection that has just started. */
    private static final Duration BEGIN = Duration.ofSeconds(10);

    /** How long no answer may come meanwhile: a machine is busy, a server restarts, a worker takes over. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    /** How long the workflow of an update that has ended may take to close. */
    private static final Duration STRAGGLER = Duration.ofSeconds(5);

    private final CollectionClient collection;
    private final ProgressProbe probe;
    private final ShutdownSignal shutdown;
    private final ProgressDisplay progress;
    private CompletableFuture<Void> closed;

    public UpdateFollower(CollectionClient collection, ShutdownSignal shutdown, ProgressDisplay progress) {
        this.collection = collection;
        this.probe = new ProgressProbe(collection);
        this.shutdown = shutdown;
        this.progress = progress;
        this.closed = collection.stub().getResultAsync(Void.class);
    }

    /** Whether the collection's workflow has ended. */
    public boolean isClosed() {
        return closed.isDone();
    }

    /**
     * The first update of a collection that has just started, or empty where it has none to make, as it has no source.
     *
     * @throws LittoralException when it could not start, or no worker has begun with it
     */
    Optional<Long> first() throws InterruptedException {
        while (true) {
            CollectionStatus status = begun(BEGIN)
                    .orElseThrow(() ->
                            collection.unanswered("; the collection is started, and begins when one comes", null));
            if (!isStarting(status)) {
                Job first = status.update() != null
                        ? status.update()
                        : status.pending() != null ? status.pending() : status.last();
                return Optional.ofNullable(first).map(Job::update);
            }
        }
    }

    /**
     * The status of a collection that has just started, once it has read its catalog or some time has passed; empty
     * where no worker answers.
     *
     * @throws LittoralException when it could not start
     */
    Optional<CollectionStatus> begun(Duration timeout) throws InterruptedException {
        long started = System.nanoTime();
        Optional<CollectionStatus> said = Optional.empty();
        do {
            requireOpen();
            Optional<CollectionStatus> now = collection.statusWithin(timeout);
            said = now.isPresent() ? now : said;
            // One that was retired before closes at once, and then says why.
            if (said.isPresent()
                    && !isStarting(said.get())
                    && !said.get().state().equals("retired")) {
                return said;
            }
            said.ifPresent(this::show);
            Thread.sleep(POLL_MILLIS);
        } while (!isLongAgo(started, timeout));
        requireOpen();
        return said;
    }

    private static boolean isStarting(CollectionStatus status) {
        return status.state().equals("starting");
    }

    /** The update whose end is waited for, once it has ended. */
    private interface End {
        Optional<Job> of(CollectionStatus status);
    }

    /** Follows one update. */
    public UpdateReport follow(long update) throws InterruptedException {
        return follow(
                status -> is(status.update(), update) || is(status.pending(), update) ? Optional.empty() : end(update));
    }

    /**
     * Follows until nothing runs or waits; answers for the update that ended last.
     *
     * @throws LittoralException when the collection has begun without an update, as it is rolled back
     */
    public UpdateReport followUntilIdle() throws InterruptedException {
        return follow(status -> {
            if (status.update() != null || status.pending() != null) {
                return Optional.empty();
            }
            if (status.last() == null && status.rolledBack() != null) {
                throw LittoralException.input("Collection " + collection.id() + " is " + status.rolledBack()
                        + "; littoral start and littoral resume on a server take it up again, as does another"
                        + " source");
            }
            return Optional.ofNullable(status.last());
        });
    }

    private UpdateReport follow(End end) throws InterruptedException {
        boolean cancelling = false;
        long heard = System.nanoTime();
        long wait = POLL_MILLIS;
        while (true) {
            if (cancelling) {
                Thread.sleep(POLL_MILLIS);
            }
            boolean requested = cancelling || shutdown.isRequestedWithin(wait);
            wait = Math.min(MAX_POLL_MILLIS, wait + wait / 8);
            try {
                if (requested && !cancelling) {
                    progress.say("cancelling");
                    collection.signal(MessageNames.CANCEL_UPDATE);
                    cancelling = true;
                }
                boolean over = isClosed();
                CollectionStatus status = collection.status();
                heard = System.nanoTime();
                Optional<Job> ended = end.of(status);
                if (ended.isPresent()) {
                    return report(ended.get(), status);
                }
                if (over) {
                    requireOpen();
                }
                if (!cancelling) {
                    show(status);
                }
            } catch (LittoralException e) {
                requireOpen();
                if (e.type() != FailureType.TRANSIENT || isLongAgo(heard, SILENCE)) {
                    throw e;
                }
            }
        }
    }

    private static boolean isLongAgo(long nanos, Duration timeout) {
        return System.nanoTime() - nanos > timeout.toNanos();
    }

    private static boolean is(Job job, long update) {
        return job != null && job.update() == update;
    }

    private Optional<Job> end(long update) {
        Job job = collection.jobs(update + 1, CollectionClient.MAX_PAGE).stream()
                .filter(each -> each.update() == update)
                .findFirst()
                .orElseThrow(() -> LittoralException.input("Collection " + collection.id() + " lists update " + update
                        + " no more: many have ended since; littoral status " + collection.id()
                        + " says what it serves"));
        return job.state().isEnd() ? Optional.of(job) : Optional.empty();
    }

    /** A collection that closed before the update's end could not start, or somebody ended it. */
    private void requireOpen() {
        if (!isClosed()) {
            return;
        }
        CollectionRun run = collection.existing();
        if (run.isRunning()) {
            // Only the wait for its end has failed.
            closed = collection.stub().getResultAsync(Void.class);
            return;
        }
        try {
            closed.join();
        } catch (CompletionException e) {
            Optional<ApplicationFailure> cause = ServerFailures.application(e);
            if (cause.isPresent()) {
                throw ServerFailures.of(cause.get());
            }
        }
        throw LittoralException.input("Collection " + collection.id() + " " + run.end() + ", before the update's end");
    }

    /** The report of the update that ended, from its own workflow; one that was stopped leaves only its job. */
    private UpdateReport report(Job job, CollectionStatus status) {
        try {
            UpdateReport report =
                    collection.update(job).getResult(STRAGGLER.toSeconds(), TimeUnit.SECONDS, UpdateReport.class);
            if (report.outcome() == job.state()) {
                return report;
            }
        } catch (WorkflowFailedException e) {
            Optional<ApplicationFailure> cause = ServerFailures.application(e);
            if (job.state() == UpdateState.FAILED
                    && cause.isPresent()
                    && cause.get().getDetails().getSize() > 0) {
                return cause.get().getDetails().get(UpdateReport.class);
            }
        } catch (WorkflowNotFoundException e) {
            // It ended before its workflow started.
        } catch (TimeoutException e) {
            // It has ended, and its workflow still cleans up.
        } catch (WorkflowServiceException e) {
            throw collection.server().failures().of(e);
        }
        return reportOf(job, status);
    }

    private UpdateReport reportOf(Job job, CollectionStatus status) {
        return new UpdateReport(
                collection.id(),
                job.update(),
                job.state(),
                job.reason(),
                job.failure(),
                status.version(),
                status.generation(),
                job.source(),
                FileCounts.NONE,
                List.of(),
                0,
                status.snapshot().fragments(),
                status.snapshot().rows(),
                status.snapshot().dead(),
                new SegmentCounts(
                        status.snapshot().segments(), status.snapshot().segments(), 0, 0),
                null,
                null,
                null,
                null,
                null,
                null,
                0,
                Map.of(),
                Map.of(),
                null,
                null,
                null,
                null);
    }

    private void show(CollectionStatus status) {
        probe.at(status).ifPresent(progress::show);
    }
}
