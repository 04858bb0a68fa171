package dev.littoral.activities.source.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.table.Table;
import dev.littoral.workflows.model.TableVersion;
import dev.littoral.workflows.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeletionVectorTest {
    private static final UUID FILE = UUID.fromString("d2c639aa-8816-431a-aaf6-d3fe2512ff61");

    @TempDir
    private Path folder;

    private DeltaFolder delta;

    @BeforeEach
    void create() {
        delta = new DeltaFolder(folder.resolve("t"));
        delta.commit(0, DeltaFolder.features("deletionVectors"), DeltaFolder.METADATA);
    }

    private SourceFile only() throws Exception {
        Map<String, SourceFile> files = delta.newest();
        assertThat(files).hasSize(1);
        return files.values().iterator().next();
    }

    private DeletedRows read(SourceFile file) throws Exception {
        Table table = delta.open();
        return table.deletedRows(table.resolve(null), file);
    }

    private DeletedRows read() throws Exception {
        return read(only());
    }

    /** A block of one to three bytes at the end, as some writers end a vector in the log. */
    @Test
    void aShorterBlockAtTheEndIsDecoded() throws Exception {
        assertThat(Z85.decodePadded("00001##093")).containsExactly(0, 0, 0, 1, 3, 0);
        assertThat(Z85.decodePadded("###02")).containsExactly(2);
        assertThat(Z85.decodePadded("#0001")).containsExactly(0, 0, 1);
        assertThat(Z85.decodePadded("00001")).containsExactly(0, 0, 0, 1);
        assertThatThrownBy(() -> Z85.decodePadded("##%nS"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected 2 bytes in base 85");
    }

    @Test
    void theVectorOfTheProtocolsExampleHasItsRows() throws Exception {
        delta.commit(
                1,
                DeltaFolder.add(
                        "a.parquet",
                        100,
                        Vectors.json("i", "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", null, 44, 6)));
        assertThat(read()).isEqualTo(DeletedRows.of(3, 4, 7, 11, 18, 29));
    }

    @Test
    void aVectorInTheLogIsReadWithoutARequest() throws Exception {
        delta.commit(1, DeltaFolder.add("a.parquet", 5_000_000_000L, Vectors.inline(0, 7, 4_999_999_999L)));
        SourceFile file = only();
        assertThat(file.table().rows()).isEqualTo(5_000_000_000L);
        Table table = delta.open();
        TableVersion version = table.resolve(null);
        long before = delta.requests().get("source.get");
        assertThat(table.deletedRows(version, file)).isEqualTo(DeletedRows.of(0, 7, 4_999_999_999L));
        assertThat(delta.requests()).containsEntry("source.get", before);
    }

    @Test
    void vectorsInFilesOfTheTableAreReadWithOneRequestEach() throws Exception {
        String name = "deletion_vector_" + FILE + ".bin";
        byte[] one = Vectors.bytes(1, 2, 3);
        byte[] other = Vectors.bytes(9);
        int[] plain = Vectors.file(delta.folder.resolve(name), one, other);
        int[] prefixed = Vectors.file(delta.folder.resolve("ab").resolve(name), other);
        delta.commit(
                1,
                DeltaFolder.add("a", 10, Vectors.json("u", Vectors.z85(FILE), plain[0], one.length, 3)),
                DeltaFolder.add("b", 10, Vectors.json("u", Vectors.z85(FILE), plain[1], other.length, 1)),
                DeltaFolder.add("c", 10, Vectors.json("u", "ab" + Vectors.z85(FILE), prefixed[0], other.length, 1)));
        Map<String, SourceFile> files = delta.newest();
        assertThat(files.values().stream().map(SourceFile::deletesVersion)).doesNotHaveDuplicates();
        assertThat(read(files.get("a"))).isEqualTo(DeletedRows.of(1, 2, 3));
        assertThat(read(files.get("b"))).isEqualTo(DeletedRows.of(9));
        assertThat(read(files.get("c"))).isEqualTo(DeletedRows.of(9));
    }

    @Test
    void aVectorAtAnAddressIsReadWhereTheWorkerAllowsIt() throws Exception {
        byte[] rows = Vectors.bytes(4);
        Path file = folder.resolve("other place/x.bin");
        int[] offsets = Vectors.file(file, rows);
        String address = "file://" + file.toString().replace(" ", "%20");
        delta.commit(1, DeltaFolder.add("a", 10, Vectors.json("p", address, offsets[0], rows.length, 1)));
        SourceFile listed = only();
        assertThatThrownBy(() -> read(listed))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("other place/x.bin");
        delta.allowed.add("file://" + folder);
        assertThat(read(listed)).isEqualTo(DeletedRows.of(4));
    }

    @Test
    void anotherVectorIsAnotherVersionOfTheDeletes() throws Exception {
        delta.commit(1, DeltaFolder.add("a", 10));
        SourceFile none = only();
        delta.commit(2, DeltaFolder.remove("a"), DeltaFolder.add("a", 10, Vectors.inline(1)));
        SourceFile first = only();
        // What is removed may come after what is added.
        delta.commit(3, DeltaFolder.add("a", 10, Vectors.inline(1, 2)), DeltaFolder.remove("a"));
        SourceFile second = only();
        assertThat(none.deletesVersion()).isNull();
        assertThat(none.table().deletes()).isNull();
        assertThat(first.deletesVersion()).isNotEqualTo(second.deletesVersion()).isNotNull();
        assertThat(first.version()).isEqualTo(second.version()).isEqualTo(none.version());
        assertThat(read(second)).isEqualTo(DeletedRows.of(1, 2));
    }

    @Test
    void aVectorWithoutARowIsNone() throws Exception {
        byte[] empty = Vectors.bytes();
        delta.commit(1, DeltaFolder.add("a", 10, Vectors.json("i", Vectors.z85(empty), null, empty.length, 0)));
        assertThat(only().deletesVersion()).isNull();
    }

    @Test
    void aLongVectorInTheLogMakesAShortVersion() throws Exception {
        long[] rows = new Random(1).longs(3000, 0, 1 << 30).distinct().sorted().toArray();
        delta.commit(1, DeltaFolder.add("a", 1 << 30, Vectors.inline(rows)));
        assertThat(only().deletesVersion()).hasSizeLessThan(100);
        assertThat(read().count()).isEqualTo(rows.length);
    }

    @Test
    void aVectorThatIsNotAsTheLogSaysIsDamaged() throws Exception {
        byte[] rows = Vectors.bytes(1, 2);
        Path file = delta.folder.resolve("deletion_vector_" + FILE + ".bin");
        int[] offsets = Vectors.file(file, rows);
        String path = Vectors.z85(FILE);
        damaged(Vectors.json("u", path, offsets[0], rows.length, 3), "has 2 rows; expected 3, as the log says");
        damaged(Vectors.json("u", path, offsets[0], rows.length - 1, 2), "has 36 bytes; expected 35");
        damaged(Vectors.json("i", Vectors.z85(rows) + "00000", null, rows.length, 2), "has 40 bytes; expected 36");
        damaged(Vectors.json("i", "abc", null, 4, 1), "found 3 characters of base 85");
        damaged(Vectors.json("i", "ab\\\\cd", null, 4, 1), "found the character \\");
        damaged(Vectors.json("i", "00000", null, 4, 1), "begins with 00000000; expected the number 1681511377");
        damaged(Vectors.inline(1, 200), "has the row 200; expected 0 to 99");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 5] ^= 1;
        Files.write(file, bytes);
        damaged(Vectors.json("u", path, offsets[0], rows.length, 2), "has the checksum");
    }

    private void damaged(String vector, String why) throws Exception {
        delta.commit(1, DeltaFolder.add("a", 100, vector));
        assertThatThrownBy(this::read)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("File " + delta.folder + "/a of the Delta table " + delta.folder
                        + " has damaged deleted rows: ")
                .hasMessageContaining(why);
    }

    @Test
    void aVectorThatIsGoneMeansThatTheTableMovedOn() throws Exception {
        delta.commit(1, DeltaFolder.add("a", 100, Vectors.json("u", Vectors.z85(FILE), 1, 30, 2)));
        assertThatThrownBy(this::read).isInstanceOf(FileChangedException.class);
    }

    @Test
    void aVectorLargerThanItsFileCanNeedIsNotRead() throws Exception {
        damaged(Vectors.json("u", Vectors.z85(FILE), 1, 65_551, 2), "has 65551 bytes; expected at most 65550");
        delta.commit(1, DeltaFolder.add("a", 100, Vectors.json("u", Vectors.z85(FILE), 1, 65_550, 2)));
        assertThatThrownBy(this::read).isInstanceOf(FileChangedException.class);
        Table table = delta.open();
        assertThat(table.deletionBytes(only())).isEqualTo(65_550);
    }

    @Test
    void aVectorThatCannotBeIsRefused() {
        refused(Vectors.json("x", "abcde", null, 30, 2), "no deletion vector that there can be");
        refused(Vectors.json("i", "abcde", null, -1, 2), "no deletion vector that there can be");
        refused(Vectors.json("i", "abcde", null, 2_000_000_000, 2), "no deletion vector that there can be");
        refused(Vectors.json("u", "abcde", -5, 30, 2), "no deletion vector that there can be");
        refused(Vectors.json("i", "abcde", null, 30, 101), "found 101 deleted rows");
    }

    private void refused(String vector, String why) {
        delta.commit(1, DeltaFolder.add("a", 100, vector));
        assertThatThrownBy(delta::newest)
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("has a damaged log")
                .hasMessageContaining(why);
    }

    @Test
    void rowsAreThoseThatTheWritersReaderLeavesOut() throws Exception {
        Random random = new Random(5);
        Path file = delta.folder.resolve("deletion_vector_" + FILE + ".bin");
        List<long[]> rows = new ArrayList<>();
        List<byte[]> vectors = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int count = 1 + random.nextInt(i == 7 ? 60_000 : 200);
            rows.add(random.longs(count, 0, 100_000).distinct().sorted().toArray());
            vectors.add(Vectors.bytes(rows.get(i)));
        }
        int[] offsets = Vectors.file(file, vectors.toArray(byte[][]::new));
        List<String> actions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            actions.add(DeltaFolder.add(
                    "f" + i,
                    100_000,
                    Vectors.json("u", Vectors.z85(FILE), offsets[i], vectors.get(i).length, rows.get(i).length)));
        }
        delta.commit(1, actions.toArray(String[]::new));
        Map<String, String> expected = new TreeMap<>();
        Process reader = new ProcessBuilder(
                        ServerProcess.binary("table-python").toString(),
                        Path.of("src/test/resources/tables/delta_vectors.py")
                                .toAbsolutePath()
                                .toString(),
                        delta.folder.toString())
                .redirectErrorStream(true)
                .start();
        reader.inputReader().lines().forEach(line -> expected.put(line.substring(0, line.indexOf(' ')), line));
        Map<String, String> found = new TreeMap<>();
        Map<String, SourceFile> files = delta.newest();
        for (Map.Entry<String, SourceFile> each : files.entrySet()) {
            long[] sums = new long[2];
            read(each.getValue()).ranges().forEach(range -> {
                for (long row = range.start(); row < range.end(); row++) {
                    sums[0]++;
                    sums[1] += row * row;
                }
            });
            found.put(each.getKey(), each.getKey() + " " + sums[0] + " " + sums[1]);
        }
        assertThat(found).isEqualTo(expected);
    }
}
