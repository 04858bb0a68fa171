package dev.littoral.activities.source.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.table.Table;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a log's actions mean. */
class DeltaTableTest {
    private static final String FIELD =
            "{\\\"name\\\":\\\"%s\\\",\\\"type\\\":%s,\\\"nullable\\\":true,\\\"metadata\\\":{%s}}";

    @TempDir
    private Path temporary;

    private DeltaFolder delta;

    @BeforeEach
    void create() {
        delta = new DeltaFolder(temporary.resolve("t"));
    }

    private DeltaFolder table(String... actions) {
        return delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.METADATA).commit(1, actions);
    }

    private static String field(String name, String type) {
        return field(name, type, "");
    }

    private static String field(String name, String type, String metadata) {
        return FIELD.formatted(name, type.startsWith("{") ? type : "\\\"" + type + "\\\"", metadata);
    }

    private void refused(String sentence) {
        assertThatThrownBy(delta::newest)
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageStartingWith("The ")
                .hasMessageContaining(delta.folder.toString())
                .hasMessageContaining(sentence);
    }

    @Test
    void theNewestCommitThatNamesAFileSaysWhetherItIsThere() throws Exception {
        table(DeltaFolder.add("a", 1), DeltaFolder.add("b", 2), DeltaFolder.add("c", 3));
        delta.commit(2, DeltaFolder.remove("a"), DeltaFolder.remove("b"));
        delta.commit(3, DeltaFolder.add("b", 2), DeltaFolder.add("d", 4, ",\"baseRowId\":17"));
        Map<String, SourceFile> files = delta.newest();
        assertThat(files).containsOnlyKeys("b", "c", "d");
        assertThat(files.get("d").table().rows()).isEqualTo(4);
        assertThat(files.get("d").table().firstRowId()).isEqualTo(17);
        assertThat(files.get("d").table().partition()).isNull();
        assertThat(files.get("d").bytes()).isEqualTo(100);
        assertThat(files.get("d").version()).isEqualTo("size:100;modified:7");
    }

    @Test
    void aFileThatChangesNoDataIsRewritten() throws Exception {
        table(DeltaFolder.add("a", 1));
        delta.commit(2, DeltaFolder.add("b", 1).replace("\"dataChange\":true", "\"dataChange\":false"));
        Map<String, SourceFile> files = delta.newest();
        assertThat(files.get("a").table().rewritten()).isFalse();
        assertThat(files.get("b").table().rewritten()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "no JSON",
                "{\\\"numRecords\\\":-1}",
                "{\\\"numRecords\\\":1e99}",
                "{\\\"numRecords\\\":99999999999999999999}",
                "{\\\"numRecords\\\":1099511627777}"
            })
    void rowsThatTheLogDoesNotSayAreNotKnown(String stats) throws Exception {
        table(DeltaFolder.add("a", 1)
                .replaceFirst("\"stats\":\"[^}]*}\"", "\"stats\":\"" + stats.replace("\\", "\\\\") + "\""));
        assertThat(delta.newest().get("a").table().rows()).isNull();
    }

    @Test
    void rowsAreFoundWhereverTheyStandInTheStatistics() throws Exception {
        String stats = "{\\\"x\\\":{\\\"numRecords\\\":3}, \\\"numRecords\\\" : 42 }";
        table(DeltaFolder.add("a", 1).replace("{\\\"numRecords\\\":1}", stats));
        assertThat(delta.newest().get("a").table().rows()).isEqualTo(42);
    }

    @ParameterizedTest
    @CsvSource({
        "p=x%3Ay/a%20b.parquet, p=x:y/a b.parquet",
        "12:30:00.parquet, 12:30:00.parquet",
        "a%2520b, a%20b",
        "%C3%BC/%E5%88%97, ü/列",
        "ü plain, ü plain",
        "a+b, a+b",
        "_hidden/.x, _hidden/.x"
    })
    void pathsArePercentDecodedOnce(String inLog, String path) throws Exception {
        table(DeltaFolder.add(inLog, 1));
        assertThat(delta.newest()).containsOnlyKeys(path);
    }

    @Test
    void allSpellingsOfAPathAreOneFile() throws Exception {
        table(
                DeltaFolder.add("a b", 1),
                DeltaFolder.add("file://" + delta.folder + "/c", 1),
                DeltaFolder.add(delta.folder + "/d", 1),
                DeltaFolder.add("e", 1));
        delta.commit(
                2,
                DeltaFolder.remove("a%20b"),
                DeltaFolder.remove("c"),
                DeltaFolder.remove("file:" + delta.folder + "/d"));
        assertThat(delta.newest()).containsOnlyKeys("e");
    }

    @Test
    void filesElsewhereAreReadWhereTheWorkerAllowsIt() throws Exception {
        table(DeltaFolder.add("a", 1), DeltaFolder.add("file:///other/lake/x%20y.parquet", 2));
        assertThatThrownBy(delta::newest).hasMessageContaining("file:///other/lake/x y.parquet");
        delta.allowed.add("file:///other/lake/");
        assertThat(delta.newest()).containsOnlyKeys("a", "/other/lake/x y.parquet");
        // What is no longer in the table need not be allowed.
        delta.allowed.clear();
        delta.commit(2, DeltaFolder.remove("file:/other/lake/x%20y.parquet"));
        assertThat(delta.newest()).containsOnlyKeys("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "a/../../x",
                "%2e%2e/x",
                "%2E%2E%2Fx",
                "/etc/passwd",
                "file:/etc/passwd",
                "file:///etc/passwd",
                "file://host/etc/passwd",
                "s3://other/x",
                "s3a://other/x",
                "http://169.254.169.254/latest",
                "hdfs://name/x",
                "a%00b",
                "a%zz",
                "a%2"
            })
    void pathsThatLeadElsewhereAreRefused(String path) {
        table(DeltaFolder.add(path, 1));
        assertThatThrownBy(delta::newest)
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT));
    }

    /** Decoded as a replacement character, two such files were one. */
    @ParameterizedTest
    @CsvSource({
        "a-%FE.parquet, a-%FF.parquet, the bytes of a text in UTF-8",
        "%C3/a, %C3%A4%C0/a, the bytes of a text in UTF-8",
        "%ED%A0%80, %ED%A0%81, the bytes of a text in UTF-8",
        "a%\u0662\u0660b, a%\uFF12\uFF10b, two hexadecimal digits after each %"
    })
    void pathsWhoseEncodingIsNoTextAreRefused(String one, String other, String expected) {
        table(DeltaFolder.add(one, 1), DeltaFolder.add(other, 1));
        assertThatThrownBy(delta::newest)
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessage("The Delta table " + delta.folder + " names the file " + one
                        + ", whose percent-encoding is not right; expected " + expected);
    }

    @Test
    void partitionValuesHaveTheNamesOfTheSchema() throws Exception {
        String mapped = "\\\"delta.columnMapping.id\\\":1,\\\"delta.columnMapping.physicalName\\\":\\\"col-1\\\"";
        delta.commit(
                0,
                DeltaFolder.features("columnMapping"),
                DeltaFolder.metadata(
                        "t1",
                        "\"day\",\"hour\"",
                        field("day", "date", mapped) + "," + field("hour", "integer"),
                        "\"delta.columnMapping.mode\":\"name\""),
                DeltaFolder.add("a", 1).replace("{}", "{\"col-1\":\"2026-01-01\",\"hour\":\"\",\"other\":\"x\"}"),
                DeltaFolder.add("b", 1).replace("{}", "{\"col-1\":null}"));
        Map<String, SourceFile> files = delta.newest();
        assertThat(files.get("a").table().partition())
                .containsEntry("day", "2026-01-01")
                .containsEntry("hour", null)
                .hasSize(2);
        assertThat(files.get("b").table().partition())
                .containsEntry("day", null)
                .containsEntry("hour", null);
        Table table = delta.open();
        TableVersion before = table.resolve(null);
        // A column is called otherwise from here on, also in files that no commit names.
        delta.commit(
                1,
                DeltaFolder.metadata(
                        "t1",
                        "\"date\",\"hour\"",
                        field("date", "date", mapped) + "," + field("hour", "integer"),
                        "\"delta.columnMapping.mode\":\"name\""));
        TableVersion after = table.resolve(before);
        assertThat(table.changes(before, after)).isEmpty();
        assertThat(delta.files(table, after).get("a").table().partition()).containsEntry("date", "2026-01-01");
    }

    @Test
    void aMappingThatTheProtocolDoesNotKnowIsNone() throws Exception {
        delta.commit(
                0,
                DeltaFolder.PROTOCOL,
                DeltaFolder.metadata(
                        "t1",
                        "\"day\"",
                        field("day", "date", "\\\"delta.columnMapping.physicalName\\\":\\\"col-1\\\""),
                        "\"delta.columnMapping.mode\":\"name\""),
                DeltaFolder.add("a", 1).replace("{}", "{\"day\":\"2026-01-01\"}"));
        assertThat(delta.newest().get("a").table().partition()).containsEntry("day", "2026-01-01");
    }

    @Test
    void changesAreThoseOfTheCommitsBetween() throws Exception {
        table(DeltaFolder.add("a", 1), DeltaFolder.add("b", 2), DeltaFolder.add("c", 3));
        Table table = delta.open();
        TableVersion first = table.resolve(null);
        delta.commit(2, DeltaFolder.remove("a"), DeltaFolder.add("d", 4));
        delta.commit(3, DeltaFolder.remove("d"), DeltaFolder.remove("b"), DeltaFolder.add("b", 2, Vectors.inline(1)));
        TableVersion second = table.resolve(first);
        List<SourceFile> changes = table.changes(first, second).orElseThrow().files();
        assertThat(changes).extracting(delta::name).containsExactlyInAnyOrder("a", "b", "d");
        assertThat(changes)
                .filteredOn(file -> file.version() == null)
                .extracting(delta::name)
                .containsOnly("a", "d");
        Map<String, SourceFile> before = delta.files(delta.open(DeltaFolder.version(1)), first);
        assertThat(delta.changed(before, table, first, second)).isEqualTo(delta.files(table, second));
    }

    @Test
    void changesOfAnotherSchemaAreToldAndThoseOfAnotherTableAreNot() throws Exception {
        table(DeltaFolder.add("a", 1));
        Table table = delta.open();
        TableVersion first = table.resolve(null);
        delta.commit(2, DeltaFolder.metadata("t1", "", field("id", "long") + "," + field("x", "string"), ""));
        TableVersion second = table.resolve(first);
        assertThat(table.changes(first, second)).contains(new SourceChanges(List.of()));
        delta.commit(3, DeltaFolder.metadata("t2", "", field("id", "long"), ""));
        TableVersion third = table.resolve(second);
        assertThat(third.table()).isEqualTo("t2");
        assertThat(table.changes(second, third)).isEmpty();
        assertThat(table.changes(third, first)).isEmpty();
    }

    @Test
    void changesAreToldForwardsAlongTheSameCommitsOnly() throws Exception {
        table(DeltaFolder.add("a", 1));
        delta.commit(2, DeltaFolder.add("b", 1));
        TableVersion first = delta.open(DeltaFolder.version(1)).resolve(null);
        Table table = delta.open();
        TableVersion second = table.resolve(null);
        assertThat(table.changes(first, second)).isPresent();
        assertThat(table.changes(second, first)).isEmpty();
        // The log was made anew with the same id.
        delta.commit(1, DeltaFolder.add("another", 1));
        assertThat(delta.open().changes(first, second)).isEmpty();
    }

    @Test
    void changesUpToWhatCannotBeReadAreNotTold() throws Exception {
        table(DeltaFolder.add("a", 1));
        TableVersion first = delta.open().resolve(null);
        delta.commit(2, DeltaFolder.add("b", 1));
        TableVersion second = delta.open().resolve(null);
        delta.commit(2, DeltaFolder.add("b", 1), DeltaFolder.features("madeUp"));
        assertThatThrownBy(() -> delta.open().changes(first, second))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("needs the reader feature madeUp");
    }

    @Test
    void aTableThatNeedsMoreFromNowOnIsRefused() throws Exception {
        table(DeltaFolder.add("a", 1));
        TableVersion first = delta.open().resolve(null);
        delta.commit(2, DeltaFolder.features("deletionVectors", "madeUp"));
        assertThatThrownBy(() -> delta.open().resolve(first)).hasMessageContaining("needs the reader feature madeUp");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "columnMapping",
                "deletionVectors",
                "timestampNtz",
                "typeWidening",
                "typeWidening-preview",
                "v2Checkpoint",
                "vacuumProtocolCheck",
                "variantType",
                "variantType-preview",
                "variantShredding-preview"
            })
    void featuresThatChangeNoRowsAreRead(String feature) throws Exception {
        delta.commit(0, DeltaFolder.features(feature), DeltaFolder.METADATA, DeltaFolder.add("a", 1));
        assertThat(delta.newest()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "madeUp, needs the reader feature madeUp; expected only columnMapping",
        "catalogManaged, is managed by a catalog (feature catalogManaged)",
        "catalogOwned-preview, is managed by a catalog (feature catalogOwned-preview)"
    })
    void otherFeaturesAreRefusedByName(String feature, String sentence) {
        delta.commit(0, DeltaFolder.features("deletionVectors", feature), DeltaFolder.METADATA);
        refused(sentence);
    }

    @Test
    void otherReaderVersionsAndFormatsAreRefused() {
        delta.commit(0, DeltaFolder.PROTOCOL.replace("Version\":1", "Version\":4"), DeltaFolder.METADATA);
        refused("needs reader version 4; expected 1 to 3");
        delta.commit(0, DeltaFolder.PROTOCOL.replace("Version\":1", "Version\":0"), DeltaFolder.METADATA);
        refused("needs reader version 0; expected 1 to 3");
        delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.METADATA.replace("\"parquet\"", "\"orc\""));
        refused("has data files of the format orc; expected parquet");
    }

    @Test
    void aLogWithoutMetadataOrProtocolIsDamaged() {
        delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.add("a", 1));
        refused("found no metaData for version 0");
        delta.commit(0, DeltaFolder.METADATA, DeltaFolder.add("a", 1));
        refused("found no protocol for version 0");
    }

    @Test
    void aFileThatIsThereTwiceIsRefused() {
        table(DeltaFolder.add("a", 10, Vectors.inline(1)), DeltaFolder.add("a", 10, Vectors.inline(2)));
        refused("found the file " + delta.folder + "/a twice in one commit with different deleted rows");
    }

    @Test
    void aFileThatIsThereTwiceInWhatChangedIsRefused() throws Exception {
        table(DeltaFolder.add("b", 1));
        TableVersion first = delta.open().resolve(null);
        delta.commit(2, DeltaFolder.add("a", 10, Vectors.inline(1)), DeltaFolder.add("a", 10, Vectors.inline(2)));
        assertThatThrownBy(() -> delta.open().resolve(first)).hasMessageContaining("/a twice in one commit");
    }

    @Test
    void columnsAreCheckedByTheNamesAndTypesOfParquet() throws Exception {
        String nested = "{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[" + field("city", "string") + ","
                + field("zip", "short") + "]}";
        String list = "{\\\"type\\\":\\\"array\\\",\\\"elementType\\\":" + nested + ",\\\"containsNull\\\":true}";
        String map = "{\\\"type\\\":\\\"map\\\",\\\"keyType\\\":\\\"string\\\","
                + "\\\"valueType\\\":\\\"decimal(10, 2)\\\",\\\"valueContainsNull\\\":true}";
        delta.commit(
                0,
                DeltaFolder.features("timestampNtz", "variantType"),
                DeltaFolder.metadata(
                        "t1",
                        "",
                        String.join(
                                ",",
                                field("id", "long"),
                                field("a.b", "byte"),
                                field("at", "timestamp_ntz"),
                                field("v", "variant"),
                                field("address", nested),
                                field("all", list),
                                field("prices", map)),
                        ""));
        Table table = delta.open();
        TableVersion version = table.resolve(null);
        List<RequiredColumn> columns = List.of(
                new RequiredColumn("id", "int64"),
                new RequiredColumn("a.b", "int8"),
                new RequiredColumn("at", "timestamp"),
                new RequiredColumn("v", "variant"),
                new RequiredColumn("address", "struct"),
                new RequiredColumn("address.zip", "int16"),
                new RequiredColumn("all", "list"),
                new RequiredColumn("all.list.element", "struct"),
                new RequiredColumn("all.element.city", "string"),
                new RequiredColumn("prices", "map"),
                new RequiredColumn("prices.key_value.value", "decimal(10,2)"),
                new RequiredColumn("prices.key", "string"));
        table.checkColumns(version, columns);
        table.checkColumns(version, List.of(new RequiredColumn("all.element", null)));
        assertThatThrownBy(() -> table.checkColumns(version, List.of(new RequiredColumn("id", "string"))))
                .hasMessage("The Delta table " + delta.folder
                        + " has column id of another type: found int64, expected string");
        assertThatThrownBy(() -> table.checkColumns(version, List.of(new RequiredColumn("address.street", "string"))))
                .hasMessageContaining("lacks column address.street: found columns address.city, address.zip, expected");
        JsonNode schema = table.schema(version);
        assertThat(schema.path("schema").path("fields")).hasSize(7);
        assertThat(schema.path("columnMapping").asText()).isEqualTo("none");
        assertThat(schema.path("partitionColumns")).isEmpty();
    }

    @Test
    void whatACheckpointSaysOfAFileIsWhatACommitSays() throws Exception {
        String[] actions = {
            DeltaFolder.features("deletionVectors"),
            DeltaFolder.metadata("t1", "\"p\"", field("p", "string"), "\"k\":\"v\""),
            DeltaFolder.add("plain", 3).replace("{}", "{\"p\":\"x\"}"),
            DeltaFolder.add("null", 3).replace("{}", "{\"p\":null}"),
            DeltaFolder.add("vector", 30, Vectors.inline(4, 5)).replace("{}", "{\"p\":\"y\"}"),
            DeltaFolder.add("ids", 3, ",\"baseRowId\":12"),
            DeltaFolder.add("parsed", 3, ",\"stats_parsed\":{\"numRecords\":8}"),
            DeltaFolder.add("a%20b", 3).replaceFirst(",\"stats\":\"[^}]*}\"", "")
        };
        delta.commit(0, actions);
        Map<String, SourceFile> listed = delta.newest();
        for (String options : List.of("", ", COMPRESSION zstd", ", PARQUET_VERSION V2, COMPRESSION gzip")) {
            DeltaCheckpoints.write(delta, LogListing.padded(0) + ".checkpoint.parquet", options, actions);
            Map<String, SourceFile> found = delta.newest();
            assertThat(found.remove("parsed").table().rows()).isEqualTo(8);
            assertThat(found).isEqualTo(without(listed, "parsed"));
        }
    }

    private static Map<String, SourceFile> without(Map<String, SourceFile> files, String name) {
        Map<String, SourceFile> rest = new TreeMap<>(files);
        rest.remove(name);
        return rest;
    }

    @Test
    void aCommitThatIsGoneMeansThatTheTableMovedOn() throws Exception {
        table(DeltaFolder.add("a", 1));
        Table table = delta.open();
        TableVersion version = table.resolve(null);
        Table other = delta.open();
        other.resolve(version);
        Files.delete(delta.folder.resolve("_delta_log").resolve(LogListing.padded(1) + ".json"));
        assertThatThrownBy(() -> delta.files(other, version)).isInstanceOf(FileChangedException.class);
    }
}
