package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.FileEntry.Deletes;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.activities.testing.MemoryCatalogStore.Call;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeletesWriterTest {
    private final MemoryCatalogStore store = new MemoryCatalogStore();
    private final CollectionCatalog catalog = new CollectionCatalog(store, "c");

    private static String key(int part) {
        return CatalogLayout.deletes("snapshots/0000000001-x", 7, part);
    }

    private static FileEntry file(int i, long dead, Deletes deletes) {
        return FileEntry.served(
                        new SourceFile("/lake/" + i, "v", 1, "d"),
                        1_000,
                        "s",
                        List.of(new FragmentEntry(0, 1_000, 1L).dead(dead)))
                .withDeletes(deletes);
    }

    @Test
    void bitmapsAreReadBackFromPartsThatAreNoLargerThanTheyMayBe() throws InterruptedException {
        DeletesWriter writer = new DeletesWriter(catalog, (part, sha256) -> key(part), 100);
        List<FileEntry> files = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            files.add(file(i, i + 1, writer.add(DeletedRows.of(rows(i)))));
        }
        writer.finish();
        files.replaceAll(writer::located);

        List<String> keys = DeletesWriter.keys(files);
        assertThat(keys).hasSizeGreaterThan(5).contains(key(0), key(1));
        for (String key : keys) {
            assertThat(store.get("c/" + key).orElseThrow()).hasSizeLessThanOrEqualTo(100);
        }
        DeletesReader reader = new DeletesReader(catalog);
        for (int i = 0; i < 20; i++) {
            assertThat(reader.deadRows(files.get(i))).isEqualTo(DeletedRows.of(rows(i)));
        }
    }

    private static long[] rows(int i) {
        long[] rows = new long[i + 1];
        for (int row = 0; row <= i; row++) {
            rows[row] = 2L * row + i;
        }
        return rows;
    }

    @Test
    void aBitmapThatIsLargerThanAPartHasOneOfItsOwn() throws InterruptedException {
        DeletesWriter writer = new DeletesWriter(catalog, (part, sha256) -> key(part), 10);
        Deletes first = writer.add(DeletedRows.of(1));
        Deletes second = writer.add(DeletedRows.of(1, 2));
        writer.finish();
        assertThat(writer.located(file(0, 1, first)).deletes().key()).isEqualTo(key(0));
        assertThat(writer.located(file(0, 1, second)).deletes().key()).isEqualTo(key(1));
        assertThat(DeletesWriter.parts(List.of())).isZero();
        assertThat(DeletesWriter.parts(List.of(20 << 20, 12 << 20, 1, 40 << 20, 5)))
                .isEqualTo(4);
    }

    @Test
    void whatALineSaysOfItsBitmapIsChecked() throws InterruptedException {
        DeletesWriter writer = new DeletesWriter(catalog, (part, sha256) -> key(part));
        Deletes three = writer.add(DeletedRows.of(1, 2, 999));
        Deletes beyond = writer.add(DeletedRows.of(1, 2, 1_000));
        writer.finish();
        FileEntry right = writer.located(file(1, 3, three));
        Deletes at = right.deletes();
        DeletesReader reader = new DeletesReader(catalog);
        assertThat(reader.deadRows(right).count()).isEqualTo(3);
        assertThat(reader.deadRows(right.dead(5))).isEqualTo(DeletedRows.range(0, 1_000));

        refused(reader, writer.located(file(1, 3, beyond)), "go up to row 1000; expected less than 1000");
        refused(reader, file(1, 2, at), "are 3 from row 0 to before 1000; expected 2, those of the fragment");
        refused(
                reader,
                right.withDeletes(new Deletes(at.key(), at.offset(), at.length(), 4, at.sha256())),
                "are 3; expected 4");
        refused(
                reader,
                right.withDeletes(new Deletes(at.key(), at.offset() + 1, at.length(), 3, at.sha256())),
                "have the SHA-256 ");
        refused(
                reader,
                right.withDeletes(new Deletes(at.key(), 1L << 40, at.length(), 3, at.sha256())),
                "expected bytes of the ");
        Deletes last = writer.located(file(1, 3, beyond)).deletes();
        refused(
                reader,
                right.withDeletes(new Deletes(last.key(), last.offset() + 1, last.length(), 3, last.sha256())),
                "expected bytes of the ");
        refused(
                reader,
                right.withDeletes(new Deletes(key(9), 0, at.length(), 3, at.sha256())),
                "deletes-000007-9.bin is missing");
        byte[] garbage = "no bitmap".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        String sha256 = catalog.write(key(5), garbage);
        refused(
                reader,
                right.withDeletes(new Deletes(key(5), 0, garbage.length, 3, sha256)),
                "the deleted rows of /lake/1 cannot be read: its bytes are no 64-bit Roaring bitmap");
    }

    @Test
    void theObjectsThatWereReadLastAreKept() throws InterruptedException {
        byte[] bitmap = DeletedRows.of(3).bytes();
        List<FileEntry> files = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            byte[] object = Arrays.copyOf(bitmap, (i == 3 ? 100 : 32) << 20);
            store.put("c/" + key(i), object);
            files.add(file(i, 1, new Deletes(key(i), 0, bitmap.length, 1, Sha256.hex(bitmap))));
        }
        DeletesReader reader = new DeletesReader(catalog);
        // Two of 32 MiB are kept, or a larger one alone.
        assertThat(reads(reader, files, 0, 0, 1, 0, 1)).isEqualTo(2);
        assertThat(reads(reader, files, 0, 2, 0, 2)).isEqualTo(1);
        assertThat(reads(reader, files, 1)).isEqualTo(1);
        assertThat(reads(reader, files, 3, 3)).isEqualTo(1);
        assertThat(reads(reader, files, 1, 2, 1, 2)).isEqualTo(2);
    }

    private int reads(DeletesReader reader, List<FileEntry> files, int... which) throws InterruptedException {
        int before = store.calls(Call.GET);
        for (int i : which) {
            assertThat(reader.deadRows(files.get(i))).isEqualTo(DeletedRows.of(3));
        }
        return store.calls(Call.GET) - before;
    }

    @Test
    void partsAreFullWhenTheNextBitmapDoesNotFit() throws InterruptedException {
        int length = DeletedRows.of(1).bytes().length;
        DeletesWriter writer = new DeletesWriter(catalog, (part, sha256) -> key(part), 2 * length);
        List<FileEntry> files = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            files.add(file(i, 1, writer.add(DeletedRows.of(i))));
        }
        writer.finish();
        files.replaceAll(writer::located);
        assertThat(files)
                .extracting(file -> file.deletes().offset())
                .containsExactly(0L, (long) length, 0L, (long) length, 0L);
        assertThat(DeletesWriter.keys(files)).containsExactly(key(0), key(1), key(2));
        assertThat(DeletesWriter.parts(List.of(16 << 20, 16 << 20, 16 << 20))).isEqualTo(2);
        writer.finish();
        assertThat(store.calls(Call.PUT)).isEqualTo(3);
        FileEntry without = file(9, 0, null);
        assertThat(writer.located(without)).isSameAs(without);
        assertThat(writer.located(files.getFirst())).isSameAs(files.getFirst());
    }

    private static void refused(DeletesReader reader, FileEntry line, String because) {
        assertThatThrownBy(() -> reader.deadRows(line))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining(because);
    }
}
