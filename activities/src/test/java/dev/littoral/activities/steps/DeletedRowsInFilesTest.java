package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.Segment.RowLocation;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.CleanUp;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.OnBadFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that are deleted within files that stay. */
class DeletedRowsInFilesTest {
    private static final long TARGET = 1_000;

    @TempDir
    private Path folder;

    private DeletesBeside.Lake lake;
    private Pipeline pipeline;

    @BeforeEach
    void openLake() {
        lake = new DeletesBeside.Lake(folder.resolve("lake"));
        pipeline = new Pipeline(new MemoryCatalogStore(), DeletesBeside.opener(), 10);
    }

    @AfterEach
    void auditAndClose() throws InterruptedException {
        assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
        assertThat(Verified.of(pipeline.store).lines()).allMatch(line -> line.contains("_littoral/store.json"));
        pipeline.close();
    }

    private static CollectionOptions options() {
        return PipelineTest.options(TARGET);
    }

    private Update update() throws InterruptedException {
        pipeline.store.forget();
        pipeline.sources.forget();
        return pipeline.update(lake.source(), options());
    }

    private Snapshot snapshot() {
        return CatalogReader.on(pipeline.store).snapshot("c");
    }

    private Map<String, FileEntry> files() {
        return snapshot().files().collect(Collectors.toMap(file -> file.path().replaceAll(".*/", ""), file -> file));
    }

    private Segment onlySegment() {
        List<Segment> segments = snapshot().segments().toList();
        assertThat(segments).hasSize(1);
        return segments.getFirst();
    }

    @Test
    void rowsThatAreDeletedDieInTheirSegmentAndNoFileIsOpened() throws Exception {
        lake.write("a", 100, 0);
        lake.write("b", 200, 0);
        lake.delete("b", 0, 5);
        Update first = update();
        assertThat(first.head().totals().rows()).isEqualTo(298);
        assertThat(first.head().totals().dead()).isEqualTo(2);
        assertThat(first.newRows()).isEqualTo(298);
        Segment born = onlySegment();
        assertThat(snapshot().deadRows(born)).isEqualTo(DeletedRows.of(100, 105));

        assertThat(update().committed()).isFalse();
        assertThat(pipeline.store.written()).isEmpty();

        lake.delete("b", 0, 5, 6, 199);
        lake.delete("a", 99);
        Update second = update();
        assertThat(second.committed()).isTrue();
        assertThat(pipeline.sources.opened()).isEmpty();
        assertThat(pipeline.sources.deletesRead()).isEqualTo(2);
        assertThat(second.newSegments()).isZero();
        assertThat(second.deletedRows()).isEqualTo(3);
        assertThat(second.removedRows()).isEqualTo(3);
        assertThat(second.addedRows()).isZero();
        assertThat(second.files().changed()).isEqualTo(2);
        Segment now = onlySegment();
        assertThat(now.id()).isEqualTo(born.id());
        assertThat(now.rows()).isEqualTo(295);
        assertThat(snapshot().deadRows(now.id())).isEqualTo(DeletedRows.of(99, 100, 105, 106, 299));
        assertThat(files().get("b").fragments().getFirst().bornDead()).isEqualTo(2);
        assertThat(snapshot().deadRows(files().get("b"))).isEqualTo(DeletedRows.of(0, 5, 6, 199));
    }

    @Test
    void aFileWhoseRowsAreBackIsANewOneInItsSegments() throws Exception {
        lake.write("a", 900, 0);
        lake.write("b", 60, 0);
        lake.delete("b", 0, 5);
        update();
        Segment before = onlySegment();
        lake.delete("b", 5, 6);
        Update update = update();
        assertThat(pipeline.sources.opened()).isEmpty();
        assertThat(update.newSegments()).isEqualTo(1);
        assertThat(update.newRows()).isEqualTo(58);
        assertThat(update.addedRows()).isEqualTo(58);
        assertThat(update.removedRows()).isEqualTo(58);
        List<Segment> segments = snapshot().segments().toList();
        assertThat(segments).hasSize(2);
        assertThat(segments.getFirst().id()).isEqualTo(before.id());
        assertThat(snapshot().deadRows(before.id())).isEqualTo(DeletedRows.range(900, 960));
        assertThat(snapshot().deadRows(segments.getLast())).isEqualTo(DeletedRows.of(5, 6));

        // Without any deleted row it is another one once more, though the file is the same.
        lake.remove("_deletes-b");
        assertThat(update().newRows()).isEqualTo(60);
        assertThat(files().get("b").deletes()).isNull();
        assertThat(snapshot().totals().rows()).isEqualTo(960);
    }

