package dev.littoral.workflows;

import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.CommitId;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.PreparedSnapshot;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.SnapshotFolder;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.UpdateStep;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * One round of an update on one base: list, read, balance, commit; where little changed, list and commit. A round ends
 * the update, or another one follows that lists again. The order of its commands is part of every history.
 */
final class UpdateRound {
    /** How a round ended. */
    sealed interface Outcome {
        /** The update has ended. */
        record Ended(UpdateReport report) implements Outcome {}

        /** Another round follows, after a pause. */
        record Again(Head base, String reason, Duration pause) implements Outcome {}
    }

    private final UpdateInput input;
    private final Head base;
    private final int round;
    private final UpdateReportBuilder builder;
    private final UpdateReporter reporter;
    private final StagingCleaner cleaner;
    private final ShardFanOut fanOut;

    /**
     * Unique to this round: the same in every attempt of its activities and in a replay. Where a listing has prepared
     * the snapshot, that of its attempt.
     */
    private String commitId;

    private String folder;

    /** The plan of this round, or of the one before until this one has its own; null for none. */
    private String plan;

    UpdateRound(
            UpdateInput input,
            Head base,
            int round,
            String previousPlan,
            UpdateReportBuilder builder,
            UpdateReporter reporter,
            StagingCleaner cleaner,
            ShardFanOut fanOut) {
        this.input = input;
        this.base = base;
        this.round = round;
        this.plan = previousPlan;
        this.builder = builder;
        this.reporter = reporter;
        this.cleaner = cleaner;
        this.fanOut = fanOut;
        this.commitId = CommitId.of(input.update(), input.launchId(), Workflow.randomUUID());
        this.folder = SnapshotFolder.key(base.version() + 1, commitId);
    }

    /** The plan that the next round may go on from, or null. */
    String plan() {
        return plan;
    }

    /** Runs the steps; where what they staged is gone, another round follows, which sees whether the head has moved. */
    Outcome run() {
        try {
            return steps();
        } catch (ActivityFailure e) {
            String gone = FailureReason.stagingGone(e);
            if (gone == null) {
                throw e;
            }
            // Of a commit, too, this is known before it is sent.
            cleaner.discard(folder);
            plan = null;
            return listAgain(gone);
        }
    }

    private Outcome steps() {
        ListingOutcome listing = list();
        if (listing.newest() != null) {
            builder.requests(listing.requests());
            return moved(listing.newest());
        }
        builder.listed(listing);
        if (listing.unchanged()) {
            return new Outcome.Ended(builder.build(
                    UpdateState.UNCHANGED, base, null, "the source lists as version " + base.version() + " does"));
        }
        reporter.line(
                "Listed",
                StatusText.count(listing.listed(), "file") + "; " + StatusText.count(listing.touched(), "shard")
                        + " with new, changed or removed ones");
        if (isPrepared(listing)) {
            return committed(commitPrepared(listing));
        }
        plan = listing.plan();
        List<ReadOutcome.Read> reads = new ArrayList<>();
        String changedReason = null;
        for (ReadOutcome outcome : read(listing)) {
            switch (outcome) {
                case ReadOutcome.Read read -> {
                    builder.read(read);
                    reads.add(read);
                }
                case ReadOutcome.Changed changed -> {
                    builder.requests(changed.requests());
                    changedReason = changed.reason();
                }
            }
        }
        if (changedReason != null) {
            return listAgain(changedReason);
        }
        reporter.line("Read", builder.changes());
        long nextSegmentId = base.nextSegmentId();
        for (BalanceResult result : balance(listing, reads)) {
            builder.balanced(result);
            nextSegmentId = Math.max(nextSegmentId, result.nextSegmentId());
        }
        reporter.line("Balanced", StatusText.totals(builder.totals()));
        return committed(commit(listing, nextSegmentId, null));
    }

    /** A worker of an older build, which does not know of prepared snapshots, may have come this far. */
    private static boolean isPrepared(ListingOutcome listing) {
        return listing.prepared() != null
                && Workflow.getVersion(WorkflowVersions.UPDATE, Workflow.DEFAULT_VERSION, WorkflowVersions.NEWEST)
                        >= WorkflowVersions.PREPARED_SNAPSHOTS;
    }

    private CommitResult commitPrepared(ListingOutcome listing) {
        PreparedSnapshot prepared = listing.prepared();
        commitId = prepared.commitId();
        folder = prepared.objects();
        cleaner.writing(folder);
        builder.read(prepared.read());
        builder.balanced(prepared.balance());
        builder.took(UpdateStep.READ, prepared.readMillis(), UpdateStep.LIST);
        builder.took(UpdateStep.BALANCE, prepared.balanceMillis(), UpdateStep.LIST);
        reporter.line("Read", builder.changes());
        reporter.line("Balanced", StatusText.totals(builder.totals()));
        return commit(listing, prepared.balance().nextSegmentId(), prepared.snapshot());
    }

    private ListingOutcome list() {
        reporter.listing(round);
        // An activity that fails or is cancelled may have staged something before.
        cleaner.staged(true);
        String preparedId = round == 1 ? commitId : null;
        cleaner.writing(preparedId == null ? null : folder);
        ListingOutcome listing = timed(
                UpdateStep.LIST,
                () -> CatalogCalls.work(
                                StatusText.summary("list " + input.source().uri()))
                        .listFiles(new ListRequest(
                                input.collectionId(),
                                input.update(),
                                round,
                                input.source(),
                                input.options(),
                                base,
                                plan,
                                // What moves while it is listed is staged, so that nothing is read twice.
                                preparedId)));
        cleaner.writing(null);
        cleaner.staged(listing.staged() || round > 1);
        return listing;
    }

