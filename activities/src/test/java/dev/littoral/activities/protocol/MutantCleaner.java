package dev.littoral.activities.protocol;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.Head;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A clean-up that has lost a rule of what is garbage. */
final class MutantCleaner {
    private static final int ALL = 1_000;

    private MutantCleaner() {}

    static void clean(Safeguard lost, CatalogStore store, Instant keepFrom) throws InterruptedException {
        CollectionCatalog catalog = new CollectionCatalog(store, World.COLLECTION);
        List<Head> log = catalog.heads().newest(Long.MAX_VALUE, ALL);
        List<Head> kept = new ArrayList<>();
        Instant replaced = Instant.MAX;
        for (Head head : log) {
            if (!replaced.isBefore(keepFrom)) {
                kept.add(head);
            }
            replaced = head.time();
        }
        store.delete(log.stream()
                .filter(head -> !kept.contains(head))
                .map(head -> World.key(head.version()))
                .toList());
        Set<String> reached = new HashSet<>();
        for (Head head : kept) {
            Optional<SnapshotRoot> root = catalog.root(head);
            if (root.isPresent()) {
                reached.add(head.snapshot().key());
                if (lost != Safeguard.REACHED_BY_KEPT_VERSIONS) {
                    root.get().shards().stream().map(ShardRef::key).forEach(reached::add);
                }
            }
        }
        long newest = log.get(0).version();
        String folder = World.COLLECTION + "/";
        store.delete(store.list(folder + "snapshots/", null, ALL).stream()
                .filter(key -> !reached.contains(key.substring(folder.length())))
                .filter(key -> lost == Safeguard.FOLDER_OF_FUTURE_VERSION || writtenFor(key) < newest)
                .toList());
    }

    private static long writtenFor(String key) {
        String name = key.substring((World.COLLECTION + "/snapshots/").length());
        return Long.parseLong(name.substring(0, name.indexOf('-')));
    }
}