    @Test
    void aFileAllOfWhoseRowsAreDeletedIsInNoSegmentAndStaysListed() throws Exception {
        lake.write("a", 100, 0);
        lake.write("b", 2_500, 0);
        lake.deleteRange("b", 0, 2_500);
        Update update = update();
        assertThat(update.head().totals().rows()).isEqualTo(100);
        assertThat(update.head().totals().files()).isEqualTo(2);
        assertThat(update.head().totals().dead()).isZero();
        assertThat(files().get("b").fragments())
                .isNotEmpty()
                .allMatch(fragment -> fragment.segment() == null && fragment.living() == 0);
        assertThat(update().committed()).isFalse();

        // The last rows of a file that has segments.
        lake.deleteRange("a", 0, 100);
        lake.write("c", 900, 0);
        update();
        assertThat(snapshot().totals().rows()).isEqualTo(900);
        assertThat(files().get("a").fragments().getFirst().segment()).isNull();

        // One of several fragments of a file, within the share that may be dead.
        lake.write("d", 2_400, 0);
        update();
        lake.deleteRange("d", 0, 200);
        update();
        lake.deleteRange("d", 0, 800);
        update();
        assertThat(snapshot().totals().rows()).isEqualTo(900 + 1_600);
        lake.remove("b");
        lake.remove("_b");
        update();
        assertThat(files()).doesNotContainKey("b");
    }

    @Test
    void aSmallerTargetCutsAFileWithDeletedRowsAnew() throws Exception {
        lake.write("a", 900, 0);
        lake.delete("a", 1, 500, 899);
        update();
        pipeline.sources.forget();
        lake.write("b", 10, 0);
        Update update = pipeline.update(lake.source(), PipelineTest.options(300));
        assertThat(pipeline.sources.deletesRead()).isZero();
        assertThat(files().get("a").fragments())
                .extracting(FileEntry.FragmentEntry::dead)
                .containsExactly(1L, 1L, 1L);
        assertThat(update.head().totals().rows()).isEqualTo(907);
    }

    @Test
    void positionsThatCannotBeRightFailTheUpdateEvenWhereBadFilesAreLeftOut() {
        ExternalSource source = lake.source(OnBadFile.SKIP);
        lake.write("a", 100, 0);
        lake.delete("a", 3, 100);
        assertThatThrownBy(() -> pipeline.update(source, options()))
                .hasMessageContaining("The deleted rows of " + lake.path("a")
                        + " go up to row 100; expected less than 100, the rows of the file");
        lake.put("_deletes-a", new byte[] {1, 2, 3});
        assertThatThrownBy(() -> pipeline.update(source, options()))
                .hasMessageContaining("Cannot read the deleted rows of " + lake.path("a")
                        + ": its bytes are no 64-bit Roaring bitmap");
    }

    @Test
    void deletesThatChangeWhileTheyAreReadAreListedAgain() throws Exception {
        lake.write("a", 100, 0);
        lake.write("b", 100, 0);
        lake.delete("a", 3);
        lake.delete("b", 3);
        pipeline.afterListing = round -> {
            if (round == 1) {
                lake.delete("b", 3, 4);
            }
        };
        Update update = update();
        assertThat(update.rounds()).isEqualTo(2);
        assertThat(snapshot().totals().rows()).isEqualTo(197);
        assertThat(snapshot().deadRows(onlySegment())).isEqualTo(DeletedRows.of(3, 103, 104));
    }

    @Test
    void whatDidNotChangeStaysInItsObjectUntilAShardNamesTooMany() throws Exception {
        for (int i = 0; i < 5; i++) {
            lake.write("f" + i, 150, 0);
            lake.delete("f" + i, 0);
        }
        update();
        int most = 0;
        int rewrites = 0;
        int named = 1;
        for (int i = 1; i <= 40; i++) {
            String file = "f" + i % 5;
            Map<String, FileEntry> before = files();
            lake.deleteRange(file, 0, 2 + i / 5);
            update();
            Map<String, FileEntry> now = files();
            ShardRef shard =
                    pipeline.snapshot(pipeline.head()).keySet().iterator().next();
            assertThat(shard.deletes())
                    .isEqualTo(List.copyOf(new TreeSet<>(now.values().stream()
                            .map(entry -> entry.deletes().key())
                            .toList())));
            assertThat(shard.deletes().size()).isLessThanOrEqualTo(ShardDeletes.MAX_OBJECTS);
            most = Math.max(most, shard.deletes().size());
            if (shard.deletes().size() == 1 && named > 1) {
                rewrites++;
            } else {
                before.forEach((name, entry) -> assertThat(name.equals(file)
                                || entry.deletes().equals(now.get(name).deletes()))
                        .isTrue());
            }
            named = shard.deletes().size();
        }
        // Five files name five objects at most, however often they change.
        assertThat(most).isEqualTo(5);
        assertThat(rewrites).isZero();
    }

