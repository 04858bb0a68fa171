package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.DeletesReader;
import dev.littoral.activities.catalog.DeletesWriter;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.testing.MemoryCatalogStore;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a file's deleted rows leave of its segments, from one version to the next. */
class DeletedRowsOfFileTest {
    private final CollectionCatalog catalog = new CollectionCatalog(new MemoryCatalogStore(), "c");

    /** What the source says is deleted. */
    private DeletedRows deleted = DeletedRows.NONE;

    private int reads;

    private final FileDeletes deletes = new FileDeletes(catalog, new DeletesOnly() {
        @Override
        public DeletedRows deletedRows(SourceFile file) {
            reads++;
            return deleted;
        }
    });

    /** In the base: rows 1 and 7 are deleted, in the segments 3 and 4. */
    private FileEntry before;

    @BeforeEach
    void hasABase() throws InterruptedException {
        before = written(
                listed("v1", "d1"),
                DeletedRows.of(1, 7),
                new FragmentEntry(0, 5, 3L, 1, 0, false),
                new FragmentEntry(5, 10, 4L, 1, 1, false));
    }

    private static SourceFile listed(String version, String deletesVersion) {
        return new SourceFile("/lake/a.parquet", version, 100, deletesVersion);
    }

    private FileEntry written(SourceFile file, DeletedRows rows, FragmentEntry... fragments)
            throws InterruptedException {
        DeletesWriter writer = new DeletesWriter(catalog, (part, sha256) -> "k/" + part);
        FileEntry.Deletes at = writer.add(rows);
        writer.finish();
        return writer.located(FileEntry.served(file, 10, "s", List.of(fragments))
                .with(List.of(fragments), at, file.deletesVersion()));
    }

    /** What the file holds, cut into fragments that end at these rows. */
    private static FileEntry content(SourceFile file, long... ends) {
        long[] start = {0};
        List<FragmentEntry> fragments = Arrays.stream(ends)
                .mapToObj(end -> {
                    FragmentEntry fragment = new FragmentEntry(start[0], end, null);
                    start[0] = end;
                    return fragment;
                })
                .toList();
        return FileEntry.served(file, 10, "s", fragments).with(fragments, null, null);
    }

    private FileEntry now(SourceFile file, FileEntry content, FileEntry base) throws Exception {
        DeletesWriter bitmaps = new DeletesWriter(catalog, (part, sha256) -> "n/" + part);
        FileEntry now = deletes.of(file, content, base, bitmaps);
        bitmaps.finish();
        FileEntry located = bitmaps.located(now);
        if (located.served()) {
            // What is written is what its fragments count.
            new DeletesReader(catalog).deadRows(located);
        }
        return located;
    }

    @Test
    void rowsThatAreDeletedBesideOthersLeaveTheFileInItsSegments() throws Exception {
        SourceFile file = listed("v1", "d2");
        deleted = DeletedRows.of(1, 2, 7);
        FileEntry now = now(file, content(file, 5, 10), before);
        assertThat(now.fragments())
                .containsExactly(new FragmentEntry(0, 5, 3L, 2, 0, false), new FragmentEntry(5, 10, 4L, 1, 1, false));
        assertThat(now.deletesVersion()).isEqualTo("d2");
        assertThat(now.deletes().key()).isEqualTo("n/0");
        assertThat(new DeletesReader(catalog).deadRows(now)).isEqualTo(deleted);
    }

    @Test
    void aRowThatIsThereAgainTakesTheFileOutOfItsSegments() throws Exception {
        SourceFile file = listed("v1", "d2");
        deleted = DeletedRows.of(1, 2);
        assertThat(now(file, content(file, 5, 10), before).fragments())
                .containsExactly(
                        new FragmentEntry(0, 5, null, 2, 0, false), new FragmentEntry(5, 10, null, 0, 0, false));
    }

    @Test
    void allRowsAreThereAgainWhereNoneIsDeletedAnyMore() throws Exception {
        SourceFile file = listed("v1", null);
        FileEntry now = now(file, content(file, 5, 10), before);
        assertThat(now.fragments()).containsExactly(new FragmentEntry(0, 5, null), new FragmentEntry(5, 10, null));
        assertThat(now.deletes()).isNull();
        assertThat(now.deletesVersion()).isNull();
        assertThat(reads).isZero();
    }

