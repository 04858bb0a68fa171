package dev.littoral.activities.steps;

import dev.littoral.activities.balance.ShardBalancer;
import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.JsonLines;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.StagingGoneException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.listing.ListingPlan.Touched;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.ShardsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One attempt of balancing touched shards: gives their fragments segments, and writes the shards. */
final class BalanceStep {
    private final RequestCounts requests = new RequestCounts();
    private final CatalogStore store;
    private final ObjectCache cache;
    private final StepInputs inputs;
    private final ShardsRequest request;
    private volatile Progress done;

    /**
     * An attempt.
     *
     * @param before what an attempt before has heartbeated
     */
    BalanceStep(
            CatalogStore store,
            ObjectCache cache,
            StepInputs inputs,
            ShardsRequest request,
            Optional<Progress> before) {
        this.store = store.observed(requests);
        this.cache = cache;
        this.inputs = inputs;
        this.request = request;
        this.done = before.filter(found -> StepTotals.isWithin(found.shards(), request)
                        && StepTotals.isPlausible(found.sum(), request.firstSegmentId()))
                .orElse(new Progress(0, 0, StepTotals.noBalance(request.firstSegmentId())));
    }

    /**
     * What balancing heartbeats.
     *
     * @param done shards balanced so far
     * @param shards shards that are finished; another attempt goes on after them
     * @param sum what the finished shards add up to
     */
    record Progress(long done, int shards, BalanceResult sum) implements StepProgress {}

    /** How far it is. Safe to call from any thread. */
    Progress progress() {
        return done;
    }

    BalanceResult run() throws InterruptedException {
        CollectionCatalog catalog = new CollectionCatalog(store, request.collectionId(), cache);
        StagedPlan plan = StagedPlan.read(catalog, request.plan());
        inputs.checkBalance(request, plan.plan());
        long version = CatalogLayout.versionOfFolder(request.objects());
        if (catalog.heads().hasExpired(version)) {
            // It may have named the folder, whose shards newer versions serve then.
            throw StagingGoneException.expired(request.plan(), version);
        }
        if (catalog.isNamed(request.objects())) {
            // The update that committed the folder no longer waits for an answer.
            throw LittoralException.input("objects is \"" + request.objects()
                    + "\", which a version names already; expected a folder that none names");
        }
        return balance(plan, catalog);
    }

    /** Balances by a plan whose folder of objects nobody else writes to. */
    BalanceResult balance(StagedPlan plan, CollectionCatalog catalog) throws InterruptedException {
        List<Touched> touched = plan.plan().touched();
        for (int i = request.from() + done.shards(); i < request.to(); i++) {
            Progress before = done;
            ShardBalancer.Result shard =
                    balance(plan, i, touched.get(i), before.sum().nextSegmentId(), catalog);
            done = new Progress(before.done() + 1, before.shards() + 1, StepTotals.plus(before.sum(), shard));
        }
        return StepTotals.with(done.sum(), requests.counts());
    }

    private ShardBalancer.Result balance(
            StagedPlan plan, int number, Touched touched, long firstId, CollectionCatalog catalog)
            throws InterruptedException {
        List<FileEntry> base = new ArrayList<>();
        for (ShardRef ref : touched.shard().base()) {
            catalog.readLines(ref, line -> {
                checkSegments(line, ref, catalog);
                base.add(line);
            });
        }
        StagedPlan.Changes changes = plan.changes(catalog, number);
        ShardBalancer.Result shard = ShardBalancer.balance(
                base,
                touched.range(),
                changes.files(),
                changes.moved(),
                request.options(),
                CatalogLayout.versionOfFolder(request.objects()),
                firstId);
        String key = CatalogLayout.shard(request.objects(), number);
        List<FileEntry> lines = ShardDeletes.write(shard.lines(), catalog, request.objects(), number);
        List<String> deletes = DeletesWriter.keys(lines);
        String sha256 = catalog.write(key, JsonLines.write(lines));
        ShardRef ref = new ShardRef(
                touched.shard().from(),
                key,
                sha256,
                shard.listing(),
                shard.totals(),
                shard.schemas(),
                shard.unread(),
                deletes.isEmpty() ? null : deletes,
                shard.movedIn());
        catalog.writeOne(plan.balancedKey(number), new BalancedShard(ref, firstId, firstId + shard.newSegments()));
        return shard;
    }

    /** The base's segments have ids below the first new one. */
    private void checkSegments(FileEntry file, ShardRef shard, CollectionCatalog catalog) {
        for (FileEntry.FragmentEntry fragment : file.fragments()) {
            if (fragment.segment() != null && fragment.segment() >= request.firstSegmentId()) {
                throw catalog.damaged(
                        shard.key(),
                        file.path() + " is in segment " + fragment.segment() + "; expected one below "
                                + request.firstSegmentId() + ", as no other was handed out");
            }
        }
    }
}
