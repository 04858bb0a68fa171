package dev.littoral.activities.catalog;

import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;

/**
 * A sweep over the shards of two snapshots by rising paths, which finds what differs. A shard that both name is the
 * same in both and is not read: segments and files of it are in no other shard. Of the others, the one whose range
 * begins first is read next. The {@link Pairing} keeps what the other snapshot may still have: no more than the lines
 * of one shard of each.
 */
final class ShardSweep<T> extends Spliterators.AbstractSpliterator<T> {
    /** What is compared. It keeps what it is given until it is settled. */
    interface Pairing<T> {
        /** Takes the lines of a shard of the earlier snapshot. */
        void before(List<FileEntry> lines);

        /** Takes the lines of a shard of the later snapshot. */
        void after(List<FileEntry> lines);

        /**
         * Hands over what differs, as far as that is known.
         *
         * @param before the first path that the earlier snapshot may have in shards that are not read yet; null for
         *     none
         * @param after the same of the later snapshot
         */
        void settle(String before, String after, Consumer<T> found);
    }

    /** A shard, and the paths that may be in it. */
    private record Ranged(ShardRef shard, PathRange range) {}

    private final CollectionCatalog catalog;
    private final Deque<Ranged> before;
    private final Deque<Ranged> after;
    private final Pairing<T> pairing;
    private final Deque<T> found = new ArrayDeque<>();

    /** A snapshot is null where nothing was committed. */
    ShardSweep(CollectionCatalog catalog, SnapshotRoot before, SnapshotRoot after, Pairing<T> pairing) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
        this.catalog = catalog;
        this.pairing = pairing;
        Set<String> shared = objects(before);
        shared.retainAll(objects(after));
        this.before = others(before, shared);
        this.after = others(after, shared);
    }

    /** How many shards of the first snapshot the second does not name. */
    static int unshared(SnapshotRoot first, SnapshotRoot second) {
        Set<String> unshared = objects(first);
        unshared.removeAll(objects(second));
        return unshared.size();
    }

    private static Set<String> objects(SnapshotRoot root) {
        Set<String> objects = new HashSet<>();
        if (root != null) {
            root.shards().forEach(shard -> objects.add(object(shard)));
        }
        return objects;
    }

    private static String object(ShardRef shard) {
        return shard.sha256() + shard.key();
    }

    private static Deque<Ranged> others(SnapshotRoot root, Set<String> shared) {
        Deque<Ranged> others = new ArrayDeque<>();
        List<ShardRef> shards = root == null ? List.of() : root.shards();
        for (int i = 0; i < shards.size(); i++) {
            ShardRef shard = shards.get(i);
            if (!shared.contains(object(shard))) {
                String to = i + 1 < shards.size() ? shards.get(i + 1).from() : null;
                others.add(new Ranged(shard, new PathRange(shard.from(), to)));
            }
        }
        return others;
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        while (found.isEmpty()) {
            if (before.isEmpty() && after.isEmpty()) {
                return false;
            }
            if (after.isEmpty() || (!before.isEmpty() && PathOrder.compare(start(before), start(after)) <= 0)) {
                pairing.before(lines(before.remove()));
            } else {
                pairing.after(lines(after.remove()));
            }
            pairing.settle(start(before), start(after), found::add);
        }
        action.accept(found.remove());
        return true;
    }

    private static String start(Deque<Ranged> shards) {
        return shards.isEmpty() ? null : shards.element().range.from();
    }

    private List<FileEntry> lines(Ranged ranged) {
        List<FileEntry> lines = new ArrayList<>();
        CatalogReader.uninterrupted(() -> {
            catalog.readLines(ranged.shard, line -> {
                // What is beyond its range would be compared too late.
                if (!ranged.range.contains(line.path())) {
                    throw catalog.damaged(
                            ranged.shard.key(),
                            "it has " + line.path() + ", which its root puts in another shard; expected paths from '"
                                    + ranged.range.from() + "' on"
                                    + (ranged.range.to() == null ? "" : " and before '" + ranged.range.to() + "'"));
                }
                lines.add(line);
            });
            return null;
        });
        return lines;
    }
}
