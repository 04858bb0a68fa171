package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.catalog.SnapshotRoot.SkipReport;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.PlannedShard;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Writes the root of a planned snapshot whose touched shards are balanced.
 *
 * @param source what was listed
 * @param objects the folder of the snapshot's own objects
 */
record RootWriter(
        CollectionCatalog catalog,
        String collectionId,
        ExternalSource source,
        CollectionOptions options,
        String objects) {
    /** Balanced shards that are fetched at once. */
    private static final int PARALLEL = 16;

    /** The touched shards, balanced. */
    List<BalancedShard> balanced(StagedPlan plan) throws InterruptedException {
        int touched = plan.plan().touched().size();
        List<Callable<BalancedShard>> tasks = new ArrayList<>();
        for (int i = 0; i < touched; i++) {
            String key = plan.balancedKey(i);
            tasks.add(() -> catalog.one(key, BalancedShard.class));
        }
        return ParallelTasks.run(PARALLEL, tasks, RuntimeException.class);
    }

    /** All shards of the snapshot, in order. */
    static List<ShardRef> shards(ListingPlan plan, List<BalancedShard> balanced) {
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

    SnapshotRef write(Head base, ListingPlan plan, List<ShardRef> shards) throws InterruptedException {
        SkipReport skipped = new SkipReport(plan.skipped(), null, null);
        if (plan.skippedKey() != null) {
            String key = CatalogLayout.skipReport(objects);
            skipped = new SkipReport(plan.skipped(), key, catalog.write(key, catalog.staged(plan.skippedKey())));
        }
        return catalog.writeRoot(
                objects,
                new SnapshotRoot(
                        SnapshotRoot.format(shards),
                        collectionId,
                        base.version() + 1,
                        source,
                        base.generation(),
                        options.targetRowsPerSegment(),
                        shards.stream().map(ShardRef::totals).reduce(Totals.NONE, Totals::plus),
                        shards,
                        skipped,
                        options.maxDeadShare(),
                        plan.table() == null ? "" : plan.table().text(),
                        // An older build's plan does not say it; its listing began after the base was read.
                        plan.listedAt() != null ? plan.listedAt() : base.time(),
                        plan.table(),
                        plan.schema()));
    }
}
