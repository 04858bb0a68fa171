package dev.littoral.activities.source.lance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.testing.Openers;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A dataset that Lance wrote once, and manifests that nobody should have written. */
class LanceManifestTest {
    private static final Protobuf WRITER = new Protobuf().text(1, "lance");

    @TempDir
    Path temporary;

    private Path folder;
    private final List<String> requests = new ArrayList<>();

    @BeforeEach
    void dataset() throws Exception {
        folder = temporary.toRealPath().resolve("golden.lance");
        Path golden = Path.of(getClass().getResource("/lance/golden.lance").toURI());
        try (Stream<Path> files = Files.walk(golden)) {
            for (Path file : files.toList()) {
                Path target = folder.resolve(golden.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private Table open(TableAt at) {
        return LanceTables.open(folder, at, Openers.NONE, (role, kind, status) -> requests.add(kind));
    }

    private Path manifest(long version) {
        return folder.resolve("_versions/" + Long.toUnsignedString(~version) + ".manifest");
    }

    /** Makes a manifest the newest version. */
    private Table with(Protobuf manifest) throws IOException {
        Files.write(manifest(9), manifest.number(3, 9).message(13, WRITER).manifest());
        return open(null);
    }

    private static Map<String, SourceFile> files(Table table) throws Exception {
        return LanceTables.files(table, table.resolve(null));
    }

    private static LittoralException refused(Table table) {
        try {
            throw new AssertionError(files(table).toString());
        } catch (LittoralException e) {
            assertThat(e.type()).isEqualTo(FailureType.INPUT);
            return e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void fragmentsAreFilesWithTheirDeletedRows() throws Exception {
        Table table = open(null);
        TableVersion version = table.resolve(null);
        assertThat(version.text()).startsWith("lance dataset 3 etag ");
        assertThat(version.words()).startsWith("Lance version 3 of 2026-11-29 ");
        List<SourceFile> files = LanceTables.files(table, version).values().stream()
                .sorted(Comparator.comparing(each -> each.table().partition().get("fragment")))
                .toList();
        assertThat(files).hasSize(3);
        assertThat(files).allSatisfy(file -> {
            assertThat(file.path()).startsWith(folder + "/data/").endsWith(".lance");
            assertThat(file.table().rows()).isEqualTo(10_000);
            assertThat(file.bytes()).isPositive();
        });
        assertThat(LanceTables.deletedRows(table, version, files.get(0))).isEqualTo(DeletedRows.of(3, 5, 9999));
        DeletedRows many = LanceTables.deletedRows(table, version, files.get(1));
        assertThat(many.count()).isEqualTo(6000);
        assertThat(many.count(0, 10)).isEqualTo(6);
        assertThat(files.get(2).deletesVersion()).isNull();
        assertThat(files.get(0).deletesVersion()).isEqualTo("0-1-13404568164568467600.arrow");
        Files.delete(Path.of(files.get(0).table().deletes().split(" ", 2)[1]));
        assertThatThrownBy(() -> table.deletedRows(version, files.get(0))).isInstanceOf(FileChangedException.class);
    }

    @Test
    void aVersionSaysHowLongCleanUpLeavesIt() throws Exception {
        assertThat(open(null).resolve(null).retention()).isNull();
        Protobuf olderThan =
                new Protobuf().text(1, "lance.auto_cleanup.older_than").text(2, "2days");
        Protobuf interval =
                new Protobuf().text(1, "lance.auto_cleanup.interval").text(2, "20");
        Table table = with(new Protobuf().message(16, olderThan).message(16, interval));
        assertThat(table.resolve(null).retention()).isEqualTo(Duration.ofDays(2));
    }

    @Test
    void whatDidNotChangeCostsOneRequest() throws Exception {
        TableVersion version = open(null).resolve(null);
        requests.clear();
        assertThat(open(null).resolve(version)).isSameAs(version);
        assertThat(requests).containsExactly("LIST");
        TableVersion second = open(LanceTables.version(2)).resolve(null);
        requests.clear();
        assertThat(open(LanceTables.version(2)).resolve(second)).isSameAs(second);
        assertThat(requests).containsExactly("LIST");
        requests.clear();
        assertThat(open(LanceTables.tag("prod")).resolve(second)).isSameAs(second);
        assertThat(requests).containsExactly("GET", "LIST");
    }

    @Test
    void aManifestWrittenAnewUnderItsNumberIsAnotherVersion() throws Exception {
        TableVersion version = open(null).resolve(null);
        Protobuf other = new Protobuf()
                .message(2, Protobuf.fragment(0, 5, Protobuf.dataFile("a.lance")))
                .number(3, 3)
                .message(13, WRITER);
        Files.write(manifest(3), other.manifest());
        Table table = open(null);
        TableVersion anew = table.resolve(version);
        assertThat(anew.isSame(version)).isFalse();
        assertThatThrownBy(() -> LanceTables.files(table, version)).isInstanceOf(FileChangedException.class);
        assertThat(table.changes(version, anew)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "id,int64",
        "text,string",
        "point,struct",
        "point.x,float",
        "point.y,list",
        "'point.y.item','decimal(10,2)'",
        "vector,list",
        "day,date",
        "at,timestamp",
        "raw,fixed(2)",
        "flag,boolean"
    })
    void columnsHaveTheTypesThatParquetGivesThem(String name, String type) throws Exception {
        Table table = open(null);
        TableVersion version = table.resolve(null);
        table.checkColumns(version, List.of(new RequiredColumn(name, type)));
        assertThatThrownBy(() -> table.checkColumns(version, List.of(new RequiredColumn(name, "int8"))))
                .hasMessageContaining("has column " + name + " of another type: found " + type + ", expected int8");
        assertThatThrownBy(() -> table.checkColumns(version, List.of(new RequiredColumn(name + "x", null))))
                .hasMessageContaining("lacks column " + name + "x: found columns ");
    }

    @Test
    void theVersionAsOfAnInstantIsTheLastBeforeIt() throws Exception {
        for (long number = 1; number <= 3; number++) {
            TableVersion version = open(LanceTables.version(number)).resolve(null);
            for (Instant instant :
                    List.of(version.committedAt(), version.committedAt().plusNanos(1))) {
                TableAt at = new TableAt(null, null, null, null, instant);
                assertThat(open(at).resolve(null)).isEqualTo(version);
            }
        }
        TableAt at = new TableAt(null, null, null, null, Instant.parse("2020-01-01T00:00:00Z"));
        assertThatThrownBy(() -> open(at).resolve(null))
                .hasMessageContaining("has no version as of 2020-01-01T00:00:00Z; expected one that is there: 1 of ");
    }

    @Test
    void whatIsNotThereIsNamed() throws Exception {
        assertThatThrownBy(() -> open(LanceTables.version(7)).resolve(null))
                .hasMessageContaining(
                        "has no version 7; expected one that is there: 1 is the oldest left, 3 the newest");
        assertThatThrownBy(() -> open(LanceTables.tag("test")).resolve(null))
                .hasMessageContaining("has no tag test; expected one of prod");
        assertThatThrownBy(() -> open(LanceTables.tag("../../x")).resolve(null)).hasMessageContaining("has no tag");
        assertThatThrownBy(() -> open(LanceTables.branch("x")).resolve(null))
                .hasMessageContaining("has no branch x; expected one that it has, and it has none");
        assertThatThrownBy(() -> LanceTables.newest(folder.resolve("_refs")).resolve(null))
                .hasMessageContaining("is no Lance dataset: found no manifest in its _versions folder");
        Files.delete(manifest(2));
        assertThatThrownBy(() -> open(LanceTables.tag("prod")).resolve(null))
                .hasMessageContaining("has no version 2, which tag prod names; expected one that is there: 1 is the");
    }

    @Test
    void detachedAndStagedManifestsAndOtherObjectsArePassedOver() throws Exception {
        for (String name : List.of(
                "d9223372036854775809.manifest",
                ".tmp_7.manifest_9c100374",
                "0.manifest-9c100374",
                "18446744073709551616.manifest",
                "00000000000000000001.manifest")) {
            Files.copy(manifest(1), folder.resolve("_versions").resolve(name));
        }
        assertThat(open(null).resolve(null).version()).isEqualTo("3");
    }

    @ParameterizedTest
    @CsvSource({
        "64,data overlay files (reader feature flag 64)",
        "128,an index of a write-ahead log (reader feature flag 128)",
        "1024,reader feature flag 1024"
    })
    void featuresThatAreNotKnownAreRefusedByName(long flag, String name) throws Exception {
        Protobuf manifest = new Protobuf().number(9, 1 | flag);
        assertThat(refused(with(manifest))).hasMessageContaining("has " + name + ", which is not supported");
    }

    @Test
    void featuresThatAreKnownAreServed() throws Exception {
        assertThat(files(with(new Protobuf().number(9, 63)))).isEmpty();
    }

    /** Some of them counted the living rows alone. */
    @Test
    void versionsOfWritersThatCountedWrongAreRefused() throws Exception {
        Protobuf fragment = Protobuf.fragment(0, 90, Protobuf.dataFile("a.lance"));
        Files.write(
                manifest(9), new Protobuf().message(2, fragment).number(3, 9).manifest());
        assertThat(refused(open(null)))
                .hasMessageContaining(
                        "Version 9 of the Lance dataset " + folder + " does not say which Lance wrote it");
        Files.write(manifest(9), new Protobuf().number(3, 9).manifest());
        assertThat(files(open(null))).isEmpty();
    }

    @Test
    void rowsThatAreNotCountedAreRefused() throws Exception {
        Protobuf fragment = new Protobuf().number(1, 4).message(2, Protobuf.dataFile("a.lance"));
        assertThat(refused(with(new Protobuf().message(2, fragment))))
                .hasMessageContaining("Fragment 4 of the Lance dataset " + folder + " does not say how many rows");
    }

    @Test
    void pathsThatLeadElsewhereAreRefused() throws Exception {
        for (String path : List.of("../../x", "/etc/passwd", "", "a/../../../x", "a\0b")) {
            Protobuf fragment = Protobuf.fragment(0, 5, Protobuf.dataFile(path));
            refused(with(new Protobuf().message(2, fragment)));
        }
        for (String base : List.of("/etc", "s3://other/x", "file:///etc", "gs://x/y", "../x", "/a/../b")) {
            Protobuf file = Protobuf.dataFile("a.lance").number(7, 0);
            Protobuf place = new Protobuf().number(3, 1).text(4, base);
            refused(with(
                    new Protobuf().message(2, Protobuf.fragment(0, 5, file)).message(18, place)));
        }
    }

    @Test
    void whatContradictsItselfIsRefused() throws Exception {
        Protobuf file = Protobuf.dataFile("a.lance");
        Protobuf deletion = new Protobuf().number(4, 6);
        assertThat(refused(with(
                        new Protobuf().message(2, Protobuf.fragment(0, 5, file).message(3, deletion)))))
                .hasMessageContaining("6 deleted rows of 5 in fragment 0");
        Protobuf strange = new Protobuf().number(1, 2);
        assertThat(refused(with(
                        new Protobuf().message(2, Protobuf.fragment(0, 5, file).message(3, strange)))))
                .hasMessageContaining("a deletion file of type 2");
        assertThat(refused(with(new Protobuf().message(2, Protobuf.fragment(0, 1L << 33, file)))))
                .hasMessageContaining("8589934592 rows in fragment 0");
        Protobuf twice =
                new Protobuf().message(2, Protobuf.fragment(0, 5, file)).message(2, Protobuf.fragment(1, 5, file));
        Table table = with(twice);
        TableVersion version = table.resolve(null);
        assertThatThrownBy(() -> table.files(version, each -> {}))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("two fragments with the same data file");
        Protobuf elsewhere =
                Protobuf.fragment(0, 5, Protobuf.dataFile("a.lance").number(7, 3));
        assertThat(refused(with(new Protobuf().message(2, elsewhere))))
                .hasMessageContaining("base path 3, which is not");
        assertThat(refused(with(new Protobuf().message(15, new Protobuf().text(1, "parquet")))))
                .hasMessageContaining("data files of the format parquet");
        Files.write(manifest(9), new Protobuf().number(3, 8).manifest());
        assertThat(refused(open(null))).hasMessageContaining("found version 8 in that of version 9");
    }

    /** The first of the two is what the version before has. */
    @Test
    void aFileThatASecondFragmentHasTooIsNoChange() throws Exception {
        Protobuf file = Protobuf.dataFile("a.lance");
        Protobuf once = new Protobuf().message(2, Protobuf.fragment(0, 5, file));
        Files.write(manifest(9), once.number(3, 9).message(13, WRITER).manifest());
        TableVersion before = open(null).resolve(null);
        Protobuf twice = new Protobuf()
                .message(2, Protobuf.fragment(0, 5, file))
                .message(2, Protobuf.fragment(1, 5, file))
                .message(2, Protobuf.fragment(2, 5, Protobuf.dataFile("b.lance")));
        Files.write(manifest(10), twice.number(3, 10).message(13, WRITER).manifest());
        Table table = open(null);
        assertThat(table.changes(before, table.resolve(before))).isEmpty();
        assertThat(refused(table)).hasMessageContaining("two fragments with the same data file");
    }

    /** A version may come from elsewhere than this table: from a plan, or from an attempt before. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/elsewhere/_versions/1.manifest",
                "%s/data/1.manifest",
                "%s/_versions/../../other/_versions/1.manifest",
                "file://%s/_versions/1.manifest"
            })
    void aVersionWhoseManifestIsNotOfThisDatasetIsRefused(String address) throws Exception {
        TableVersion version = open(null).resolve(null);
        TableVersion other = new TableVersion(
                version.format(),
                version.table(),
                version.version(),
                null,
                version.committedAt(),
                address.formatted(folder),
                version.etag(),
                null);
        assertThatThrownBy(() -> LanceTables.files(open(null), other))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageContaining(folder.toString());
    }

    @Test
    void aVersionOfAnotherNumberOrTimeThanItsManifestIsGone() throws Exception {
        TableVersion version = with(new Protobuf()).resolve(null);
        Protobuf otherNumber = new Protobuf().number(3, 8);
        Protobuf otherTime = new Protobuf().number(3, 9).message(7, new Protobuf().number(1, 1));
        for (Protobuf other : List.of(otherNumber, otherTime)) {
            Files.write(manifest(9), other.message(13, WRITER).manifest());
            assertThatThrownBy(() -> LanceTables.files(open(null), version))
                    .isInstanceOf(FileChangedException.class)
                    .hasMessageContaining("the dataset was made anew");
        }
    }

    @Test
    void aManifestThatIsNotAsLongAsItSaysIsDamaged() throws Exception {
        for (int fragments : new int[] {1, 5_000}) {
            Protobuf manifest = new Protobuf();
            for (int i = 0; i < fragments; i++) {
                manifest.message(2, Protobuf.fragment(i, 10, Protobuf.dataFile("a-file-of-this-name-" + i)));
            }
            byte[] bytes = manifest.number(3, 9).message(13, WRITER).manifest();
            bytes[0] ^= 1;
            Files.write(manifest(9), bytes);
            assertThat(refused(open(null)))
                    .hasMessageContaining(" bytes where ")
                    .hasMessageContaining(" are left");
        }
    }

    @Test
    void aTagLeadsToNoFolderBesideThoseOfBranches() throws Exception {
        Files.createDirectories(folder.resolve("tree/x"));
        Files.writeString(folder.resolve("_refs/tags/away.json"), "{\"branch\":\"x/../..\",\"version\":2}");
        assertThatThrownBy(() -> open(LanceTables.tag("away")).resolve(null))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("has no branch x/../..");
    }

    @Test
    void aManifestOfMoreThanAGibibyteIsNotRead() throws Exception {
        byte[] end = new Protobuf().manifest();
        try (RandomAccessFile file = new RandomAccessFile(manifest(9).toFile(), "rw")) {
            file.seek((1L << 30) + 5);
            file.write(Arrays.copyOfRange(end, end.length - 16, end.length));
        }
        assertThat(refused(open(null)))
                .hasMessageContaining("a manifest of 1073741825 bytes, where at most 1073741824 are read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1 /x", "12345678901 /x", "x /y", "7"})
    void whereDeletedRowsAreIsKnownFromAListingAlone(String deletes) throws Exception {
        Table table = open(null);
        TableVersion version = table.resolve(null);
        SourceFile file = LanceTables.files(table, version).values().iterator().next();
        SourceFile other = new SourceFile(
                file.path(),
                file.version(),
                file.bytes(),
                "d",
                new TableFile(file.table().rows(), null, null, false, deletes));
        assertThatThrownBy(() -> table.deletedRows(version, other))
                .isInstanceOf(FileChangedException.class)
                .hasMessageContaining("it is not known any more where its deleted rows are");
    }

    @Test
    void lengthsThatPromiseMuchTakeNoMemory() throws Exception {
        byte[] huge = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07};
        for (int field : List.of(1, 2, 7, 15, 18)) {
            byte[] tag = {(byte) (field << 3 | 2), 0, 0, 0, 0, 0, 0};
            if (field > 15) {
                tag = new byte[] {(byte) 0x92, 1, 0, 0, 0, 0, 0};
            }
            byte[] all = Arrays.copyOf(tag, tag.length);
            System.arraycopy(huge, 0, all, field > 15 ? 2 : 1, 5);
            refused(with(new Protobuf().raw(all)));
        }
    }

    @Test
    void damagedManifestsAreRefusedOrReadAndNeverAnythingElse() throws Exception {
        byte[] right = Files.readAllBytes(manifest(3));
        Random random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            byte[] bytes = damaged(right, random);
            Files.write(manifest(3), bytes);
            try {
                Table table = open(null);
                TableVersion version = table.resolve(null);
                table.schema(version);
                LanceTables.files(table, version);
            } catch (LittoralException e) {
                assertThat(e.type()).describedAs(e.getMessage()).isEqualTo(FailureType.INPUT);
                refused++;
            }
        }
        assertThat(refused).isBetween(1_000, 5_000);
    }

    @Test
    void aDeletionFileLargerThanItsFragmentCanNeedIsNotRead() throws Exception {
        for (String name : List.of("0-1-13404568164568467600.arrow", "1-2-6994606618203166385.bin")) {
            boolean arrow = name.endsWith(".arrow");
            long most = (64L << 10) + (arrow ? 4 * 10_000 : 10_000 / 7);
            Path file = folder.resolve("_deletions").resolve(name);
            byte[] right = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(right, (int) most + 1));
            try (Table table = open(null)) {
                TableVersion version = table.resolve(null);
                SourceFile deleted = LanceTables.files(table, version).values().stream()
                        .filter(each -> each.deletesVersion() != null
                                && each.deletesVersion().equals(name))
                        .findFirst()
                        .orElseThrow();
                assertThat(table.deletionBytes(deleted)).isEqualTo(most);
                assertThatThrownBy(() -> table.deletedRows(version, deleted))
                        .isInstanceOf(LittoralException.class)
                        .hasMessageContaining("has " + (most + 1) + " bytes; expected at most " + most);
            }
            Files.write(file, right);
        }
    }

    @Test
    void damagedDeletionFilesAreRefusedOrHaveAsManyRowsAsTheManifestSays() throws Exception {
        Random random = new Random(8);
        for (String name : List.of("0-1-13404568164568467600.arrow", "1-2-6994606618203166385.bin")) {
            byte[] right = Files.readAllBytes(folder.resolve("_deletions").resolve(name));
            boolean arrow = name.endsWith(".arrow");
            int deleted = arrow ? 3 : 6000;
            assertThat(DeletionFileReader.read(right, arrow, 10_000, deleted).count())
                    .isEqualTo(deleted);
            assertThatThrownBy(() -> DeletionFileReader.read(right, arrow, 10_000, deleted + 1))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> DeletionFileReader.read(right, arrow, arrow ? 9999 : 100, deleted))
                    .isInstanceOf(IOException.class);
            for (int round = 0; round < 5_000; round++) {
                byte[] bytes = damaged(right, random);
                try {
                    DeletedRows rows = DeletionFileReader.read(bytes, arrow, 10_000, deleted);
                    assertThat(rows.count()).isEqualTo(deleted);
                    assertThat(rows.last()).isLessThan(10_000);
                } catch (IOException e) {
                    assertThat(e).hasMessageMatching("(?s)(found|its) .*");
                }
            }
        }
    }

    private static byte[] damaged(byte[] right, Random random) {
        if (random.nextInt(10) == 0) {
            return Arrays.copyOf(right, random.nextInt(right.length));
        }
        byte[] bytes = right.clone();
        for (int flips = random.nextInt(4); flips >= 0; flips--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    @Test
    void aLargeManifestIsReadInBlocks() throws Exception {
        int fragments = 100_000;
        Protobuf manifest = new Protobuf();
        for (int i = 0; i < fragments; i++) {
            manifest.message(
                    2, Protobuf.fragment(i, 10, Protobuf.dataFile("0110100011101011010111110eec37f40e2bd7" + i)));
        }
        Table table = with(manifest);
        TableVersion version = table.resolve(null);
        requests.clear();
        long[] seen = new long[2];
        table.files(version, file -> {
            seen[0]++;
            seen[1] += file.table().rows();
        });
        assertThat(seen).containsExactly(fragments, 10L * fragments);
        assertThat(requests.size()).isLessThan(8);
        requests.clear();
        table.schema(version);
        table.checkColumns(version, List.of());
        assertThat(requests).isEmpty();
        assertThat(table.changes(version, version)).hasValue(new SourceChanges(List.of()));
    }

    @Test
    void whatFillsMemoryIsRefused() throws Exception {
        Protobuf column = new Protobuf().text(2, "c");
        for (int i = 0; i <= 200_000; i++) {
            column.message(10, new Protobuf().text(1, Integer.toString(i, Character.MAX_RADIX)));
        }
        assertThat(refused(with(new Protobuf().message(1, column))))
                .hasMessageContaining("is damaged: found too many entries of metadata about columns; expected");
        Protobuf fragment = Protobuf.fragment(1, 1, Protobuf.dataFile("f")).text(15, "x".repeat(8 << 20));
        assertThat(refused(with(new Protobuf().message(2, fragment))))
                .hasMessageContaining("is damaged: found a fragment of 83886")
                .hasMessageContaining(" bytes; expected");
    }
}