    @Test
    void aShardThatWouldNameTooManyObjectsWritesItsBitmapsAnew() throws Exception {
        try (Pipeline wide = new Pipeline(new MemoryCatalogStore(), DeletesBeside.opener(), 100)) {
            for (int i = 10; i < 50; i++) {
                lake.write("f" + i, 20, 0);
            }
            wide.update(lake.source(), options());
            int most = 0;
            int rewrites = 0;
            int named = 0;
            for (int i = 10; i < 50; i++) {
                lake.delete("f" + i, i % 20);
                wide.store.forget();
                Update update = wide.update(lake.source(), options());
                assertThat(update.newSegments()).isZero();
                ShardRef shard =
                        wide.snapshot(update.head()).keySet().iterator().next();
                assertThat(wide.store.written().stream()
                                .filter(key -> key.contains("/deletes-") && !key.contains("staging")))
                        .hasSize(1);
                most = Math.max(most, shard.deletes().size());
                rewrites += shard.deletes().size() < named ? 1 : 0;
                named = shard.deletes().size();
            }
            assertThat(most).isEqualTo(ShardDeletes.MAX_OBJECTS);
            assertThat(rewrites).isEqualTo(2);
            assertThat(CatalogReader.on(wide.store).snapshot("c").totals().rows())
                    .isEqualTo(40 * 19);
            assertThat(LogAudit.findings(wide.store, "c")).isEmpty();
            assertThat(Verified.of(wide.store).lines()).allMatch(line -> line.contains("_littoral/store.json"));
        }
        lake.write("f10", 20, 1);
        update();
    }

    @Test
    void aDeletedRowSaysSinceWhichVersionItIs() throws Exception {
        lake.write("a", 90, 0);
        lake.write("b", 900, 0);
        lake.delete("b", 7);
        update();
        long version = pipeline.head().version();
        Segment segment = onlySegment();
        lake.delete("b", 7, 8);
        update();
        lake.delete("b", 7, 8, 9);
        update();
        lake.write("c", 100, 0);
        update();
        Snapshot now = snapshot();
        assertThat(now.locate(segment.id(), 96).deadSince()).isNull();
        assertThat(now.locate(segment.id(), 97).deadSince()).isEqualTo(version);
        assertThat(now.locate(segment.id(), 98).deadSince()).isEqualTo(version + 1);
        RowLocation last = now.locate(segment.id(), 99);
        assertThat(last.deadSince()).isEqualTo(version + 2);
        assertThat(last.orBefore()).isFalse();
        assertThat(last.fileRow()).isEqualTo(9);
        assertThat(last.file()).endsWith("/b");

        // Where the log begins later, nobody knows any more.
        pipeline.store.delete(List.of(head(1), head(version)));
        assertThat(now.locate(segment.id(), 97).deadSince()).isEqualTo(version + 1);
        assertThat(now.locate(segment.id(), 97).orBefore()).isTrue();
        assertThat(now.locate(segment.id(), 98).orBefore()).isTrue();
        assertThat(now.locate(segment.id(), 99).orBefore()).isFalse();

        // A file that is gone says it by its line.
        lake.remove("a");
        lake.remove("_a");
        update();
        assertThat(snapshot().locate(segment.id(), 0).deadSince())
                .isEqualTo(pipeline.head().version());
        CleanUp.before(pipeline.store, "c", CleanUp.LATE);
    }

    private static String head(long version) {
        return "c/head/%010d.json".formatted(9_999_999_999L - version);
    }

    @Test
    void cleanUpKeepsTheObjectsThatKeptVersionsName() throws Exception {
        lake.write("a", 100, 0);
        lake.write("b", 300, 0);
        lake.delete("a", 1);
        lake.delete("b", 2);
        update();
        lake.delete("b", 2, 3);
        update();
        lake.delete("b", 2, 3, 4);
        update();
        CleanUp.before(pipeline.store, "c", CleanUp.LATE);
        assertThat(snapshot().deadRows(onlySegment())).isEqualTo(DeletedRows.of(1, 102, 103, 104));
        assertThat(pipeline.store.list("c/snapshots/", null, 100).stream().filter(key -> key.contains("/deletes-")))
                .hasSize(2);
    }
}
