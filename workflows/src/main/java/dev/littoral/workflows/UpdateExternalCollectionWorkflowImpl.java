package dev.littoral.workflows;

import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateProgress;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.UpdateStep;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Runs the steps of one update; what they mean is decided in {@link UpdateReportBuilder} and in the activities. */
public final class UpdateExternalCollectionWorkflowImpl implements UpdateExternalCollectionWorkflow {
    /** Shards are spread over at most so many activities a step, so that a history stays short however large the source. */
    private static final int MAX_ACTIVITIES = 200;

    /** What the inputs of a step may have in all: they travel in one message, of which Temporal takes 4 MB. */
    private static final int MAX_STEP_BYTES = 2 << 20;

    /** What an activity's input has beside the source, in bytes, generously. */
    private static final int INPUT_BYTES = 2 << 10;

    private final UpdateInput input;
    private final UpdateReportBuilder tally;
    private final int activities;
    private final StringBuilder story = new StringBuilder();
    private UpdateProgress progress = new UpdateProgress(UpdateStep.LIST, 1, 0, 0);
    private Head base;
    private int round = 1;
    private String previousPlan;

    /** Whether something may be left in staging. */
    private boolean staged;

    /** Folders of snapshot objects that no head version can come to name. */
    private final List<String> garbage = new ArrayList<>();

    /** The folder of the round's snapshot objects while no commit was sent. */
    private String uncommitted;

    @WorkflowInit
    public UpdateExternalCollectionWorkflowImpl(UpdateInput input) {
        // A constructor that fails would block the workflow for ever.
        boolean byCollection = isFromCollection(input);
        this.input = byCollection ? input : null;
        this.base = byCollection ? input.base() : null;
        this.tally = byCollection ? new UpdateReportBuilder(input) : null;
        this.activities = byCollection
                ? Math.min(MAX_ACTIVITIES, MAX_STEP_BYTES / (INPUT_BYTES + Json.bytes(input.source())))
                : 0;
    }

    /**
     * Whether its collection has started it: any workflow can start it as its child, with any input. The rest is checked by the
     * activities.
     */
    private static boolean isFromCollection(UpdateInput input) {
        return input != null
                && Workflow.getInfo()
                        .getParentWorkflowId()
                        .filter(parent -> parent.equals(input.collectionId()))
                        .isPresent()
                && input.source() != null
                && input.source().uri() != null
                && input.options() != null
                && input.base() != null
                && input.base().exists()
                && input.base().totals() != null;
    }

    @Override
    public UpdateReport run(UpdateInput sameInput) {
        if (input == null) {
            throw FailureReason.input("an update is started by its collection; expected " + MessageNames.REFRESH
                            + " or " + MessageNames.SOURCE_CHANGED + ", sent to that")
                    .thrown();
        }
        say(
                "Source",
                StatusText.code(input.source().uri()) + ", generation " + base.generation() + ", upon version "
                        + base.version());
        try {
            UpdateReport report = update();
            say("Ended", report.outcome() + ", " + StatusText.plain(report.reason()));
            cleanUp();
            if (report.outcome() == UpdateState.COMMITTED && report.version() % Policies.CLEAN_EVERY == 0) {
                cleanCatalog();
            }
            return report;
        } catch (CanceledFailure e) {
            say("Ended", UpdateState.CANCELED.name());
            cleanUp();
            throw e;
        } catch (ActivityFailure e) {
            cleanUp();
            if (e.getCause() instanceof CanceledFailure) {
                say("Ended", UpdateState.CANCELED.name());
                throw e;
            }
            throw failed(FailureReason.of(e));
        } catch (ApplicationFailure e) {
            cleanUp();
            throw failed(FailureReason.of(e));
        }
    }

    @Override
    public UpdateProgress progress() {
        return progress;
    }

    @Override
    public void ping() {
        // That it could be sent is the answer.
    }

