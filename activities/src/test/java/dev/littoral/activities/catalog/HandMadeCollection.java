package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.SnapshotRoot.SkipReport;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** A collection in memory whose versions and shards a test lays out by hand. */
abstract class HandMadeCollection {
    private static final ExternalSource SOURCE = new ExternalSource("file:///lake/", ExternalSpec.parquet());

    final MemoryCatalogStore store = new MemoryCatalogStore();
    final CollectionCatalog catalog = new CollectionCatalog(store, "c");
    final CatalogReader reader = CatalogReader.on(store);
    Head head = Head.NONE;
    private int shards;

    /** A file of which a segment has all rows: 10 for each. */
    static FileEntry file(String path, long segment) {
        return file(path, "v", segment);
    }

    static FileEntry file(String path, String version, long segment) {
        return FileEntry.served(
                new SourceFile(path, version, 100), 10, "s", List.of(new FragmentEntry(0, 10, segment)));
    }

    /** Writes a shard of the version that comes next. */
    ShardRef shard(String from, FileEntry... lines) throws InterruptedException {
        String key = "snapshots/%010d-x/shard-%06d.jsonl.zst".formatted(head.version() + 1, shards++);
        Totals totals = Totals.NONE;
        for (FileEntry line : lines) {
            totals = totals.plus(
                    line.served()
                            ? new Totals(line.listed() ? 1 : 0, 0, 0, line.living(), 0, 0, line.listed() ? 0 : 10)
                            : new Totals(0, 0, 0, 0, 0, 1, 0));
        }
        String sha256 = catalog.write(key, JsonLines.write(List.of(lines)));
        List<String> deletes = DeletesWriter.keys(List.of(lines));
        long movedIn = Arrays.stream(lines).mapToLong(FileEntry::movedIn).sum();
        return new ShardRef(
                from, key, sha256, sha256, totals, List.of("s"), 0L, deletes.isEmpty() ? null : deletes, movedIn);
    }

    /** Adds a version that serves these shards. */
    SnapshotRoot commit(ShardRef... refs) throws InterruptedException {
        Totals totals = Arrays.stream(refs).map(ShardRef::totals).reduce(Totals.NONE, Totals::plus);
        SnapshotRoot root = new SnapshotRoot(
                SnapshotRoot.FORMAT,
                "c",
                head.version() + 1,
                SOURCE,
                1,
                1_000,
                totals,
                List.of(refs),
                new SkipReport(0, null, null),
                0.9,
                "",
                Instant.EPOCH,
                null,
                null);
        add(HeadKind.COMMITTED, catalog.writeRoot("snapshots/%010d-x".formatted(head.version() + 1), root));
        return root;
    }

    /** Adds a version that serves a snapshot that is there, or none. */
    void add(HeadKind kind, SnapshotRef snapshot) throws InterruptedException {
        long version = head.version() + 1;
        Head next = new Head(version, "id-" + version, kind, SOURCE, 1, 1, snapshot, 99, Instant.EPOCH, "a test");
        assertThat(catalog.heads().create(head, next)).isEqualTo(new CommitOutcome.Created(next));
        head = next;
    }
}
