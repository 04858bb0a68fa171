package dev.littoral.activities.catalog;

import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.SnapshotRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Snapshot expiration: removes old versions, and the snapshot objects that no remaining version reaches. An object that
 * is still being written is safe: it is in a folder that names the version it is for, and while that version is not
 * there nothing of the folder is touched. Once it is there, nobody else can create it, so what it does not reach is
 * garbage.
 */
public final class SnapshotExpirer {
    private static final int PAGE = 1_000;

    private final CollectionCatalog catalog;

    public SnapshotExpirer(CollectionCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * What was removed.
     *
     * @param versions head versions
     * @param objects snapshot objects
     */
    public record Result(long versions, long objects) {}

    /**
     * Removes what has expired. Versions go first, the oldest before all others, so that a clean-up that is cut off
     * leaves a log without gaps and no version whose objects are gone.
     *
     * @param keepFrom versions that were replaced before are removed
     */
    public Result clean(Instant keepFrom) throws InterruptedException {
        List<Head> kept = new ArrayList<>();
        List<Long> doomed = new ArrayList<>();
        long before = Long.MAX_VALUE;
        // When the version after took its place: from then on its retention counts, however long it was the newest. The
        // newest's has not begun.
        Instant replaced = Instant.MAX;
        List<Head> page;
        do {
            page = catalog.heads().newest(before, PAGE);
            for (Head head : page) {
                // A clock that was set back makes no gaps: all versions older than an expired one are removed with it.
                if (doomed.isEmpty() && !replaced.isBefore(keepFrom)) {
                    kept.add(head);
                } else {
                    doomed.add(head.version());
                }
                before = head.version();
                replaced = head.time();
            }
        } while (page.size() == PAGE);
        if (kept.isEmpty()) {
            return new Result(0, 0);
        }
        // Before anything is deleted: where a kept root is damaged, older versions may be all that can still be read.
        Set<String> reached = reached(kept);
        Collections.reverse(doomed);
        catalog.heads().delete(doomed);
        return new Result(doomed.size(), removeUnreached(reached, kept.get(0).version()));
    }

    private Set<String> reached(List<Head> kept) throws InterruptedException {
        Set<String> reached = new HashSet<>();
        for (Head head : kept) {
            SnapshotRef snapshot = head.snapshot();
            if (snapshot == null || !reached.add(snapshot.key())) {
                continue;
            }
            Optional<SnapshotRoot> root = catalog.root(head);
            if (root.isPresent()) {
                for (ShardRef shard : root.get().shards()) {
                    reached.add(shard.key());
                    if (shard.deletes() != null) {
                        reached.addAll(shard.deletes());
                    }
                }
                if (root.get().skipped().key() != null) {
                    reached.add(root.get().skipped().key());
                }
            }
        }
        return reached;
    }

    private long removeUnreached(Set<String> reached, long newest) throws InterruptedException {
        long removed = 0;
        String after = null;
        List<String> page;
        do {
            page = catalog.list(CatalogLayout.SNAPSHOTS, after, PAGE);
            List<String> doomed = page.stream()
                    .filter(key -> !reached.contains(key)
                            && CatalogLayout.versionOf(key).orElse(Long.MAX_VALUE) <= newest)
                    .toList();
            catalog.delete(doomed);
            removed += doomed.size();
            after = page.isEmpty() ? after : page.get(page.size() - 1);
        } while (page.size() == PAGE);
        return removed;
    }
}