    private List<ReadOutcome> read(ListingOutcome listing) {
        reporter.step(UpdateStep.READ, round, listing);
        return timed(
                UpdateStep.READ,
                () -> fanOut.run(
                        listing.touched(),
                        (from, to) -> Async.function(
                                CatalogCalls.work("read " + part(listing, from, to))::readFragments,
                                shards(listing, from, to, 0))));
    }

    /** Each activity gets as many new segment ids as it can need: one for each fragment of its shards. */
    private List<BalanceResult> balance(ListingOutcome listing, List<ReadOutcome.Read> reads) {
        reporter.step(UpdateStep.BALANCE, round, listing);
        List<Long> firstIds = new ArrayList<>();
        long nextId = base.nextSegmentId();
        for (ReadOutcome.Read read : reads) {
            firstIds.add(nextId);
            nextId = Math.addExact(nextId, read.fragments());
        }
        cleaner.writing(folder);
        return timed(
                UpdateStep.BALANCE,
                () -> fanOut.run(
                        listing.touched(),
                        (from, to) -> Async.function(
                                CatalogCalls.work("balance " + part(listing, from, to))::balanceSegments,
                                shards(listing, from, to, firstIds.get(from / fanOut.rangeSize(listing.touched()))))));
    }

    /** Once it is sent, a cancel does not interrupt a commit: its answer decides how the update ends. */
    private CommitResult commit(ListingOutcome listing, long nextSegmentId, SnapshotRef prepared) {
        reporter.step(UpdateStep.COMMIT, round, listing);
        CommitRequest request = new CommitRequest(
                input.collectionId(),
                input.update(),
                round,
                input.source(),
                input.options(),
                listing.plan(),
                folder,
                base,
                commitId,
                nextSegmentId,
                builder.changes(),
                prepared);
        if (CancellationScope.current().isCancelRequested()) {
            throw new CanceledFailure("cancelled before the commit was sent");
        }
        cleaner.committing();
        List<CommitResult> result = new ArrayList<>();
        Workflow.newDetachedCancellationScope(() -> result.add(timed(
                        UpdateStep.COMMIT,
                        () -> CatalogCalls.bulk("commit " + StatusText.totals(builder.totals()) + " as version "
                                        + (base.version() + 1))
                                .commitSnapshot(request))))
                .run();
        return result.getFirst();
    }

    private Outcome committed(CommitResult result) {
        builder.requests(result.requests());
        return switch (result.outcome()) {
            case CommitOutcome.Created created -> {
                builder.committed(result.schemas());
                yield new Outcome.Ended(builder.build(UpdateState.COMMITTED, created.head(), null, builder.changes()));
            }
            case CommitOutcome.Refused refused ->
                throw FailureReason.input(refused.reason()).thrown();
            case CommitOutcome.Moved moved -> {
                // Another commit has the version after the base for ever, so no version can come to name these objects.
                cleaner.discard(folder);
                yield moved(moved.newest());
            }
        };
    }

    /** The source changed while it was read: its writer may need a moment to finish. */
    private Outcome listAgain(String reason) {
        return new Outcome.Again(base, reason, Policies.PAUSE_AFTER_CHANGE.multipliedBy(round));
    }

    /** A conflict: another version follows the base. */
    private Outcome moved(Head newest) {
        // By generation: where its source was left and taken up again, another update is in its place.
        return newest.retired()
                        || newest.generation() != base.generation()
                        || newest.isPast(input.update())
                        || endsByRollback(newest)
                ? new Outcome.Ended(builder.build(UpdateState.SUPERSEDED, newest, null, supersededBy(newest)))
                : new Outcome.Again(newest, "the head moved to version " + newest.version(), Duration.ZERO);
    }

    /** What is listed now is not wanted until somebody resumes refreshing. */
    private static boolean endsByRollback(Head newest) {
        return newest.kind() == HeadKind.ROLLED_BACK
                && Workflow.getVersion(WorkflowVersions.UPDATE, Workflow.DEFAULT_VERSION, WorkflowVersions.NEWEST)
                        >= WorkflowVersions.ROLLS_BACK;
    }

    private String supersededBy(Head newest) {
        if (newest.retired()) {
            return "the collection was retired at version " + newest.version();
        }
        if (newest.kind() == HeadKind.ROLLED_BACK && newest.generation() == base.generation()) {
            return "version " + newest.version() + " is " + newest.reason();
        }
        return newest.generation() == base.generation()
                ? "version " + newest.version() + " is of update " + newest.update()
                        + ", and an update's number is above those before it"
                : "version " + newest.version() + " declares " + newest.source().uri() + " as generation "
                        + newest.generation();
    }

    private ShardsRequest shards(ListingOutcome listing, int from, int to, long firstId) {
        return new ShardsRequest(
                input.collectionId(),
                input.update(),
                round,
                input.source(),
                input.options(),
                listing.plan(),
                from,
                to,
                firstId,
                folder,
                filesOf(listing, 0, listing.touched()));
    }

    /** Which part of the files a range of touched shards is. */
    private static String part(ListingOutcome listing, int from, int to) {
        return listing.touchedFiles() == null
                ? "shards " + (from + 1) + " to " + to + " of " + listing.touched()
                : StatusText.count(filesOf(listing, from, to), "file") + " of " + StatusText.count(listing.listed());
    }

    private static long filesOf(ListingOutcome listing, int from, int to) {
        return listing.touchedFiles() == null
                ? 0
                : listing.touchedFiles().subList(from, to).stream()
                        .mapToLong(Long::longValue)
                        .sum();
    }

    private <T> T timed(UpdateStep step, Supplier<T> work) {
        long start = Workflow.currentTimeMillis();
        try {
            return work.get();
        } finally {
            builder.took(step, Workflow.currentTimeMillis() - start);
        }
    }
}
