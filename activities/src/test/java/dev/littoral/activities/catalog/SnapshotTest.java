package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.FileEntry.Deletes;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.Segment.FragmentSpan;
import dev.littoral.activities.catalog.Segment.RowLocation;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.deletes.RowRange;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.testing.ForwardingStore;
import dev.littoral.activities.testing.MemoryCatalogStore.Call;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.SnapshotRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Segments, and their deleted rows, in versions whose shards a test lays out by hand. */
class SnapshotTest extends HandMadeCollection {
    private int bitmaps;

    /** A file of 20 rows, of which segment 1 has the first ten and segment 2 the others, with deleted rows. */
    private FileEntry deleted(String path, long... rows) throws InterruptedException {
        DeletesWriter writer = new DeletesWriter(
                catalog, (part, sha256) -> CatalogLayout.deletes("snapshots/0000000001-x", bitmaps++, part));
        DeletedRows all = DeletedRows.of(rows);
        Deletes deletes = writer.add(all);
        writer.finish();
        return writer.located(twoSegments(path)
                .with(
                        List.of(
                                new FragmentEntry(0, 10, 1L).dead(all.count(0, 10)),
                                new FragmentEntry(10, 20, 2L).dead(all.count(10, 20))),
                        deletes,
                        "d"));
    }

    private static FileEntry twoSegments(String path) {
        return FileEntry.served(
                new SourceFile(path, "v", 100),
                20,
                "s",
                List.of(new FragmentEntry(0, 10, 1L), new FragmentEntry(10, 20, 2L)));
    }

