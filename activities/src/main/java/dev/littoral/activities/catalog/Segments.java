package dev.littoral.activities.catalog;

import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The segments of a snapshot, put together from its shards. A segment lies in one shard, so one shard is in memory at a time. */
public final class Segments {
    private final CollectionCatalog catalog;
    private final SnapshotRoot root;

    public Segments(CollectionCatalog catalog, SnapshotRoot root) {
        this.catalog = catalog;
        this.root = root;
    }

    /** Hands over every segment, shard by shard, in each by rising id. */
    public void forEach(Consumer<RowMapping> segment) throws InterruptedException {
        for (ShardRef shard : root.shards()) {
            in(shard).values().forEach(segment);
        }
    }

    /** Finds a segment; reads shards until it is found. */
    public Optional<RowMapping> find(long id) throws InterruptedException {
        for (ShardRef shard : root.shards()) {
            RowMapping found = in(shard).get(id);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    private Map<Long, RowMapping> in(ShardRef shard) throws InterruptedException {
        Map<Long, List<RowMapping.FragmentSpan>> pieces = new TreeMap<>();
        catalog.readShard(shard, file -> {
            for (FragmentEntry fragment : file.fragments()) {
                List<RowMapping.FragmentSpan> segment =
                        pieces.computeIfAbsent(fragment.segment(), id -> new ArrayList<>());
                long from =
                        segment.isEmpty() ? 0 : segment.get(segment.size() - 1).to();
                segment.add(new RowMapping.FragmentSpan(
                        file.path(), file.version(), fragment.start(), fragment.end(), from));
            }
        });
        Map<Long, RowMapping> mappings = new TreeMap<>();
        pieces.forEach((id, fragments) -> mappings.put(id, new RowMapping(id, fragments)));
        return mappings;
    }
}
