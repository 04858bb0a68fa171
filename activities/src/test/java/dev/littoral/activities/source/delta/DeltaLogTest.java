package dev.littoral.activities.source.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which versions a log has, and what has to be read for one. */
class DeltaLogTest {
    @TempDir
    private Path temporary;

    private DeltaFolder delta;

    @BeforeEach
    void create() {
        delta = new DeltaFolder(temporary.resolve("t"));
        delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.METADATA, DeltaFolder.add("f0", 1));
    }

    private void commits(long from, long to) {
        for (long version = from; version <= to; version++) {
            delta.commit(version, DeltaFolder.add("f" + version, version));
        }
    }

    private void checkpoint(String name, int files) throws Exception {
        String[] actions = new String[files + 2];
        actions[0] = DeltaFolder.METADATA;
        actions[1] = DeltaFolder.PROTOCOL;
        for (int i = 0; i < files; i++) {
            actions[i + 2] = DeltaFolder.add("f" + i, i);
        }
        DeltaCheckpoints.write(delta, name, "", actions);
    }

    private static String checkpointName(long version) {
        return LogListing.padded(version) + ".checkpoint.parquet";
    }

    private void lose(long from, long to) throws IOException {
        for (long version = from; version <= to; version++) {
            Files.delete(delta.folder.resolve("_delta_log").resolve(LogListing.padded(version) + ".json"));
        }
    }

    private void refused(TableAt at, String sentence) {
        assertThatThrownBy(() -> delta.open(at).resolve(null))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageContaining(sentence);
    }

    @Test
    void aFolderWithoutALogIsNoTable() throws Exception {
        delta = new DeltaFolder(temporary.resolve("u"));
        Files.createDirectories(delta.folder);
        refused(null, "There is no Delta table at " + delta.folder + ": found neither a commit nor a checkpoint");
    }

    @Test
    void anUnchangedTableCostsOneListing() throws Exception {
        commits(1, 20);
        checkpoint(checkpointName(10), 11);
        TableVersion version = delta.open().resolve(null);
        assertThat(version.words()).startsWith("Delta version 20 of 20");
        assertThat(delta.open().resolve(version)).isEqualTo(version);
        assertThat(delta.requests()).isEqualTo(Map.of("source.list", 1L));
        assertThat(delta.open(DeltaFolder.version(20)).resolve(version)).isEqualTo(version);
        assertThat(delta.requests()).isEqualTo(Map.of("source.list", 1L));
    }

    @Test
    void aVersionSaysHowLongTheTableKeepsFiles() throws Exception {
        TableVersion week = delta.open().resolve(null);
        assertThat(week.retention()).isEqualTo(Duration.ofDays(7));
        commits(1, 1);
        assertThat(delta.open().resolve(week).retention()).isEqualTo(Duration.ofDays(7));
        delta.commit(
                2, DeltaFolder.metadata("t1", "", "", "\"delta.deletedFileRetentionDuration\":\"interval 36 hours\""));
        assertThat(delta.open().resolve(week).retention()).isEqualTo(Duration.ofHours(36));
        assertThat(delta.open().resolve(null).retention()).isEqualTo(Duration.ofHours(36));
    }

    @Test
    void anAppendedFileCostsAListingAndItsCommit() throws Exception {
        int files = 100_000;
        DeltaCheckpoints.copy(
                "SELECT NULL::STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT,"
                        + " modificationTime BIGINT, stats VARCHAR) AS add, {'id': 't1', 'schemaString': '{\"type\":"
                        + "\"struct\",\"fields\":[]}', 'partitionColumns': []::VARCHAR[]} AS metaData,"
                        + " {'minReaderVersion': 1} AS protocol UNION ALL SELECT {'path': 'f' || range,"
                        + " 'partitionValues': MAP {}, 'size': 100, 'modificationTime': 7, 'stats':"
                        + " '{\"numRecords\":' || range || '}'}, NULL, NULL FROM range(" + files + ")",
                delta.folder.resolve("_delta_log").resolve(checkpointName(10)),
                "");
        commits(10, 11);
        lose(0, 0);
        delta.log("_last_checkpoint", "{\"version\":10,\"size\":100001}");
        Table table = delta.open();
        TableVersion before = table.resolve(null);
        Map<String, SourceFile> listed = delta.files(table, before);
        assertThat(listed).hasSize(files);
        commits(12, 12);
        delta.commit(12, DeltaFolder.add("new", 5));
        table = delta.open();
        TableVersion after = table.resolve(before);
        assertThat(after.version()).isEqualTo("12");
        assertThat(delta.changed(listed, table, before, after))
                .hasSize(files + 1)
                .containsKey("new");
        assertThat(delta.requests()).isEqualTo(Map.of("source.list", 1L, "source.get", 1L));
    }

    @Test
    void theLastCheckpointSavesAListingOfTheWholeLog() throws Exception {
        commits(1, 30);
        checkpoint(checkpointName(28), 29);
        lose(0, 27);
        delta.log("_last_checkpoint", "{\"version\":28}");
        assertThat(delta.newest()).hasSize(31);
        // The hint, one checkpoint and two commits, each once.
        assertThat(delta.requests()).isEqualTo(Map.of("source.list", 1L, "source.get", 4L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1]",
                "{\"version\":\"5\"}",
                "{\"version\":-5}",
                "{\"version\":1e30}",
                "{\"version\":99999999999999999999999}",
                "{\"version\":9}",
                "{\"version\":7}",
                "{\"version\":5000}",
                "{\"a\":{\"a\":{\"a\":[[[[[[",
                "\u0000"
            })
    void aLastCheckpointThatIsWrongIsIgnored(String content) throws Exception {
        commits(1, 9);
        checkpoint(checkpointName(5), 6);
        delta.log("_last_checkpoint", content);
        assertThat(delta.newest()).hasSize(10);
    }

    @Test
    void aCommitThatIsMissingBetweenOthersIsNamed() throws Exception {
        commits(1, 9);
        lose(4, 4);
        refused(
                null,
                "has a damaged log: found no 00000000000000000004.json in it, expected one, as version 9 needs it");
        checkpoint(checkpointName(4), 5);
        assertThat(delta.newest()).hasSize(10);
        lose(7, 7);
        refused(
                null,
                "found no 00000000000000000007.json in it, expected one, as version 9 needs it after the"
                        + " checkpoint of version 4");
    }

    @Test
    void aVersionThatIsNotThereIsRefusedWithThoseThatAre() throws Exception {
        commits(1, 9);
        refused(DeltaFolder.version(10), "has no version 10 that can be read: found versions 0 to 9");
        checkpoint(checkpointName(6), 7);
        lose(0, 5);
        refused(DeltaFolder.version(3), "has no version 3 that can be read: found versions 6 to 9");
        assertThat(delta.open(DeltaFolder.version(6)).resolve(null).version()).isEqualTo("6");
        lose(6, 6);
        assertThat(delta.open(DeltaFolder.version(6)).resolve(null).version()).isEqualTo("6");
    }

    @Test
    void aVersionWhoseLogIsGoneMeansThatTheTableMovedOn() throws Exception {
        commits(1, 9);
        TableVersion version = delta.open(DeltaFolder.version(3)).resolve(null);
        checkpoint(checkpointName(6), 7);
        lose(0, 5);
        assertThatThrownBy(() -> delta.files(delta.open(), version))
                .isInstanceOf(FileChangedException.class)
                .hasMessageContaining("version 3 cannot be read any more; its log has versions 6 to 9");
    }

    @Test
    void anEarlierVersionIsReadFromAnEarlierCheckpoint() throws Exception {
        commits(1, 9);
        checkpoint(checkpointName(3), 4);
        checkpoint(checkpointName(8), 9);
        delta.log("_last_checkpoint", "{\"version\":8}");
        Table table = delta.open(DeltaFolder.version(5));
        assertThat(delta.files(table, table.resolve(null))).hasSize(6);
        lose(0, 3);
        table = delta.open(DeltaFolder.version(5));
        assertThat(delta.files(table, table.resolve(null))).hasSize(6);
    }

    @Test
    void theCheckpointInPartsCountsWhenAllAreThere() throws Exception {
        commits(1, 4);
        String[] one = {DeltaFolder.METADATA, DeltaFolder.PROTOCOL, DeltaFolder.add("f0", 0), DeltaFolder.add("f1", 1)};
        String[] two = {DeltaFolder.add("f2", 2), DeltaFolder.add("f3", 3), DeltaFolder.add("only-in-parts", 3)};
        String name = LogListing.padded(3) + ".checkpoint.000000000%d.0000000002.parquet";
        DeltaCheckpoints.write(delta, name.formatted(1), "", one);
        assertThat(delta.newest()).hasSize(5);
        DeltaCheckpoints.write(delta, name.formatted(2), "", two);
        assertThat(delta.newest()).hasSize(6).containsKey("only-in-parts");
        lose(0, 3);
        Files.delete(delta.folder.resolve("_delta_log").resolve(name.formatted(1)));
        refused(
                null,
                "has no version 4 that can be read: found no version that can be read, as there is neither its"
                        + " first commit nor a checkpoint");
    }

    @Test
    void aCheckpointOfWhichAMiddlePartIsMissingDoesNotCount() throws Exception {
        commits(1, 4);
        String name = LogListing.padded(3) + ".checkpoint.000000000%d.0000000003.parquet";
        for (int part : new int[] {1, 3}) {
            DeltaCheckpoints.write(
                    delta,
                    name.formatted(part),
                    "",
                    DeltaFolder.METADATA,
                    DeltaFolder.PROTOCOL,
                    DeltaFolder.add("x", 1));
        }
        assertThat(delta.newest()).containsOnlyKeys("f0", "f1", "f2", "f3", "f4");
    }

    @Test
    void aCheckpointOfMorePartsThanThereCanBeIsPassedOver() throws Exception {
        commits(1, 4);
        delta.log(LogListing.padded(3) + ".checkpoint.0000000001.9999999999.parquet", "x");
        delta.log(LogListing.padded(3) + ".checkpoint.0000000002.0000000001.parquet", "x");
        assertThat(delta.newest()).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({"json, plain", "parquet, plain", "json, path", "parquet, path", "json, whole"})
    void aCheckpointOfVersion2HasItsFilesInSidecars(String kind, String named) throws Exception {
        commits(1, 4);
        delta.commit(5, DeltaFolder.features("v2Checkpoint"));
        String id = "3a0d65cd-4056-49b8-937b-95f9e3ee90e5";
        String sidecar = "_sidecars/" + id + ".parquet";
        long one = DeltaCheckpoints.write(
                delta, sidecar, "", DeltaFolder.add("f0", 0), DeltaFolder.add("f1", 1), DeltaFolder.remove("f9"));
        long other = DeltaCheckpoints.write(
                delta, "_sidecars/x y.parquet", "", DeltaFolder.add("f2", 2), DeltaFolder.add("only-here", 2));
        String path = named.equals("plain") ? "" : "_delta_log/_sidecars/";
        if (named.equals("whole")) {
            path = "file://" + delta.folder + "/" + path;
        }
        String[] actions = {
            "{\"checkpointMetadata\":{\"version\":5}}",
            DeltaFolder.METADATA,
            DeltaFolder.features("v2Checkpoint"),
            DeltaCheckpoints.sidecar(path + id + ".parquet", one),
            DeltaCheckpoints.sidecar(path + "x%20y.parquet", other)
        };
        String name = LogListing.padded(5) + ".checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11." + kind;
        if (kind.equals("json")) {
            delta.log(name, String.join("\n", actions));
        } else {
            DeltaCheckpoints.write(delta, name, "", actions);
        }
        lose(0, 5);
        commits(6, 6);
        assertThat(delta.newest()).containsOnlyKeys("f0", "f1", "f2", "only-here", "f6");
    }

    @Test
    void aCheckpointOfMoreSidecarsThanATableHasIsRefused() throws Exception {
        StringBuilder actions = new StringBuilder(DeltaFolder.METADATA + "\n" + DeltaFolder.features("v2Checkpoint"));
        for (int i = 0; i <= 100_000; i++) {
            actions.append('\n').append(DeltaCheckpoints.sidecar(i + ".parquet", 1));
        }
        delta.log(LogListing.padded(0) + ".checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json", actions.toString());
        assertThatThrownBy(delta::newest)
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("found more than 100000 sidecars, expected fewer");
    }

    @Test
    void aCheckpointOfVersion2ByTheClassicNameHasSidecarsToo() throws Exception {
        long bytes = DeltaCheckpoints.write(delta, "_sidecars/a.parquet", "", DeltaFolder.add("f2", 2));
        DeltaCheckpoints.write(
                delta,
                checkpointName(0),
                "",
                DeltaFolder.METADATA,
                DeltaFolder.features("v2Checkpoint"),
                DeltaCheckpoints.sidecar("a.parquet", bytes));
        assertThat(delta.newest()).containsOnlyKeys("f2");
    }

    @Test
    void aSidecarThatIsGoneMeansThatTheTableMovedOn() throws Exception {
        DeltaCheckpoints.write(
                delta,
                checkpointName(0),
                "",
                DeltaFolder.METADATA,
                DeltaFolder.PROTOCOL,
                DeltaCheckpoints.sidecar("a.parquet", 1000));
        assertThatThrownBy(delta::newest).isInstanceOf(FileChangedException.class);
    }

    /** A writer that only puts commits together leaves a path that was added and removed in them. */
    @Test
    void compactedCommitsArePassedOver() throws Exception {
        commits(1, 2);
        delta.commit(3, DeltaFolder.remove("f2"));
        delta.log(
                LogListing.padded(2) + "." + LogListing.padded(3) + ".compacted.json",
                String.join("\n", DeltaFolder.remove("f2"), DeltaFolder.add("f2", 2)));
        assertThat(delta.newest()).containsOnlyKeys("f0", "f1");
    }

    @Test
    void metadataWithoutASchemaIsRefusedOnlyWhereItCounts() throws Exception {
        delta.commit(0, DeltaFolder.PROTOCOL, "{\"metaData\":{\"id\":\"t\",\"partitionColumns\":[]}}");
        assertThatThrownBy(delta::newest)
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("a metaData without a schemaString for version 0");
        delta.commit(1, DeltaFolder.METADATA, DeltaFolder.add("f1", 1));
        assertThat(delta.newest()).containsOnlyKeys("f1");
    }

    @Test
    void anotherTableInThePlaceOfOneIsNotTakenForIt() throws Exception {
        commits(1, 3);
        TableVersion before = delta.open().resolve(null);
        for (long version = 0; version <= 3; version++) {
            delta.commit(version, DeltaFolder.PROTOCOL, DeltaFolder.metadata("t2", "", "", ""));
            Files.setLastModifiedTime(
                    delta.folder.resolve("_delta_log").resolve(LogListing.padded(version) + ".json"),
                    FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        }
        Table table = delta.open();
        TableVersion now = table.resolve(before);
        assertThat(now.table()).isEqualTo("t2");
        assertThat(now.isSame(before)).isFalse();
        assertThat(table.changes(before, now)).isEmpty();
        assertThatThrownBy(() -> delta.files(delta.open(), before)).isInstanceOf(FileChangedException.class);
    }

    @Test
    void theTimeOfAVersionIsThatOfItsCommitAndNoEarlierThanTheOneBefore() throws Exception {
        commits(1, 4);
        String[] times = {"10:00:00", "11:00:00", "10:30:00", "12:00:00", "13:00:00"};
        for (int i = 0; i < times.length; i++) {
            Files.setLastModifiedTime(
                    delta.folder.resolve("_delta_log").resolve(LogListing.padded(i) + ".json"),
                    FileTime.from(Instant.parse("2026-11-28T" + times[i] + "Z")));
        }
        assertThat(at("10:00:00")).isEqualTo("0");
        assertThat(at("10:59:59.999")).isEqualTo("0");
        assertThat(at("11:00:00")).isEqualTo("1");
        assertThat(at("11:00:00.001")).isEqualTo("2");
        assertThat(at("23:00:00")).isEqualTo("4");
        TableVersion version = delta.open(instant("12:30:00")).resolve(null);
        assertThat(version.committedAt()).isEqualTo(Instant.parse("2026-11-28T12:00:00Z"));
        assertThat(delta.open(instant("12:30:00")).resolve(version)).isEqualTo(version);
        refused(
                instant("09:00:00"),
                "has no version of 2026-11-28T09:00:00Z: the oldest that is left is version 0, whose commit was"
                        + " written at 2026-11-28T10:00:00Z");
    }

    @Test
    void theVersionOfAnInstantThatIsStillThatCostsOneListing() throws Exception {
        commits(1, 3);
        for (int i = 0; i <= 3; i++) {
            written(i, "10:0%d:00".formatted(i));
        }
        TableVersion last = delta.open(instant("12:00:00")).resolve(null);
        delta.requests();
        assertThat(delta.open(instant("12:00:00")).resolve(last)).isEqualTo(last);
        assertThat(delta.requests()).isEqualTo(Map.of("source.list", 1L));

        commits(4, 5);
        written(4, "13:00:00");
        written(5, "11:00:00");
        assertThat(delta.open(instant("12:00:00")).resolve(last)).isEqualTo(last);
        assertThat(delta.requests()).isEqualTo(Map.of("source.list", 1L, "source.get", 1L));

        written(4, "11:59:00");
        assertThat(delta.open(instant("12:00:00")).resolve(last).version()).isEqualTo("5");

        TableVersion third = delta.open(instant("10:02:30")).resolve(null);
        String info = "{\"commitInfo\":{\"inCommitTimestamp\":"
                + Instant.parse("2026-11-28T10:02:10Z").toEpochMilli() + "}}";
        delta.commit(3, info, DeltaFolder.add("f3", 3));
        written(3, "10:03:00");
        assertThat(third.version()).isEqualTo("2");
        delta.requests();
        delta.open(instant("10:02:30")).resolve(third);
        assertThat(delta.requests()).as("what the commit says is in doubt").containsEntry("source.list", 2L);
    }

    private void written(long version, String time) throws IOException {
        Files.setLastModifiedTime(
                delta.folder.resolve("_delta_log").resolve(LogListing.padded(version) + ".json"),
                FileTime.from(Instant.parse("2026-11-28T" + time + "Z")));
    }

    @Test
    void whereCommitsSayWhenTheyWereMadeThatCounts() throws Exception {
        commits(1, 2);
        String configuration = "\"delta.enableInCommitTimestamps\":\"true\","
                + "\"delta.inCommitTimestampEnablementVersion\":\"3\","
                + "\"delta.inCommitTimestampEnablementTimestamp\":\""
                + Instant.parse("2026-11-28T12:00:00Z").toEpochMilli() + "\"";
        for (int i = 3; i <= 9; i++) {
            long millis =
                    Instant.parse("2026-11-28T1%d:00:00Z".formatted(i - 1)).toEpochMilli();
            String info = "{\"commitInfo\":{\"inCommitTimestamp\":" + millis + ",\"operation\":\"WRITE\"}}";
            delta.commit(
                    i, info, i == 3 ? DeltaFolder.metadata("t1", "", "", configuration) : DeltaFolder.add("f" + i, i));
        }
        for (int i = 0; i <= 9; i++) {
            Files.setLastModifiedTime(
                    delta.folder.resolve("_delta_log").resolve(LogListing.padded(i) + ".json"),
                    FileTime.from(Instant.parse("2026-11-28T0%d:00:00Z".formatted(i))));
        }
        assertThat(at("01:30:00")).isEqualTo("1");
        assertThat(at("08:30:00")).isEqualTo("2");
        assertThat(at("12:00:00")).isEqualTo("3");
        assertThat(at("15:59:59")).isEqualTo("6");
        assertThat(at("23:00:00")).isEqualTo("9");
    }

    private static TableAt instant(String time) {
        return new TableAt(null, null, null, null, Instant.parse("2026-11-28T" + time + "Z"));
    }

    private String at(String time) throws Exception {
        return delta.open(instant(time)).resolve(null).version();
    }

    @Test
    void whatOtherToolsPutIntoALogIsPassedOver() throws Exception {
        commits(1, 3);
        for (String name : new String[] {
            ".00000000000000000000.json.crc",
            "00000000000000000002.crc",
            "00000000000000000003.json.tmp",
            "00000000000000000009.3a0d65cd.json",
            "99999999999999999999.json",
            "99999999999999999999.checkpoint.parquet",
            "00000000000000000005.checkpoint.parquet.tmp",
            "00000000000000000003.00000000000000000001.compacted.json",
            "_staged_commits/00000000000000000004.3a0d65cd-4056-49b8-937b-95f9e3ee90e5.json",
            "0/00000000000000000008.json",
            "_commits/x.json"
        }) {
            delta.log(name, "what is no action");
        }
        delta.log(LogListing.padded(4) + ".json", "");
        delta.log(LogListing.padded(2) + ".checkpoint.parquet", "");
        assertThat(delta.open().resolve(null).version()).isEqualTo("3");
        assertThat(delta.newest()).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"2, 0, true", "1, 0, false", "2, -1, false"})
    void commitsThatNameMoreThanMemoryHasRoomForAreNotKept(int maxPaths, int room, boolean isKept) throws Exception {
        delta.commit(1, DeltaFolder.add("four", 1), DeltaFolder.remove("gone"));
        int maxWeight = "four".length() + (delta.folder + "/gone").length() + room;
        TableStorage storage = delta.storage();
        DeltaLog log = new DeltaLog(storage);
        LogChanges changes = new LogChanges(storage, log.files(), log.replay(), maxPaths, maxWeight);
        assertThat(changes.read(LogChanges.commits(log.list(0, 1), 0, 1).orElseThrow()))
                .isEqualTo(isKept);
    }
}