    @Test
    void theDeletedRowsOfASegmentAreNumberedInIt() throws Exception {
        commit(shard("", file("/a", 2).dead(1), deleted("/b", 1, 3, 12), twoSegments("/c"), deleted("/d", 0, 19)));
        Snapshot snapshot = reader.snapshot("c");
        assertThat(snapshot.deadRows(1)).isEqualTo(DeletedRows.of(1, 3, 20));
        assertThat(snapshot.deadRows(2)).isEqualTo(DeletedRows.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 39));
        assertThat(snapshot.segment(1).rows()).isEqualTo(27);
        FileEntry b = snapshot.files()
                .filter(file -> file.path().equals("/b"))
                .findFirst()
                .orElseThrow();
        assertThat(snapshot.deadRows(b)).isEqualTo(DeletedRows.of(1, 3, 12));
        assertThatThrownBy(() -> snapshot.deadRows(3))
                .isInstanceOf(LittoralException.class)
                .hasMessage("Version 1 has no segment 3");
    }

    /** A segment without deleted rows, and fragments without, ask for no bitmap. */
    @Test
    void positionsAreReadOnlyWhereSomeRowsOfAFragmentAreDeleted() throws Exception {
        commit(shard("", deleted("/a", 12)), shard("/b", file("/b", 3).dead(1)));
        Snapshot snapshot = reader.snapshot("c");
        Segment first = snapshot.segment(1);
        Segment third = snapshot.segment(3);
        int before = store.calls(Call.GET);
        assertThat(snapshot.deadRows(first)).isEqualTo(DeletedRows.NONE);
        assertThat(snapshot.deadRows(third)).isEqualTo(DeletedRows.range(0, 10));
        assertThat(store.calls(Call.GET)).isEqualTo(before);
        assertThat(snapshot.locate(1, 5).deadSince()).isNull();
        assertThat(store.calls(Call.GET)).as("the shard").isEqualTo(before + 1);
        assertThat(snapshot.locate(2, 2).deadSince()).isEqualTo(1);
        assertThat(snapshot.deadRows(2)).isEqualTo(DeletedRows.of(2));
    }

    @Test
    void aDeletedRowSaysSinceWhichVersion() throws Exception {
        add(HeadKind.DECLARED, null);
        commit(shard("", twoSegments("/a"), file("/b", 3)));
        commit(shard("", deleted("/a", 2)), shard("/b", file("/b", 3)));
        add(HeadKind.DECLARED, head.snapshot());
        commit(shard("", deleted("/a", 2, 15), file("/b", 3)));
        SnapshotRef both = head.snapshot();
        commit(shard("", deleted("/a", 2, 9, 15), file("/b", 3).dead(6)));
        assertThat(since(6, 1, 2)).isEqualTo(3);
        assertThat(since(6, 1, 9)).isEqualTo(6);
        assertThat(since(6, 2, 5)).isEqualTo(5);
        assertThat(since(6, 3, 0)).isEqualTo(6);
        assertThat(since(6, 1, 1)).isNull();
        assertThat(since(4, 1, 2)).isEqualTo(3);
        assertThat(since(3, 1, 2)).isEqualTo(3);
        assertThat(since(2, 1, 2)).isNull();

        // A row that came back was deleted anew after it.
        add(HeadKind.ROLLED_BACK, both);
        commit(shard("", deleted("/a", 2, 9, 15), file("/b", 3)));
        assertThat(since(8, 1, 9)).isEqualTo(8);
        assertThat(since(8, 1, 2)).isEqualTo(3);
    }

    private Long since(long version, long segment, long row) {
        RowLocation at = reader.snapshot("c", version).locate(segment, row);
        assertThat(at.orBefore()).isFalse();
        return at.deadSince();
    }

    /** The same path with another version, or in another segment, is another row. */
    @Test
    void aRowIsDeletedSinceItsFileIsInItsSegment() throws Exception {
        commit(shard("", file("/a", "w", 9)), shard("/b", file("/b", 3)));
        commit(shard("", inSegments(deleted("/a", 2, 12), 7, 8), file("/b", 3)));
        commit(shard("", deleted("/a", 2, 12), file("/b", 3)));
        commit(shard("", file("/a", "w", 9).dead(3), deleted("/a", 2, 12), file("/b", 3)));
        assertThat(since(4, 1, 2)).isEqualTo(3);
        assertThat(since(4, 2, 2)).isEqualTo(3);
        assertThat(since(2, 7, 2)).isEqualTo(2);
    }

    private static FileEntry inSegments(FileEntry file, long first, long second) {
        List<FragmentEntry> is = file.fragments();
        return file.with(List.of(
                new FragmentEntry(0, 10, first).dead(is.getFirst().dead()),
                new FragmentEntry(10, 20, second).dead(is.getLast().dead())));
    }

    @Test
    void aRowThatIsDeletedFromTheFirstVersionOnIsDeletedSinceThat() throws Exception {
        commit(shard("", deleted("/a", 2)));
        commit(shard("", deleted("/a", 2, 3)));
        assertThat(since(2, 1, 2)).isEqualTo(1);
        assertThat(since(2, 1, 3)).isEqualTo(2);
    }

    /** Also where its shard begins with its file, and its fragment with it; before nothing was served. */
    @Test
    void theFirstRowOfItsFragmentIsOneOfThem() throws Exception {
        add(HeadKind.DECLARED, null);
        commit(shard("", file("/a", 3)), shard("/b", deleted("/b", 10)));
        commit(shard("", file("/a", 3)), shard("/b", deleted("/b", 0, 10)));
        assertThat(since(3, 2, 0)).isEqualTo(2);
        assertThat(since(3, 1, 0)).isEqualTo(3);
    }

    @Test
    void whatWasDeletedWithinFilesIsADifference() throws Exception {
        commit(shard("", twoSegments("/a")));
        commit(shard("", deleted("/a", 2, 15)));
        commit(shard("", deleted("/a", 2, 3, 9)));
        assertThat(reader.diff("c", 1, 2).changes())
                .containsExactly(delete(1, new RowRange(2, 3)), delete(2, new RowRange(5, 6)));
        assertThat(reader.diff("c", 2, 3).changes())
                .containsExactly(
                        delete(1, new RowRange(3, 4), new RowRange(9, 10)),
                        new SegmentChange.Restore(2, List.of(new RowRange(5, 6))));
        assertThat(reader.diff("c", 0, 3).changes().map(change -> ((SegmentChange.Build) change).deleted()))
                .containsExactly(List.of(new RowRange(2, 4), new RowRange(9, 10)), List.of());
    }

    private static SegmentChange delete(long segment, RowRange... rows) {
        return new SegmentChange.Delete(segment, List.of(rows));
    }

    /** Versions come in pages of a hundred; what they share is read once. */
    @Test
    void theHistoryOfARowIsReadPageByPage() throws Exception {
        commit(shard("", twoSegments("/a")));
        ShardRef shard = shard("", deleted("/a", 2));
        for (int i = 0; i < 250; i++) {
            commit(shard);
        }
        for (int i = 0; i < 10; i++) {
            add(HeadKind.DECLARED, head.snapshot());
        }
        Snapshot snapshot = reader.snapshot("c");
        int gets = store.calls(Call.GET);
        assertThat(snapshot.locate(1, 2).deadSince()).isEqualTo(2);
        assertThat(store.calls(Call.GET) - gets)
                .as("a version and its root, two shards, two bitmaps of them, and its own shard")
                .isLessThanOrEqualTo(2 * 251 + 4);
    }

    /** Older versions may be cleaned away before, or while, they are read. */
    @Test
    void whereTheLogBeginsLaterTheRowMayBeDeletedSinceBefore() throws Exception {
        commit(shard("", twoSegments("/a")));
        commit(shard("", deleted("/a", 2)));
        commit(shard("", deleted("/a", 2)));
        commit(shard("", deleted("/a", 2)));
        store.delete(List.of(head(1), head(2)));
        RowLocation cleaned = reader.snapshot("c").locate(1, 2);
        assertThat(cleaned.deadSince()).isEqualTo(3);
        assertThat(cleaned.orBefore()).isTrue();
        assertThat(cleaned.row()).isEqualTo(2);

        // The objects of a version that is there are missing: damage.
        List<String> shards = store.keys().stream()
                .filter(key -> key.startsWith("c/snapshots/0000000003") && key.contains("shard"))
                .toList();
        store.delete(shards);
        assertThatThrownBy(() -> reader.snapshot("c").locate(1, 2))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining(shards.getFirst())
                .hasMessageContaining("missing");
        store.delete(List.of(head(3)));
        assertThat(reader.snapshot("c").locate(1, 2).deadSince()).isEqualTo(4);
    }

    /** A version is listed, and gone with its objects when these are asked for. */
    @Test
    void whatIsCleanedAwayWhileItIsReadMayHaveBeenDeletedBefore() throws Exception {
        commit(shard("", twoSegments("/a")));
        commit(shard("", deleted("/a", 2)));
        commit(shard("", deleted("/a", 2)));
        Snapshot snapshot = CatalogReader.on(new ForwardingStore(store) {
                    @Override
                    public Optional<byte[]> get(String key) {
                        if (key.startsWith("c/snapshots/0000000002-x/root")) {
                            store.delete(List.of(head(1), head(2), key));
                        }
                        return super.get(key);
                    }
                })
                .snapshot("c");
        RowLocation at = snapshot.locate(1, 2);
        assertThat(at.deadSince()).isEqualTo(3);
        assertThat(at.orBefore()).isTrue();
    }

    @Test
    void onlyShardsWithFilesThatAreLeftOutOrGoneAreReadForThem() throws Exception {
        FileEntry leftOut = FileEntry.leftOut(new SourceFile("/b/x", "v", 5), "no rows");
        List<MovedRows> to = List.of(new MovedRows("/d/y", "v", List.of(new MovedRows.Range(0, 10, 0))));
        FileEntry moved = file("/d/x", 3).gone(1L, file("/d/x", 3).fragments(), null, to);
        FileEntry target = FileEntry.served(
                new SourceFile("/d/y", "v", 9), 10, "s", List.of(new FragmentEntry(0, 10, 3L, 0, 0, true)));
        commit(
                shard("", file("/a", 1)),
                shard("/b", leftOut),
                shard("/c", file("/c/x", 2), file("/c/y", 2).dead(1)),
                shard("/d", moved, target));
        Snapshot snapshot = reader.snapshot("c");
        int before = store.calls(Call.GET);
        assertThat(snapshot.skipped()).containsExactly(new SkippedFile("/b/x", "no rows"));
        assertThat(store.calls(Call.GET)).isEqualTo(before + 1);
        assertThat(snapshot.deadFiles().map(FileEntry::path)).containsExactly("/c/y", "/d/x");
        assertThat(store.calls(Call.GET)).isEqualTo(before + 3);
        assertThat(snapshot.collectionId()).isEqualTo("c");
        assertThat(snapshot.listedAt()).contains(Instant.EPOCH);
        assertThat(snapshot.table()).isEmpty();
        assertThat(snapshot.schema()).isEmpty();
    }

    private static String head(long version) {
        return "c/" + CatalogLayout.head(version);
    }

    @Test
    void aFragmentWhoseBitmapSaysOtherwiseIsDamage() throws Exception {
        FileEntry a = deleted("/a", 2, 3, 12);
        commit(shard(
                "",
                a.with(
                        List.of(new FragmentEntry(0, 10, 1L).dead(1), new FragmentEntry(10, 20, 2L).dead(2)),
                        a.deletes(),
                        "d")));
        FragmentSpan span = reader.snapshot("c").fragments(1).getFirst();
        assertThat(span.dead()).isEqualTo(1);
        assertThatThrownBy(() -> reader.snapshot("c").deadRows(1))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining(
                        "the deleted rows of /a are 2 from row 0 to before 10; expected 1, those of the" + " fragment");
    }
}