    @Test
    void theSameRowsUnderAnotherVersionStayWhereTheyAreWritten() throws Exception {
        SourceFile file = listed("v1", "d2");
        deleted = DeletedRows.of(1, 7);
        FileEntry now = now(file, content(file, 5, 10), before);
        assertThat(now.fragments()).isEqualTo(before.fragments());
        assertThat(now.deletes()).isEqualTo(before.deletes());
        assertThat(now.deletesVersion()).isEqualTo("d2");
    }

    @Test
    void aFileThatListsAsBeforeIsNotReadAgain() throws Exception {
        SourceFile file = listed("v1", "d1");
        assertThat(now(file, content(file, 5, 10), before)).isEqualTo(before);
        assertThat(reads).isZero();
    }

    @Test
    void otherFragmentsHaveTheRowsOfTheBaseAndAreInNoSegment() throws Exception {
        SourceFile file = listed("v1", "d1");
        FileEntry now = now(file, content(file, 8, 10), before);
        assertThat(now.fragments())
                .containsExactly(
                        new FragmentEntry(0, 8, null, 2, 0, false), new FragmentEntry(8, 10, null, 0, 0, false));
        assertThat(now.deletes()).isEqualTo(before.deletes());
        assertThat(reads).isZero();
    }

    @Test
    void anotherContentHasNothingOfTheBase() throws Exception {
        SourceFile file = listed("v2", "d1");
        deleted = DeletedRows.of(1, 7, 8);
        FileEntry now = now(file, content(file, 5, 10), before);
        assertThat(now.fragments())
                .containsExactly(
                        new FragmentEntry(0, 5, null, 1, 0, false), new FragmentEntry(5, 10, null, 2, 0, false));
        assertThat(now.deletes().key()).isEqualTo("n/0");
        assertThat(reads).isOne();
    }

    @Test
    void aFileWithoutDeletedRowsKeepsItsSegmentsWithItsFragments() throws Exception {
        SourceFile file = listed("v1", null);
        FileEntry base = content(file, 5, 10)
                .with(List.of(new FragmentEntry(0, 5, 3L), new FragmentEntry(5, 10, 4L)), null, null);
        assertThat(now(file, content(file, 5, 10), base)).isEqualTo(base);
        assertThat(now(file, content(file, 8, 10), base)).isEqualTo(content(file, 8, 10));
        assertThat(now(file, content(file, 5, 10), null)).isEqualTo(content(file, 5, 10));
        SourceFile overwritten = listed("v2", null);
        assertThat(now(overwritten, content(overwritten, 5, 10), base)).isEqualTo(content(overwritten, 5, 10));
        // The first that are deleted.
        SourceFile first = listed("v1", "d1");
        deleted = DeletedRows.of(9);
        assertThat(now(first, content(first, 5, 10), base).fragments())
                .containsExactly(new FragmentEntry(0, 5, 3L, 0, 0, false), new FragmentEntry(5, 10, 4L, 1, 0, false));
    }

    @Test
    void aFileThatIsLeftOutHasNoDeletedRowsThatAreRead() throws Exception {
        SourceFile file = listed("v1", "d2");
        FileEntry now = now(file, FileEntry.leftOut(file, "bad"), before);
        assertThat(now.served()).isFalse();
        assertThat(now.deletes()).isNull();
        assertThat(now.deletesVersion()).isEqualTo("d2");
        assertThat(reads).isZero();
    }

    @Test
    void aFileThatWasLeftOutIsNew() throws Exception {
        SourceFile file = listed("v1", "d1");
        deleted = DeletedRows.of(1);
        FileEntry now = now(file, content(file, 5, 10), FileEntry.leftOut(file, "bad"));
        assertThat(now.fragments())
                .containsExactly(
                        new FragmentEntry(0, 5, null, 1, 0, false), new FragmentEntry(5, 10, null, 0, 0, false));
        assertThat(reads).isOne();
    }
}
