package dev.littoral.activities;

import dev.littoral.activities.catalog.Cleaner;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.CountingStore;
import dev.littoral.activities.catalog.ObjectStore;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.catalog.SnapshotRoot.SkipReport;
import dev.littoral.activities.listing.Plan;
import dev.littoral.activities.listing.PlannedShard;
import dev.littoral.workflows.CatalogActivities;
import dev.littoral.workflows.SourceRules;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** Reads and grows heads. One object serves all collections of a worker, on many threads. */
public final class CatalogActivitiesImpl implements CatalogActivities {
    /** References read at once when a commit gathers its shards. */
    private static final int PARALLEL = 16;

    private final ObjectStore store;
    private final SourceRules rules;
    private final Clock clock;

    /**
     * Activities on a store.
     *
     * @param rules which sources may be read
     * @param clock gives the times in head versions, which are for people and for retention
     */
    public CatalogActivitiesImpl(ObjectStore store, SourceRules rules, Clock clock) {
        this.store = store;
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public Head openCollection(String collectionId, ExternalSource source) {
        return step("opens", () -> {
            if (source != null) {
                rules.refusal(source).ifPresent(refusal -> {
                    throw LittoralException.input(refusal);
                });
            }
            CollectionCatalog catalog = new CollectionCatalog(store, collectionId);
            Head newest = catalog.open();
            // Not what comes after: a try that was paused may go on when the first update runs already.
            catalog.discardStaging(newest.update());
            return newest;
        });
    }

    @Override
    public Head readHead(String collectionId) {
        return step(
                "reads",
                () -> new CollectionCatalog(store, collectionId).heads().newest());
    }

    @Override
    public CommitOutcome declareSource(DeclareRequest request) {
        Optional<String> refusal = rules.refusal(request.source());
        if (refusal.isPresent()) {
            return new CommitOutcome.Refused(refusal.get());
        }
        Head base = request.base();
        return create(
                request.collectionId(),
                base,
                request.commitId(),
                HeadKind.DECLARED,
                request.source(),
                base.generation() + 1,
                request.update(),
                request.reason());
    }

    @Override
    public CommitOutcome retireCollection(RetireRequest request) {
        Head base = request.base();
        return create(
                request.collectionId(),
                base,
                request.commitId(),
                HeadKind.RETIRED,
                base.source(),
                base.generation(),
                request.update(),
                "retired by request");
    }

    /** Creates a version that serves what its base does. */
    private CommitOutcome create(
            String collectionId,
            Head base,
            String commitId,
            HeadKind kind,
            ExternalSource source,
            long generation,
            long update,
            String reason) {
        Head next = new Head(
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
        return step(
                "writes",
                () -> new CollectionCatalog(store, collectionId).heads().create(base, next));
    }

    /** Retention counts from times in the log, so that of another worker's clock, or one set back, goes on from the base's. */
    private Instant now(Head base) {
        Instant now = clock.instant();
        return base.exists() && now.isBefore(base.time()) ? base.time() : now;
    }

    /** Runs a step that heartbeats one word, so that a worker that dies in it is soon noticed. */
    private static <T> T step(String word, Callable<T> work) {
        return Steps.run(() -> Heartbeats.during(() -> word, work));
    }

    @Override
    public CommitResult commitSnapshot(CommitRequest request) {
        return step("commits", () -> commit(request));
    }

    private CommitResult commit(CommitRequest request) throws InterruptedException {
        CountingStore counted = new CountingStore(store);
        CollectionCatalog catalog = new CollectionCatalog(counted, request.collectionId());
        Head base = request.base();
        Plan plan = catalog.one(request.plan(), Plan.class);
        List<ShardRef> shards = shards(catalog, request.plan(), plan);
        Totals totals = shards.stream().map(ShardRef::totals).reduce(Totals.NONE, Totals::plus);
        guard(base.totals(), totals, unread(shards), request);

        SkipReport skipped = new SkipReport(plan.skipped(), null, null);
        if (plan.skippedKey() != null) {
            String key = request.objects() + "/skipped.jsonl.zst";
            skipped = new SkipReport(plan.skipped(), key, catalog.write(key, catalog.bytes(plan.skippedKey())));
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
        CommitOutcome outcome = catalog.heads()
                .create(
                        base,
                        new Head(
                                base.version() + 1,
                                request.commitId(),
                                HeadKind.COMMITTED,
                                request.source(),
                                base.generation(),
                                request.update(),
                                snapshot,
                                request.nextSegmentId(),
                                now(base),
                                request.reason()));
        Map<String, Long> requests = new TreeMap<>();
        counted.addTo(requests);
        return new CommitResult(outcome, UpdateActivitiesImpl.schemas(shards), requests);
    }

    private static List<ShardRef> shards(CollectionCatalog catalog, String planKey, Plan plan)
            throws InterruptedException {
        List<Callable<ShardRef>> tasks = new ArrayList<>();
        int touched = 0;
        for (PlannedShard shard : plan.shards()) {
            if (shard.isTouched()) {
                String key = UpdateActivitiesImpl.shardKey(planKey, touched++);
                tasks.add(() -> catalog.one(key, ShardRef.class));
            } else {
                tasks.add(() -> shard.carried().from(shard.from()));
            }
        }
        return Parallel.run(PARALLEL, tasks, RuntimeException.class);
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
        step(
                "cleans",
                () -> new Cleaner(new CollectionCatalog(store, request.collectionId()))
                        .clean(clock.instant().minus(request.keepVersionsFor())));
    }

    @Override
    public void discardStaging(DiscardRequest request) {
        step("discards", () -> {
            CollectionCatalog catalog = new CollectionCatalog(store, request.collectionId());
            catalog.discardStaging(request.update());
            for (String objects : request.objects()) {
                catalog.discard(objects);
            }
            return null;
        });
    }
}