    private UpdateReport update() {
        while (true) {
            // Unique to this round: the same in every attempt of its activities and in a replay.
            String commitId = input.update() + "-" + Workflow.randomUUID();
            String objects = objects(commitId);
            Attempt attempt = attempted(commitId, objects);
            switch (attempt) {
                case Attempt.Ended ended -> {
                    return ended.report();
                }
                case Attempt.Again again -> {
                    round++;
                    if (round > Policies.MAX_ROUNDS) {
                        throw new FailureReason(
                                        FailureType.TRANSIENT,
                                        "gave up after listing " + Policies.MAX_ROUNDS + " times: " + again.reason())
                                .thrown();
                    }
                    base = again.base();
                    tally.round(base);
                    say("Lists again", StatusText.plain(again.reason()));
                    // Whoever writes to the source may need a moment to finish.
                    Workflow.sleep(again.pause());
                }
            }
        }
    }

    private sealed interface Attempt {
        record Ended(UpdateReport report) implements Attempt {}

        record Again(Head base, String reason, Duration pause) implements Attempt {}
    }

    /** A round; where what it staged is gone, another one follows, which sees whether the head has moved. */
    private Attempt attempted(String commitId, String objects) {
        try {
            return attempt(commitId, objects);
        } catch (ActivityFailure e) {
            String gone = FailureReason.stagingGone(e);
            if (gone == null) {
                throw e;
            }
            // Of a commit, too, this is known before it is sent.
            garbage.add(objects);
            uncommitted = null;
            previousPlan = null;
            return new Attempt.Again(base, gone, Policies.PAUSE_AFTER_CHANGE.multipliedBy(round));
        }
    }

    private Attempt attempt(String commitId, String objects) {
        progress = new UpdateProgress(UpdateStep.LIST, round, 0, 0);
        // An activity that fails or is cancelled may have staged something before.
        staged = true;
        ListingOutcome listing = timed(
                UpdateStep.LIST,
                () -> work(StatusText.summary("list " + input.source().uri()))
                        .listFiles(new ListRequest(
                                input.collectionId(),
                                input.update(),
                                round,
                                input.source(),
                                input.options(),
                                base,
                                previousPlan)));
        staged = listing.staged() || round > 1;
        if (listing.newest() != null) {
            tally.requests(listing.requests());
            return moved(listing.newest());
        }
        tally.listed(listing);
        if (listing.unchanged()) {
            return new Attempt.Ended(tally.report(
                    UpdateState.UNCHANGED, base, null, "the source lists as version " + base.version() + " does"));
        }
        previousPlan = listing.plan();
        say(
                "Listed",
                StatusText.count(listing.listed(), "file") + "; " + StatusText.count(listing.touched(), "shard")
                        + " with new, changed or removed ones");

        progress = new UpdateProgress(UpdateStep.READ, round, listing.touched(), listing.listed());
        List<ReadOutcome> reads = timed(
                UpdateStep.READ,
                () -> inParallel(
                        listing.touched(),
                        (from, to) -> Async.function(
                                work("read " + part(listing, from, to))::readFragments,
                                shards(listing, from, to, 0, objects))));
        List<Long> firstIds = new ArrayList<>();
        long nextId = base.nextSegmentId();
        String changedReason = null;
        for (ReadOutcome outcome : reads) {
            switch (outcome) {
                case ReadOutcome.Read read -> {
                    tally.read(read);
                    firstIds.add(nextId);
                    nextId = Math.addExact(nextId, read.fragments());
                }
                case ReadOutcome.Changed changed -> {
                    tally.requests(changed.requests());
                    changedReason = changed.reason();
                }
            }
        }
        if (changedReason != null) {
            return new Attempt.Again(base, changedReason, Policies.PAUSE_AFTER_CHANGE.multipliedBy(round));
        }
        say("Read", tally.changes());

        progress = new UpdateProgress(UpdateStep.BALANCE, round, listing.touched(), listing.listed());
        uncommitted = objects;
        List<BalanceResult> balanced = timed(
                UpdateStep.BALANCE,
                () -> inParallel(
                        listing.touched(),
                        (from, to) -> Async.function(
                                work("balance " + part(listing, from, to))::balanceSegments,
                                shards(
                                        listing,
                                        from,
                                        to,
                                        firstIds.get(from / groupSize(listing.touched())),
                                        objects))));
        long afterIds = base.nextSegmentId();
        for (BalanceResult result : balanced) {
            tally.balanced(result);
            afterIds = Math.max(afterIds, result.nextSegmentId());
        }
        say("Balanced", StatusText.totals(tally.totals()));

        progress = new UpdateProgress(UpdateStep.COMMIT, round, listing.touched(), listing.listed());
        CommitResult result = commit(new CommitRequest(
                input.collectionId(),
                input.update(),
                round,
                input.source(),
                input.options(),
                listing.plan(),
                objects,
                base,
                commitId,
                afterIds,
                tally.changes()));
        tally.requests(result.requests());
        return switch (result.outcome()) {
            case CommitOutcome.Created created -> {
                tally.committed(result.schemas());
                yield new Attempt.Ended(tally.report(UpdateState.COMMITTED, created.head(), null, tally.changes()));
            }
            case CommitOutcome.Refused refused ->
                throw FailureReason.input(refused.reason()).thrown();
            case CommitOutcome.Moved moved -> {
                // Base + 1 is somebody else's for ever, so nothing can come to name these objects.
                garbage.add(objects);
                yield moved(moved.newest());
            }
        };
    }

