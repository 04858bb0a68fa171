package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.catalog.SnapshotRoot.SkipReport;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.PlannedShard;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

/** One attempt of committing a snapshot: writes its root, then creates the commit log's next entry, which names it. */
final class CommitStep {
    /** Balanced shards that are fetched at once. */
    private static final int PARALLEL = 16;

    private final RequestCounts requests = new RequestCounts();
    private final CatalogStore store;
    private final CollectionCatalog catalog;
    private final StepInputs inputs;
    private final NextHead next;
    private final CommitRequest request;

    CommitStep(CatalogStore store, ObjectCache cache, StepInputs inputs, NextHead next, CommitRequest request) {
        this.store = store.observed(requests);
        this.catalog = new CollectionCatalog(this.store, request.collectionId(), cache);
        this.inputs = inputs;
        this.next = next;
        this.request = request;
    }

    CommitResult run() throws InterruptedException {
        HeadLog heads = catalog.heads();
        // Whether it is there already: then nothing is written, least of all over what is served.
        Optional<CommitOutcome> before = heads.outcome(request);
        if (before.isPresent()) {
            int schemas = before.get() instanceof CommitOutcome.Created created
                    ? ShardRef.schemas(
                            catalog.root(created.head()).orElseThrow().shards())
                    : 0;
            return new CommitResult(before.get(), schemas, requests.counts());
        }
        Optional<Head> named = heads.resolve(request.base());
        if (named.isEmpty()) {
            return new CommitResult(new CommitOutcome.Moved(heads.newest()), 0, requests.counts());
        }
        Head base = named.get();
        inputs.checkBase(request.update(), base);
        StagedPlan plan = StagedPlan.read(catalog, request.plan());
        inputs.checkCommit(request, base, plan.plan());
        List<BalancedShard> balanced = balanced(plan);
        inputs.checkCommit(request, base, balanced);
        List<ShardRef> shards = shards(plan.plan(), balanced);
        Totals totals = shards.stream().map(ShardRef::totals).reduce(Totals.NONE, Totals::plus);
        checkDrop(base.totals(), totals, unread(shards));
        SnapshotRef snapshot = writeRoot(base, totals, shards, plan.plan());
        // The commit, and the final check that the source is still the current one, in one atomic step.
        CommitOutcome outcome = heads.create(base, next.committed(base, request, snapshot));
        return new CommitResult(outcome, ShardRef.schemas(shards), requests.counts());
    }

    private SnapshotRef writeRoot(Head base, Totals totals, List<ShardRef> shards, ListingPlan plan)
            throws InterruptedException {
        SkipReport skipped = new SkipReport(plan.skipped(), null, null);
        if (plan.skippedKey() != null) {
            String key = CatalogLayout.skipReport(request.objects());
            skipped = new SkipReport(plan.skipped(), key, catalog.write(key, catalog.staged(plan.skippedKey())));
        }
        return catalog.writeRoot(
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
                        skipped,
                        request.options().maxDeadShare(),
                        plan.table() == null ? "" : plan.table().text(),
                        // An older build's plan does not say it; its listing began after the base was read.
                        plan.listedAt() != null ? plan.listedAt() : base.time(),
                        plan.table(),
                        plan.schema()));
    }

    private List<BalancedShard> balanced(StagedPlan plan) throws InterruptedException {
        int touched = plan.plan().touched().size();
        List<Callable<BalancedShard>> tasks = new ArrayList<>();
        for (int i = 0; i < touched; i++) {
            String key = plan.balancedKey(i);
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
     * Refuses a snapshot that lost more rows than its collection allows: a broken source is more likely than intent.
     *
     * @param unread files that could not be read
     */
    private void checkDrop(Totals before, Totals now, long unread) {
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
}
