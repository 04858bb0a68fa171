package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One attempt of committing a snapshot: writes its root, unless the listing has prepared it, then creates the commit
 * log's next entry, which names it.
 */
final class CommitStep {
    private final RequestCounts requests = new RequestCounts();
    private final CollectionCatalog catalog;
    private final StepInputs inputs;
    private final NextHead next;
    private final CommitRequest request;

    CommitStep(CatalogStore store, ObjectCache cache, StepInputs inputs, NextHead next, CommitRequest request) {
        this.catalog = new CollectionCatalog(store.observed(requests), request.collectionId(), cache);
        this.inputs = inputs;
        this.next = next;
        this.request = request;
    }

    CommitResult run() throws InterruptedException {
        return request.snapshot() == null ? commitPlanned() : commitPrepared();
    }

    private CommitResult commitPlanned() throws InterruptedException {
        HeadLog heads = catalog.heads();
        // Whether it is there already: then nothing is written, least of all over what is served.
        Optional<CommitOutcome> before = heads.outcome(request);
        if (before.isPresent()) {
            return settled(before.get());
        }
        Optional<Head> named = heads.resolve(request.base());
        if (named.isEmpty()) {
            return settled(new CommitOutcome.Moved(heads.newest()));
        }
        Head base = named.get();
        inputs.checkBase(request.update(), base);
        inputs.checkCommit(request, base);
        StagedPlan plan = StagedPlan.read(catalog, request.plan());
        inputs.checkCommit(request, plan.plan(), base);
        RootWriter writer =
                new RootWriter(catalog, request.collectionId(), request.source(), request.options(), request.objects());
        List<BalancedShard> balanced = writer.balanced(plan);
        inputs.checkCommit(request, base, balanced);
        List<ShardRef> shards = RootWriter.shards(plan.plan(), balanced);
        checkDrop(base.totals(), shards);
        return create(base, shards, writer.write(base, plan.plan(), shards));
    }

    /** Commits what a listing has prepared. Only the entry is written, and not where it is there already. */
    private CommitResult commitPrepared() throws InterruptedException {
        HeadLog heads = catalog.heads();
        Optional<Head> named = heads.resolve(request.base());
        if (named.isEmpty()) {
            Optional<CommitOutcome> before = heads.outcome(request);
            return settled(before.isPresent() ? before.get() : new CommitOutcome.Moved(heads.newest()));
        }
        Head base = named.get();
        inputs.checkBase(request.update(), base);
        inputs.checkCommit(request, base);
        SnapshotRoot root;
        try {
            root = prepared(base);
        } catch (LittoralException e) {
            // Where another entry has the place of this one, clean-up may have removed what no entry reaches.
            Optional<CommitOutcome> taken = heads.outcome(request);
            if (taken.isEmpty()) {
                throw e;
            }
            return settled(taken.get());
        }
        checkDrop(base.totals(), root.shards());
        return create(base, root.shards(), request.snapshot());
    }

    /** The root that was prepared. What the request says of it is not believed. */
    private SnapshotRoot prepared(Head base) throws InterruptedException {
        SnapshotRoot root =
                catalog.root(next.committed(base, request, request.snapshot())).orElseThrow();
        long[] free = {base.nextSegmentId()};
        for (ShardRef shard : root.shards()) {
            if (CatalogLayout.folderOf(shard.key()).equals(request.objects())) {
                catalog.readLines(shard, line -> {
                    for (FileEntry.FragmentEntry fragment : line.fragments()) {
                        if (fragment.segment() != null) {
                            free[0] = Math.max(free[0], fragment.segment() + 1);
                        }
                    }
                });
            }
        }
        inputs.checkCommit(request, base, root, free[0]);
        return root;
    }

    private CommitResult create(Head base, List<ShardRef> shards, SnapshotRef snapshot) throws InterruptedException {
        // The commit, and the final check that the source is still the current one, in one atomic step.
        CommitOutcome outcome = catalog.heads().create(base, next.committed(base, request, snapshot));
        return new CommitResult(outcome, ShardRef.schemas(shards), requests.counts());
    }

    private CommitResult settled(CommitOutcome outcome) throws InterruptedException {
        int schemas = outcome instanceof CommitOutcome.Created created
                ? ShardRef.schemas(catalog.root(created.head()).orElseThrow().shards())
                : 0;
        return new CommitResult(outcome, schemas, requests.counts());
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
     */
    private void checkDrop(Totals before, List<ShardRef> shards) {
        Totals now = shards.stream().map(ShardRef::totals).reduce(Totals.NONE, Totals::plus);
        long unread = unread(shards);
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