    /** Another version has taken the base's place. */
    private Attempt moved(Head newest) {
        // By generation: where its source was left and taken up again, another update is in its place.
        return newest.retired() || newest.generation() != base.generation() || newest.isPast(input.update())
                ? new Attempt.Ended(tally.report(UpdateState.SUPERSEDED, newest, null, supersededBy(newest)))
                : new Attempt.Again(newest, "the head moved to version " + newest.version(), Duration.ZERO);
    }

    /** Once it is sent, a cancel does not interrupt a commit: its answer decides how the update ends. */
    private CommitResult commit(CommitRequest request) {
        if (CancellationScope.current().isCancelRequested()) {
            throw new CanceledFailure("cancelled before the commit was sent");
        }
        uncommitted = null;
        List<CommitResult> result = new ArrayList<>();
        Workflow.newDetachedCancellationScope(() -> result.add(timed(
                        UpdateStep.COMMIT,
                        () -> bulk("commit " + StatusText.totals(tally.totals()) + " as version "
                                        + (base.version() + 1))
                                .commitSnapshot(request))))
                .run();
        return result.get(0);
    }

    private String supersededBy(Head newest) {
        if (newest.retired()) {
            return "the collection was retired at version " + newest.version();
        }
        return newest.generation() == base.generation()
                ? "version " + newest.version() + " is of update " + newest.update()
                        + ", and an update's number is above those before it"
                : "version " + newest.version() + " declares " + newest.source().uri() + " as generation "
                        + newest.generation();
    }

    private static UpdateActivities work(String summary) {
        return Workflow.newActivityStub(UpdateActivities.class, Policies.bulk(summary));
    }

    private static CatalogActivities bulk(String summary) {
        return Workflow.newActivityStub(CatalogActivities.class, Policies.bulk(summary));
    }

    /** Which part of the files some touched shards are. */
    private static String part(ListingOutcome listing, int from, int to) {
        return listing.touchedFiles() == null
                ? "shards " + (from + 1) + " to " + to + " of " + listing.touched()
                : StatusText.count(filesOf(listing, from, to)) + " files of " + StatusText.count(listing.listed());
    }

    private static long filesOf(ListingOutcome listing, int from, int to) {
        return listing.touchedFiles() == null
                ? 0
                : listing.touchedFiles().subList(from, to).stream()
                        .mapToLong(Long::longValue)
                        .sum();
    }

