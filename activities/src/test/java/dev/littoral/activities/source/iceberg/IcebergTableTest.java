package dev.littoral.activities.source.iceberg;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of Iceberg: which version is meant, and what is in it. */
class IcebergTableTest {
    @TempDir
    private Path temporary;

    private WrittenTable written;

    @BeforeEach
    void create() throws IOException {
        written = WrittenTable.create(temporary.toRealPath().resolve("t"), 2, PartitionSpec.unpartitioned());
    }

    private void append(String... names) {
        var append = written.table().newFastAppend();
        for (String name : names) {
            append.appendFile(written.file(name, 10, 1000));
        }
        append.commit();
    }

    private static TableAt at(String snapshot, String tag, String branch, Instant timestamp) {
        return new TableAt(snapshot, null, tag, branch, timestamp);
    }

    private static void refused(ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageContainingAll(words);
    }

    private void resolvesTo(TableAt at, long snapshot) throws Exception {
        try (Opened opened = Opened.at(written.folder(), at)) {
            assertThat(opened.resolve().version()).isEqualTo(Long.toString(snapshot));
        }
    }

    private void refusesAt(TableAt at, String... words) {
        try (Opened opened = Opened.at(written.folder(), at)) {
            refused(opened::resolve, words);
        }
    }

    @Test
    void aTableWithoutASnapshotIsEmpty() throws Exception {
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion version = opened.resolve();
            assertThat(version.words()).isEqualTo("Iceberg snapshot none, schema 0");
            assertThat(opened.files(version)).isEmpty();
        }
    }

    @Test
    void aVersionSaysItsSnapshotItsSchemaAndWhenItWasMade() throws Exception {
        append("a.parquet");
        var snapshot = written.table().currentSnapshot();
        try (Opened opened = Opened.at(written.folder())) {
            assertThat(opened.resolve())
                    .isEqualTo(new TableVersion(
                            "iceberg",
                            written.table().uuid().toString(),
                            Long.toString(snapshot.snapshotId()),
                            "0",
                            Instant.ofEpochMilli(snapshot.timestampMillis()),
                            written.metadata().toString(),
                            null,
                            Duration.ofDays(5)));
            assertThat(opened.requests()).isEqualTo(Map.of("LIST", 1, "GET", 1));
        }
    }

    @Test
    void aVersionSaysHowLongTheTableKeepsItsSnapshots() throws Exception {
        written.table()
                .updateProperties()
                .set("history.expire.max-snapshot-age-ms", "3600000")
                .commit();
        try (Opened opened = Opened.at(written.folder())) {
            assertThat(opened.resolve().retention()).isEqualTo(Duration.ofHours(1));
        }
    }

    @Test
    void snapshotsTagsBranchesAndTimesAreFound() throws Exception {
        append("a.parquet");
        long first = written.table().currentSnapshot().snapshotId();
        Instant then = Instant.ofEpochMilli(written.table().currentSnapshot().timestampMillis());
        written.table().manageSnapshots().createTag("one", first).commit();
        written.table().manageSnapshots().createBranch("side", first).commit();
        while (Instant.now().toEpochMilli() <= then.toEpochMilli()) {
            Thread.onSpinWait();
        }
        append("b.parquet");
        long second = written.table().currentSnapshot().snapshotId();

        resolvesTo(null, second);
        resolvesTo(at(Long.toString(first), null, null, null), first);
        resolvesTo(at(null, "one", null, null), first);
        resolvesTo(at(null, null, "side", null), first);
        resolvesTo(at(null, null, "main", null), second);
        resolvesTo(at(null, null, null, then), first);
        resolvesTo(at(null, null, null, then.plusSeconds(3600)), second);
        refusesAt(at("17", null, null, null), "has no snapshot 17", "those since snapshot " + first);
        refusesAt(at("9999999999999999999", null, null, null), "has no snapshot 9999999999999999999");
        refusesAt(at(null, "two", null, null), "has no tag two", "it has one");
        refusesAt(at(null, "side", null, null), "has no tag side");
        refusesAt(at(null, null, "one", null), "has no branch one", "it has main, side");
        refusesAt(at(null, null, null, then.minusSeconds(3600)), "has no version of", "the oldest that is left");
    }

    @Test
    void anExpiredSnapshotIsRefusedWithTheOldestThatIsLeft() throws Exception {
        append("a.parquet");
        long first = written.table().currentSnapshot().snapshotId();
        TableVersion pinned;
        try (Opened opened = Opened.at(written.folder())) {
            pinned = opened.resolve();
        }
        append("b.parquet");
        written.table().expireSnapshots().expireSnapshotId(first).commit();
        refusesAt(
                at(Long.toString(first), null, null, null),
                "has no snapshot " + first,
                "those since snapshot " + written.table().currentSnapshot().snapshotId());

        try (Opened opened = Opened.at(written.folder())) {
            TableVersion now = opened.resolve();
            assertThat(opened.table().changes(pinned, now)).isEmpty();
            assertThatThrownBy(() -> opened.files(pinned)).isInstanceOf(FileChangedException.class);
            TableVersion nowhere = new TableVersion(
                    "iceberg",
                    now.table(),
                    Long.toString(first),
                    "0",
                    null,
                    written.metadata().toString());
            assertThatThrownBy(() -> opened.files(nowhere))
                    .isInstanceOf(FileChangedException.class)
                    .hasMessageContaining("has no snapshot " + first + " any more");
            TableVersion gone = new TableVersion(
                    "iceberg", now.table(), now.version(), "0", null, written.folder() + "/metadata/v77.metadata.json");
            assertThatThrownBy(() -> opened.files(gone)).isInstanceOf(FileChangedException.class);
        }
    }

    @Test
    void anotherTableInTheSamePlaceHasNoVersionOfTheFirst() throws Exception {
        append("a.parquet");
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion now = opened.resolve();
            TableVersion other = new TableVersion("iceberg", "other", now.version(), "0", null, now.metadata());
            assertThatThrownBy(() -> opened.files(other)).isInstanceOf(FileChangedException.class);
            assertThat(opened.table().changes(other, now)).isEmpty();
        }
    }

    @Test
    void theNewestMetadataFileCountsWhateverItsName() throws Exception {
        append("a.parquet");
        append("b.parquet");
        long newest = written.table().currentSnapshot().snapshotId();
        Path metadata = written.folder().resolve("metadata");
        Files.writeString(metadata.resolve("version-hint.text"), "2");
        resolvesTo(null, newest);
        Files.delete(metadata.resolve("version-hint.text"));

        Path plain = metadata.resolve("v3.metadata.json");
        Files.write(metadata.resolve("v10.gz.metadata.json"), gzip(Files.readAllBytes(plain)));
        Files.delete(plain);
        resolvesTo(null, newest);
        Files.move(metadata.resolve("v10.gz.metadata.json"), metadata.resolve("v10.metadata.json.gz"));
        resolvesTo(null, newest);
        Files.delete(metadata.resolve("v1.metadata.json"));
        Files.delete(metadata.resolve("v2.metadata.json"));
        Files.move(metadata.resolve("v10.metadata.json.gz"), metadata.resolve("00002-x.gz.metadata.json"));
        resolvesTo(null, newest);
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }

    @Test
    void twoNewestMetadataFilesAreRefused() throws Exception {
        append("a.parquet");
        Path metadata = written.folder().resolve("metadata");
        Files.copy(metadata.resolve("v2.metadata.json"), metadata.resolve("00005-a.metadata.json"));
        Files.copy(metadata.resolve("v1.metadata.json"), metadata.resolve("00005-b.metadata.json"));
        refusesAt(
                null,
                "two newest metadata files, 00005-a.metadata.json and 00005-b.metadata.json",
                "served by its catalog");

        Files.writeString(metadata.resolve("version-hint.text"), "00005-a\n");
        resolvesTo(null, written.table().currentSnapshot().snapshotId());
        Files.writeString(metadata.resolve("version-hint.text"), "00009-a");
        refusesAt(null, "version-hint.text names no metadata file that is there");
    }

    @Test
    void aFolderThatIsNoTableIsRefused() throws Exception {
        Path folder = Files.createDirectories(temporary.toRealPath().resolve("empty"));
        try (Opened opened = Opened.at(folder)) {
            refused(opened::resolve, "is no Iceberg table", "found no metadata file");
        }
        try (Opened opened = Opened.at(folder.resolve("v1.metadata.json"))) {
            refused(opened::resolve, "v1.metadata.json is not there");
        }
    }

    @Test
    void theNewestIsFoundWithoutListingWhatIsOlder() throws Exception {
        append("a.parquet");
        Path metadata = written.folder().resolve("metadata");
        Files.move(metadata.resolve("v2.metadata.json"), metadata.resolve("00041-x.metadata.json"));
        Files.delete(metadata.resolve("v1.metadata.json"));
        for (int i = 0; i < 1200; i++) {
            Files.createFile(metadata.resolve("%05d-m0.avro".formatted(i % 40) + i));
        }
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion first = opened.resolve();
            opened.requests();
            assertThat(opened.table().resolve(first)).isEqualTo(first);
            assertThat(opened.requests()).isEqualTo(Map.of("LIST", 1, "GET", 1));

            Files.copy(metadata.resolve("00041-x.metadata.json"), metadata.resolve("00042-y.metadata.json"));
            assertThat(opened.table().resolve(first).metadata()).endsWith("/00042-y.metadata.json");
            Files.copy(metadata.resolve("00041-x.metadata.json"), metadata.resolve("00042-z.metadata.json"));
            refused(() -> opened.table().resolve(first), "two newest metadata files");
            Files.delete(metadata.resolve("00041-x.metadata.json"));
            Files.delete(metadata.resolve("00042-y.metadata.json"));
            Files.move(metadata.resolve("00042-z.metadata.json"), metadata.resolve("00007-z.metadata.json"));
            assertThat(opened.table().resolve(first).metadata()).endsWith("/00007-z.metadata.json");
        }
    }

    @Test
    void theNewestIsFoundWhereMoreThanAPageOfFilesCameAtOnce() throws Exception {
        append("a.parquet");
        Path metadata = written.folder().resolve("metadata");
        Path first = metadata.resolve("09990-x.metadata.json");
        Files.move(metadata.resolve("v2.metadata.json"), first);
        Files.delete(metadata.resolve("v1.metadata.json"));
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion before = opened.resolve();
            for (int number = 9_991; number <= 11_100; number++) {
                Files.copy(first, metadata.resolve("%05d-y.metadata.json".formatted(number)));
            }
            assertThat(opened.table().resolve(before).metadata()).endsWith("/11100-y.metadata.json");
        }
    }

    @Test
    void relativePathsAreBelowTheTablesFolderAlsoWhereAMetadataFileIsNamed() throws Exception {
        written.table()
                .newFastAppend()
                .appendFile(DataFiles.builder(written.table().spec())
                        .withPath("data/a.parquet")
                        .withFormat("parquet")
                        .withFileSizeInBytes(9)
                        .withRecordCount(7)
                        .build())
                .commit();
        for (Path address : List.of(written.folder(), written.metadata())) {
            try (Opened opened = Opened.at(address, written.folder(), null)) {
                assertThat(opened.files(opened.resolve())).containsOnlyKeys(written.folder() + "/data/a.parquet");
            }
        }
        try (Opened opened = Opened.at(written.metadata(), written.folder().resolve("data"), null)) {
            TableVersion version = opened.resolve();
            refused(() -> opened.files(version), "is not allowed");
        }
    }

    @Test
    void theMetadataIsReadOnceForAllThatIsAskedOfAVersion() throws Exception {
        append("a.parquet");
        try (Opened opened = Opened.at(written.metadata(), written.folder(), null)) {
            TableVersion version = opened.resolve();
            assertThat(opened.requests()).isEqualTo(Map.of("GET", 1));
            opened.files(version);
            opened.table().schema(version);
            assertThat(opened.requests()).isEqualTo(Map.of("GET", 2));
        }
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion version = opened.resolve();
            append("b.parquet");
            assertThat(opened.files(version)).hasSize(1);
            try (Opened another = Opened.at(written.folder())) {
                assertThat(another.files(version)).hasSize(1);
                assertThat(another.requests()).isEqualTo(Map.of("GET", 3));
            }
        }
    }

    @Test
    void theSchemaHasTheIdsAndColumnsAreChecked() throws Exception {
        append("a.parquet");
        long first = written.table().currentSnapshot().snapshotId();
        written.table()
                .updateSchema()
                .renameColumn("v", "w")
                .addColumn("n", Types.DecimalType.of(9, 2))
                .addColumn("s", Types.StructType.of(Types.NestedField.optional(9, "x", Types.IntegerType.get())))
                .commit();
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion version = opened.resolve();
            assertThat(version.schema()).isEqualTo("1");
            assertThat(opened.table().schema(version).get("fields").get(1).toString())
                    .isEqualTo("{\"id\":2,\"name\":\"w\",\"required\":false,\"type\":\"string\"}");
            opened.table()
                    .checkColumns(
                            version,
                            List.of(
                                    new RequiredColumn("id", "int64"),
                                    new RequiredColumn("w", "string"),
                                    new RequiredColumn("n", "decimal(9,2)"),
                                    new RequiredColumn("s", "struct"),
                                    new RequiredColumn("s.x", "int32"),
                                    new RequiredColumn("p", null)));
            refused(
                    () -> opened.table().checkColumns(version, List.of(new RequiredColumn("v", null))),
                    "Schema 1 of the Iceberg table of " + version.metadata()
                            + " lacks column v: found columns id, w, p, n, s, expected v");
            refused(
                    () -> opened.table().checkColumns(version, List.of(new RequiredColumn("S.x", null))),
                    "lacks column S.x: found columns s, id, w, p, n, expected S.x");
            refused(
                    () -> opened.table().checkColumns(version, List.of(new RequiredColumn("s.z", "int32"))),
                    "lacks column s.z: found columns s.x, expected s.z of type int32");
            refused(
                    () -> opened.table().checkColumns(version, List.of(new RequiredColumn("id", "string"))),
                    "column id of another type",
                    "found int64, expected string");
        }
        try (Opened opened = Opened.at(written.folder(), at(Long.toString(first), null, null, null))) {
            assertThat(opened.resolve().schema()).isEqualTo("0");
        }
    }

    @Test
    void partitionValuesHaveTheNamesAndTheFormPeopleKnow() throws Exception {
        PartitionSpec spec = PartitionSpec.builderFor(WrittenTable.SCHEMA)
                .identity("p")
                .bucket("id", 4)
                .build();
        WrittenTable table = WrittenTable.create(temporary.toRealPath().resolve("p"), 3, spec);
        var data = DataFiles.builder(spec)
                .withPath(table.folder() + "/data/a.parquet")
                .withFormat("parquet")
                .withFileSizeInBytes(9)
                .withRecordCount(5);
        table.table()
                .newFastAppend()
                .appendFile(data.withPartitionValues(List.of("a/b ü", "3")).build())
                .commit();
        table.table()
                .updateSpec()
                .removeField("p")
                .addField(Expressions.truncate("v", 2))
                .commit();
        table.table()
                .newFastAppend()
                .appendFile(DataFiles.builder(table.table().spec())
                        .withPath(table.folder() + "/data/b.parquet")
                        .withFormat("parquet")
                        .withFileSizeInBytes(9)
                        .withRecordCount(7)
                        .withPartitionValues(Arrays.asList("1", null))
                        .build())
                .commit();
        try (Opened opened = Opened.at(table.folder())) {
            Map<String, SourceFile> files = opened.files(opened.resolve());
            SourceFile first = files.get(table.folder() + "/data/a.parquet");
            SourceFile second = files.get(table.folder() + "/data/b.parquet");
            assertThat(first.table().partition()).isEqualTo(Map.of("p", "a/b ü", "id_bucket", "3"));
            assertThat(second.table().partition().keySet()).containsExactly("id_bucket", "v_trunc_2");
            assertThat(second.table().partition()).containsEntry("v_trunc_2", null);
            assertThat(first.version()).isEqualTo("1-9-5");
            assertThat(List.of(first.table().firstRowId(), second.table().firstRowId()))
                    .isEqualTo(List.of(0L, 5L));
        }
    }

    @Test
    void rewrittenFilesAreTold() throws Exception {
        append("a.parquet", "b.parquet");
        written.table()
                .newRewrite()
                .deleteFile(written.file("a.parquet", 10, 1000))
                .addFile(written.file("c.parquet", 10, 1000))
                .commit();
        try (Opened opened = Opened.at(written.folder())) {
            Map<String, SourceFile> files = opened.files(opened.resolve());
            assertThat(files.get(written.folder() + "/data/c.parquet").table().rewritten())
                    .isTrue();
            assertThat(files.get(written.folder() + "/data/b.parquet").table().rewritten())
                    .isFalse();
        }
    }

    @Test
    void whatCannotBeServedExactlyIsRefusedByName() throws Exception {
        written.table()
                .newFastAppend()
                .appendFile(DataFiles.builder(written.table().spec())
                        .withPath(written.folder() + "/data/a.orc")
                        .withFormat("orc")
                        .withFileSizeInBytes(9)
                        .withRecordCount(7)
                        .build())
                .commit();
        refusesFiles("a.orc of the Iceberg table is of format ORC", "rewrite_data_files");
    }

    @Test
    void equalityDeletesAreRefusedWhereTheyApply() throws Exception {
        append("a.parquet");
        var deletes = FileMetadata.deleteFileBuilder(written.table().spec())
                .ofEqualityDeletes(1)
                .withPath(written.folder() + "/data/e.parquet")
                .withFormat("parquet")
                .withFileSizeInBytes(9)
                .withRecordCount(7)
                .build();
        written.table().newRowDelta().addDeletes(deletes).commit();
        refusesFiles("/data/a.parquet", "has equality deletes, in", "/data/e.parquet", "rewrite_data_files");

        // What is newer than they are is not concerned.
        written.table()
                .newRewrite()
                .validateFromSnapshot(written.table().currentSnapshot().snapshotId())
                .deleteFile(written.file("a.parquet", 10, 1000))
                .addFile(written.file("b.parquet", 10, 1000))
                .commit();
        try (Opened opened = Opened.at(written.folder())) {
            assertThat(opened.files(opened.resolve()).keySet()).containsExactly(written.folder() + "/data/b.parquet");
        }
    }

    @Test
    void anUnknownFormatVersionIsRefused() throws Exception {
        Path metadata = written.metadata();
        String json = Files.readString(metadata);
        Files.writeString(metadata, json.replaceFirst("\"format-version\"\\s*:\\s*2", "\"format-version\":4"));
        refusesAt(null, "has format version 4; expected 1, 2 or 3");
    }

    @Test
    void aDataFileThatIsThereTwiceIsRefused() throws Exception {
        append("a.parquet");
        append("b.parquet", "a.parquet");
        refusesFiles("has data file " + written.folder() + "/data/a.parquet twice");
    }

    private void refusesFiles(String... words) throws Exception {
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion version = opened.resolve();
            refused(() -> opened.files(version), words);
        }
    }

    @Test
    void pathsOutsideAreReadOnlyWhereTheWorkerAllowsIt() throws Exception {
        append("a.parquet");
        Path metadata = written.metadata();
        String json = Files.readString(metadata);
        String list = written.table().currentSnapshot().manifestListLocation();
        for (Map.Entry<String, String> each : Map.of(
                        "/etc/passwd",
                        "is not allowed",
                        "s3://other/list.avro",
                        "is not allowed",
                        "s3a://other/list.avro",
                        "is not allowed",
                        "hdfs://host/list.avro",
                        "is of no store that is known",
                        written.folder() + "/../../list.avro",
                        "has .. in it")
                .entrySet()) {
            Files.writeString(metadata, json.replace(list, each.getKey()));
            refusesFiles(each.getValue());
        }
        Files.writeString(metadata, json.replace(list, list + ".gone"));
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion version = opened.resolve();
            assertThatThrownBy(() -> opened.files(version)).isInstanceOf(FileChangedException.class);
        }
    }

    @Test
    void aGzipBombIsRefused() throws Exception {
        byte[] spaces = " ".repeat(1 << 20).getBytes(UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            for (int i = 0; i < 200; i++) {
                out.write(spaces);
            }
        }
        Path bomb = written.folder().resolve("metadata/v9.gz.metadata.json");
        Files.write(bomb, bytes.toByteArray());
        refusesAt(null, "has more than 67108864 bytes when decompressed");
        Files.writeString(bomb, "[".repeat(100_000), UTF_8);
        refusesAt(null, "v9.gz.metadata.json cannot be read");
    }

    @Test
    void oneAppendedFileCostsTheListsOfManifestsAndTheNewManifest() throws Exception {
        for (int i = 0; i < 20; i++) {
            var append = written.table().newFastAppend();
            for (int j = 0; j < 5_000; j++) {
                append.appendFile(written.file("%02d-%04d.parquet".formatted(i, j), 10, 1000));
            }
            append.commit();
        }
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion before = opened.resolve();
            Map<String, SourceFile> files = opened.files(before);
            assertThat(files).hasSize(100_000);
            append("new.parquet");
            opened.requests();

            TableVersion now = opened.table().resolve(before);
            Optional<List<SourceFile>> changes =
                    opened.table().changes(before, now).map(SourceChanges::files);

            assertThat(changes.orElseThrow())
                    .singleElement()
                    .satisfies(file -> assertThat(file.path()).endsWith("/data/new.parquet"));
            // Metadata, two lists of manifests, the new manifest.
            assertThat(opened.requests()).isEqualTo(Map.of("LIST", 1, "GET", 4));
        }
    }
}
