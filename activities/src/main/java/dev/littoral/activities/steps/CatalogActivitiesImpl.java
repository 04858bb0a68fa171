package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotExpirer;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.catalog.SnapshotRoot.SkipReport;
import dev.littoral.activities.catalog.StagingGoneException;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.PlannedShard;
import dev.littoral.activities.storage.CountingStore;
import dev.littoral.activities.storage.ObjectStore;
import dev.littoral.workflows.CatalogActivities;
import dev.littoral.workflows.SourcePolicy;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Reads and grows heads. One object serves all collections of a worker, on many threads. */
public final class CatalogActivitiesImpl implements CatalogActivities {
    /** References read at once when a commit gathers its shards. */
    private static final int PARALLEL = 16;

    private final ObjectStore store;
    private final SourcePolicy rules;
    private final Clock clock;
    private final StepInputs inputs;
    private final Supplier<ActivityCaller> callers;

    /**
     * Activities on a store.
     *
     * @param rules which sources may be read
     * @param clock gives the times in head versions, which are for people and for retention
     */
    public CatalogActivitiesImpl(ObjectStore store, SourcePolicy rules, Clock clock) {
        this(store, rules, clock, new StepInputs(), ActivityCaller::now);
    }

    CatalogActivitiesImpl(
            ObjectStore store, SourcePolicy rules, Clock clock, StepInputs inputs, Supplier<ActivityCaller> callers) {
        this.inputs = inputs;
        this.callers = callers;
        this.store = store;
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public Head openCollection(String collectionId, ExternalSource source) {
        return step("opens", caller -> {
            inputs.open(caller, collectionId, source);
            if (source != null) {
                rules.refusal(source).ifPresent(refusal -> {
                    throw LittoralException.input(refusal);
                });
            }
            CollectionCatalog catalog = new CollectionCatalog(store, collectionId);
            Head newest = catalog.open();
            // Not what comes after: a try that was paused may go on when the first update runs already.
            // Nor what declared the newest version: another service may be running it.
            catalog.discardStaging(newest.kind() == HeadKind.DECLARED ? newest.update() - 1 : newest.update());
            return newest;
        });
    }

    @Override
    public Head readHead(String collectionId) {
        return step("reads", caller -> {
            inputs.read(caller, collectionId);
            return new CollectionCatalog(store, collectionId).heads().newest();
        });
    }

    @Override
    public Head findCommit(String collectionId, long update) {
        return step("reads", caller -> {
            inputs.read(caller, collectionId);
            return new CollectionCatalog(store, collectionId).heads().commitOf(update);
        });
    }

    @Override
    public CommitOutcome declareSource(DeclareRequest request) {
        return step("writes", caller -> {
            inputs.declare(caller, request);
            Optional<String> refusal = rules.refusal(request.source());
            return refusal.isPresent()
                    ? new CommitOutcome.Refused(refusal.get())
                    : create(
                            request.collectionId(),
                            request.base(),
                            request.update(),
                            base -> next(
                                    base,
                                    request.commitId(),
                                    HeadKind.DECLARED,
                                    request.source(),
                                    base.generation() + 1,
                                    request.update(),
                                    request.reason()));
        });
    }

    @Override
    public CommitOutcome retireCollection(RetireRequest request) {
        return step("writes", caller -> {
            inputs.retire(caller, request);
            return create(
                    request.collectionId(),
                    request.base(),
                    request.update(),
                    base -> next(
                            base,
                            request.commitId(),
                            HeadKind.RETIRED,
                            base.source(),
                            base.generation(),
                            request.update(),
                            "retired by request"));
        });
    }

    /** Creates the version after the one that a request names, which is read back: the request may say anything of it. */
    private CommitOutcome create(String collectionId, Head named, long update, UnaryOperator<Head> next)
            throws InterruptedException {
        HeadLog heads = new CollectionCatalog(store, collectionId).heads();
        Optional<Head> base = heads.named(named);
        if (base.isEmpty()) {
            return new CommitOutcome.Moved(heads.newest());
        }
        inputs.checkBase(update, base.get());
        return heads.create(base.get(), next.apply(base.get()));
    }

    /** A version that serves what its base does. */
    private Head next(
            Head base,
            String commitId,
            HeadKind kind,
            ExternalSource source,
            long generation,
            long update,
            String reason) {
        return new Head(
                base.version() + 1,
                commitId,
                kind,
                source,
                generation,
                update,
                base.snapshot(),
                base.nextSegmentId(),
                now(base),
                reason);
    }

    /** Retention counts from times in the log, so that of another worker's clock, or one set back, goes on from the base's. */
    private Instant now(Head base) {
        Instant now = clock.instant();
        return base.exists() && now.isBefore(base.time()) ? base.time() : now;
    }

    private interface Work<T> {
        T of(ActivityCaller caller) throws Exception;
    }

    /** Runs a step that heartbeats one word, so that a worker that dies in it is soon noticed. */
    private <T> T step(String word, Work<T> work) {
        ActivityCaller caller = callers.get();
        return ActivityFailures.run(() -> Heartbeats.during(() -> word, () -> work.of(caller)));
    }

    @Override
    public CommitResult commitSnapshot(CommitRequest request) {
        return step("commits", caller -> {
            inputs.commit(caller, request);
            CountingStore counted = new CountingStore(store);
            try {
                return commit(request, new CollectionCatalog(counted, request.collectionId()), counted);
            } catch (StagingGoneException e) {
                if (caller.attempt() > 1) {
                    // A try before this one may have sent the version: only its answer could tell.
                    throw new LittoralException(FailureType.TRANSIENT, e.getMessage(), e);
                }
                throw e;
            }
        });
    }

    private CommitResult commit(CommitRequest request, CollectionCatalog catalog, CountingStore counted)
            throws InterruptedException {
        HeadLog heads = catalog.heads();
        // Whether it is there already: then nothing is written, least of all over what is served.
        Optional<CommitOutcome> before = heads.outcome(committed(request, request.base(), null));
        if (before.isPresent()) {
            int schemas = before.get() instanceof CommitOutcome.Created created
                    ? UpdateActivitiesImpl.schemas(
                            catalog.root(created.head()).orElseThrow().shards())
                    : 0;
            return new CommitResult(before.get(), schemas, counted.requests());
        }
        Optional<Head> named = heads.named(request.base());
        if (named.isEmpty()) {
            return new CommitResult(new CommitOutcome.Moved(heads.newest()), 0, counted.requests());
        }
        Head base = named.get();
        inputs.checkBase(request.update(), base);
        ListingPlan plan = UpdateActivitiesImpl.plan(catalog, request.plan());
        inputs.commit(request, base, plan);
        List<BalancedShard> balanced = balanced(catalog, request.plan(), plan);
        inputs.commit(request, base, balanced);
        List<ShardRef> shards = shards(plan, balanced);
        Totals totals = shards.stream().map(ShardRef::totals).reduce(Totals.NONE, Totals::plus);
        guard(base.totals(), totals, unread(shards), request);

        SkipReport skipped = new SkipReport(plan.skipped(), null, null);
        if (plan.skippedKey() != null) {
            String key = request.objects() + "/skipped.jsonl.zst";
            skipped = new SkipReport(plan.skipped(), key, catalog.write(key, catalog.staged(plan.skippedKey())));
        }
        SnapshotRef snapshot = catalog.writeRoot(
                request.objects(),
                new SnapshotRoot(
                        SnapshotRoot.FORMAT,
                        request.collectionId(),
                        base.version() + 1,
                        request.source(),
                        base.generation(),
                        request.options().targetRowsPerSegment(),
                        totals,
                        shards,
                        skipped));
        // The commit, and the final check that the source is still the current one, in one atomic step.
        CommitOutcome outcome = heads.create(base, committed(request, base, snapshot));
        return new CommitResult(outcome, UpdateActivitiesImpl.schemas(shards), counted.requests());
    }

    private Head committed(CommitRequest request, Head base, SnapshotRef snapshot) {
        return new Head(
                base.version() + 1,
                request.commitId(),
                HeadKind.COMMITTED,
                request.source(),
                base.generation(),
                request.update(),
                snapshot,
                request.nextSegmentId(),
                now(base),
                request.reason());
    }

    private static List<BalancedShard> balanced(CollectionCatalog catalog, String planKey, ListingPlan plan)
            throws InterruptedException {
        int touched = plan.touched().size();
        List<Callable<BalancedShard>> tasks = new ArrayList<>();
        for (int i = 0; i < touched; i++) {
            String key = UpdateActivitiesImpl.balancedKey(planKey, i);
            tasks.add(() -> catalog.one(key, BalancedShard.class));
        }
        return ParallelTasks.run(PARALLEL, tasks, RuntimeException.class);
    }

    private static List<ShardRef> shards(ListingPlan plan, List<BalancedShard> balanced) {
        List<ShardRef> shards = new ArrayList<>();
        int touched = 0;
        for (PlannedShard shard : plan.shards()) {
            shards.add(
                    shard.isTouched()
                            ? balanced.get(touched++).shard()
                            : shard.carried().from(shard.from()));
        }
        return shards;
    }

    private static long unread(List<ShardRef> shards) {
        return shards.stream()
                .map(ShardRef::unread)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .sum();
    }

    /**
     * Refuses a snapshot that lost more than its collection allows: more often a broken source than a wish.
     *
     * @param unread files that could not be read
     */
    private static void guard(Totals before, Totals now, long unread, CommitRequest request) {
        String found = "Source " + request.source().uri() + " has " + now.rows() + " rows in " + now.files() + " files"
                + (unread == 0 ? "" : " and " + unread + " that are archived and cannot be read");
        if (before.rows() == 0) {
            if (now.rows() == 0 && unread > 0 && !request.options().allowEmpty()) {
                throw LittoralException.input(found
                        + "; expected one that can be read: restore some, or set allowEmpty if the collection may be"
                        + " empty");
            }
            return;
        }
        found += ", the collection has " + before.rows() + " in " + before.files();
        if (now.rows() == 0 && !request.options().allowEmpty()) {
            throw LittoralException.input(found + ": it would be emptied; set allowEmpty if that is meant");
        }
        double dropped = (double) (before.rows() - now.rows()) / before.rows();
        if (dropped > request.options().maxDropShare() && now.rows() > 0) {
            throw LittoralException.input(found + ": it would lose more than the share of "
                    + request.options().maxDropShare() + " that maxDropShare allows");
        }
    }

    @Override
    public void cleanCatalog(CleanRequest request) {
        step("cleans", caller -> {
            inputs.clean(caller, request);
            return new SnapshotExpirer(new CollectionCatalog(store, request.collectionId()))
                    .clean(clock.instant().minus(request.keepVersionsFor()));
        });
    }

    @Override
    public void discardStaging(DiscardRequest request) {
        step("discards", caller -> {
            inputs.discard(caller, request);
            CollectionCatalog catalog = new CollectionCatalog(store, request.collectionId());
            catalog.discardStaging(request.update());
            for (String objects : request.objects()) {
                catalog.discard(objects);
            }
            return null;
        });
    }
}