    /** The update's page in the web UI tells what it did, top to bottom. */
    private void say(String name, String text) {
        StatusText.line(story, name, text);
        Workflow.setCurrentDetails(story.toString());
    }

    private ShardsRequest shards(ListingOutcome listing, int from, int to, long firstId, String objects) {
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
                objects,
                filesOf(listing, 0, listing.touched()));
    }

    private String objects(String commitId) {
        return "snapshots/%010d-%s".formatted(base.version() + 1, commitId);
    }

    private int groupSize(int touched) {
        return Math.max(1, Math.ceilDiv(touched, activities));
    }

    /** Runs activities over all touched shards. When one fails, the others are soon cancelled, and waited for. */
    private <T> List<T> inParallel(int touched, BiFunction<Integer, Integer, Promise<T>> start) {
        List<Promise<T>> promises = new ArrayList<>();
        CancellationScope scope = Workflow.newCancellationScope(() -> {
            int size = groupSize(touched);
            for (int from = 0; from < touched; from += size) {
                promises.add(start.apply(from, Math.min(touched, from + size)));
            }
        });
        scope.run();
        try {
            Promise.allOf(promises).get();
        } catch (ActivityFailure e) {
            // Mostly the others fail for the same reason. To cancel one that ends right then would break the service in
            // memory.
            Runnable grace = () -> Workflow.await(
                    Policies.SIBLING_TIMEOUT, () -> promises.stream().allMatch(Promise::isCompleted));
            if (Workflow.getVersion(WorkflowVersions.UPDATE, Workflow.DEFAULT_VERSION, WorkflowVersions.NEWEST)
                    >= WorkflowVersions.ALL_SHARDS) {
                // A cancel must not end the wait: staging would be removed while a shard still writes to it.
                grace = Workflow.newDetachedCancellationScope(grace);
            }
            grace.run();
            scope.cancel("another part of the step failed");
            promises.forEach(Promise::getFailure);
            throw e;
        }
        List<T> results = new ArrayList<>(promises.size());
        for (Promise<T> promise : promises) {
            results.add(promise.get());
        }
        return results;
    }

    private <T> T timed(UpdateStep step, Supplier<T> work) {
        long start = Workflow.currentTimeMillis();
        try {
            return work.get();
        } finally {
            tally.took(step, Workflow.currentTimeMillis() - start);
        }
    }

    private ApplicationFailure failed(FailureReason failure) {
        say("Ended", UpdateState.FAILED + ", " + failure.type() + ": " + StatusText.plain(failure.reason()));
        UpdateReport report = tally.report(UpdateState.FAILED, base, failure.type(), failure.reason());
        return failure.thrown(report);
    }

    /** Whatever happened, staging is removed. It cannot change how the update ended. */
    private void cleanUp() {
        if (uncommitted != null) {
            garbage.add(uncommitted);
        }
        if (!staged && garbage.isEmpty()) {
            return;
        }
        afterwards(
                () -> Workflow.newActivityStub(CatalogActivities.class, Policies.catalog("remove staging"))
                        .discardStaging(new DiscardRequest(input.collectionId(), input.update(), garbage)),
                "its staging is left for the next update to remove");
    }

    /** Old versions go once in a while. */
    private void cleanCatalog() {
        afterwards(
                () -> bulk("remove old versions")
                        .cleanCatalog(new CleanRequest(
                                input.collectionId(), input.options().keepVersionsFor())),
                "old versions are left for a later update to remove");
    }

    /** Work that a cancel does not stop and whose failure changes nothing. */
    private void afterwards(Runnable work, String otherwise) {
        Workflow.newDetachedCancellationScope(() -> {
                    try {
                        work.run();
                    } catch (ActivityFailure e) {
                        Workflow.getLogger(UpdateExternalCollectionWorkflowImpl.class)
                                .warn("After update {}, {}", input.update(), otherwise, e);
                    }
                })
                .run();
    }
}
