package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.consumer.ConsumerClient;
import dev.littoral.activities.consumer.Lease;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.RollbackRequest;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One attempt of a rollback: holds the older version as a consumer does, looks whether its snapshot can be served, then
 * creates the commit log's next entry, which names it.
 */
final class RollbackStep {
    private static final int LIST_PAGE = 1_000;

    private final CollectionCatalog catalog;
    private final ConsumerClient holder;
    private final StepInputs inputs;
    private final NextHead next;
    private final RollbackRequest request;

    RollbackStep(CatalogStore store, StepInputs inputs, NextHead next, Clock clock, RollbackRequest request) {
        this.catalog = new CollectionCatalog(store, request.collectionId());
        this.holder = ConsumerClient.ofRollback(store, request.collectionId(), request.version(), clock);
        this.inputs = inputs;
        this.next = next;
        this.request = request;
    }

    CommitOutcome run() throws InterruptedException {
        HeadLog heads = catalog.heads();
        Optional<Head> named = heads.resolve(request.base());
        if (named.isEmpty()) {
            return new CommitOutcome.Moved(heads.newest());
        }
        Head base = named.get();
        // Whether it is there already: the older version may have expired since.
        Optional<CommitOutcome> before = heads.outcome(base, request);
        if (before.isPresent()) {
            return before.get();
        }
        inputs.checkBase(request.update(), base);
        Optional<Head> older = heads.at(request.version());
        String refusal = older.isPresent() ? refusal(base, older.get()) : absent(base);
        if (refusal != null) {
            return new CommitOutcome.Refused(refusal);
        }
        // Else clean-up could delete it meanwhile: it has looked at the log before the new version was there.
        if (!holder.lease(older.get(), Lease.LONGEST).granted()) {
            return new CommitOutcome.Refused(absent(base));
        }
        String missing = missing(older.get());
        return missing != null
                ? new CommitOutcome.Refused(missing)
                : heads.create(base, next.rolledBack(base, request, older.get().snapshot()));
    }

    private String absent(Head base) {
        return request.version() > base.version()
                ? "version " + request.version() + " is not in the catalog; expected one up to " + base.version()
                : "version " + request.version() + " has expired; expected one that littoral versions lists";
    }

    private static String refusal(Head base, Head older) {
        String which = "version " + older.version();
        if (older.snapshot() == null) {
            return which + " has no snapshot: nothing was committed before it; expected a later one";
        }
        if (older.snapshot().isSameAs(base.snapshot())) {
            return "version " + base.version() + " serves the snapshot of " + which + " already: nothing to do";
        }
        return null;
    }

    /** Why its snapshot cannot be served though the version is there; null where it can. */
    private String missing(Head older) throws InterruptedException {
        String which = "version " + older.version();
        try {
            return missingObject(catalog.root(older).orElseThrow())
                    .map(missing -> which + " cannot be served again: " + missing)
                    .orElse(null);
        } catch (LittoralException e) {
            if (e.type() != FailureType.INPUT) {
                throw e;
            }
            return which + " cannot be served again: " + e.getMessage();
        }
    }

    /**
     * What is missing of the objects that a root names, in words, or empty. Its objects are listed, not read: a request
     * for each thousand of the collection.
     */
    private Optional<String> missingObject(SnapshotRoot root) throws InterruptedException {
        TreeSet<String> needed = root.objects().collect(Collectors.toCollection(TreeSet::new));
        boolean listed = needed.isEmpty();
        String after = listed ? null : CatalogLayout.folderOf(needed.first()) + "/";
        while (!listed) {
            List<String> page = catalog.list(CatalogLayout.SNAPSHOTS, after, LIST_PAGE);
            page.forEach(needed::remove);
            after = page.isEmpty() ? after : page.getLast();
            // What is not listed in its place is missing.
            listed = page.isEmpty() || needed.isEmpty() || needed.first().compareTo(after) < 0;
        }
        return needed.stream().findFirst().map(key -> catalog.missing(key).getMessage());
    }
}
