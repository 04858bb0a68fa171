package dev.littoral.activities.source.iceberg;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** What is kept of a metadata file, and how much of it. */
class MetadataJsonTest {
    private static final MetadataLimits LIMITS = new MetadataLimits(1000, 5000);

    private static String read(String json) throws IOException {
        return new MetadataJson("Iceberg metadata m.json", LIMITS)
                .read(new ByteArrayInputStream(json.getBytes(UTF_8)))
                .toString();
    }

    private static void refuses(String json, String found) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessage("Iceberg metadata m.json has more than " + found + " that are kept; expected at most as"
                        + " many, as they fill memory: expire snapshots of the table, remove schemas that none of them"
                        + " has, or give the worker more heap");
    }

    private static String times(int count, String value) {
        return String.join(",", Collections.nCopies(count, value));
    }

    @Test
    void everyKindOfValueIsKeptAsItIs() throws IOException {
        String json = "{\"properties\":{\"a\":\"é\\n\",\"b\":[],\"c\":[1,-9223372036854775808,1.5,true,false,null,{}]},"
                + "\"refs\":{},\"last-updated-ms\":123456789012345678901234567890}";
        assertThat(read(json)).isEqualTo(new ObjectMapper().readTree(json).toString());
    }

    @Test
    void ofASnapshotsSummaryOnlyTheOperationIsKept() throws IOException {
        assertThat(read("{\"snapshots\":[{\"snapshot-id\":1,\"summary\":{\"a\":\"1\",\"operation\":\"append\","
                        + "\"b\":{\"operation\":\"x\"}},\"schema-id\":0},{\"summary\":null},7]}"))
                .isEqualTo("{\"snapshots\":[{\"snapshot-id\":1,\"summary\":{\"operation\":\"append\"},"
                        + "\"schema-id\":0},{\"summary\":null},7]}");
        assertThat(read("{\"snapshots\":7}")).isEqualTo("{\"snapshots\":7}");
    }

    @Test
    void whatNobodyAsksForIsPassedOverHoweverMuchItIs() throws IOException {
        assertThat(read("{\"x\":[" + times(100_000, "{}") + "],\"metadata-log\":[" + times(100_000, "{\"a\":\"b\"}")
                        + "],\"refs\":{},\"snapshots\":[{\"summary\":{\"x\":[" + times(100_000, "1") + "]}}]}"))
                .isEqualTo("{\"refs\":{},\"snapshots\":[{\"summary\":{}}]}");
    }

    @Test
    void moreValuesThanMemoryHasRoomForAreRefused() throws IOException {
        assertThat(read("{\"schemas\":[" + times(999, "{}") + "]}")).hasSizeGreaterThan(999);
        for (String value : new String[] {"{}", "[]", "1", "null", "\"\""}) {
            refuses("{\"schemas\":[" + times(1000, value) + "]}", "1000 names and values");
        }
        refuses("{\"properties\":{" + times(500, "\"\":1") + "}}", "1000 names and values");
        refuses("{\"snapshots\":[" + times(1001, "{}") + "]}", "1000 names and values");
        refuses("{\"snapshots\":[" + times(501, "{\"summary\":{}}") + "]}", "1000 names and values");
    }

    @Test
    void textsThatMemoryHasNoRoomForAreRefused() throws IOException {
        assertThat(read("{\"location\":\"" + "a".repeat(5000) + "\"}")).hasSizeGreaterThan(5000);
        refuses("{\"location\":\"" + "a".repeat(5001) + "\"}", "5000 characters in names and texts");
        refuses("{\"properties\":{\"" + "a".repeat(5001) + "\":1}}", "5000 characters in names and texts");
        refuses(
                "{\"properties\":[" + times(6, "\"" + "a".repeat(1000) + "\"") + "]}",
                "5000 characters in names and texts");
    }

    private static String struct(String name, String field) {
        return "{\"type\":\"struct\",\"fields\":[{\"name\":\"" + name + "\",\"type\":" + field + "}]}";
    }

    private static void refusesNames(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessage("Iceberg metadata m.json has more than 5000 characters in the full names of its columns;"
                        + " expected at most as many, as they fill memory: remove schemas that no snapshot has, or"
                        + " give the worker more heap");
    }

    @Test
    void fullNamesOfColumnsAreCountedWithAllThatTheyAreIn() throws IOException {
        String five = "{\"fields\":[" + times(5, "{\"name\":\"a\",\"type\":\"int\"}") + "]}";
        // 831 of the struct, 833 of each in it.
        String right = struct("s".repeat(830), five);
        assertThat(read("{\"schema\":" + right + "}")).contains("sss");
        assertThat(read("{\"schemas\":[" + right + "]}")).contains("sss");
        refusesNames("{\"schema\":" + struct("s".repeat(831), five) + "}");
        refusesNames("{\"schemas\":[" + struct("s".repeat(831), five) + "]}");
        refusesNames("{\"schema\":" + right + ",\"schemas\":[" + struct("four", "\"int\"") + "]}");
        String list = "{\"type\":\"list\",\"element\":\"int\"}";
        String map = "{\"type\":\"map\",\"key\":\"int\",\"value\":" + list + "}";
        // 1 + length of the map, then with .key, .value and .value.element.
        assertThat(read("{\"schema\":" + struct("m".repeat(1243), map) + "}")).contains("mmm");
        refusesNames("{\"schema\":" + struct("m".repeat(1244), map) + "}");
    }

    @Test
    void aNameIsNoLongerThanAnyToolWritesIt() throws IOException {
        MetadataLimits limits = new MetadataLimits(1000, 100_000);
        for (String json : new String[] {
            "{\"schema\":" + struct("%s", "\"int\"") + "}",
            "{\"partition-spec\":[{\"name\":\"%s\"}]}",
            "{\"partition-specs\":[{\"fields\":[{\"name\":\"%s\"}]}]}"
        }) {
            for (int length : new int[] {8192, 8193}) {
                MetadataJson reader = new MetadataJson("Iceberg metadata m.json", limits);
                InputStream bytes = new ByteArrayInputStream(
                        json.formatted("n".repeat(length)).getBytes(UTF_8));
                if (length == 8192) {
                    assertThat(reader.read(bytes).isEmpty()).isFalse();
                } else {
                    assertThatThrownBy(() -> reader.read(bytes))
                            .isInstanceOfSatisfying(
                                    LittoralException.class,
                                    e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                            .hasMessage("Iceberg metadata m.json has a column or a partition field whose name has"
                                    + " 8193 characters; expected at most 8192: rename it");
                }
            }
        }
    }

    @Test
    void whatIsNoJsonObjectIsRefused() {
        for (String json : new String[] {"", "[]", "7"}) {
            assertThatThrownBy(() -> read(json)).isInstanceOf(IOException.class).hasMessage("it is no JSON object");
        }
        for (String json : new String[] {"{", "{\"refs\":", "{\"refs\":[", "{\"x\":[", "{\"refs\":]}", "nothing"}) {
            assertThatThrownBy(() -> read(json))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("it is no JSON: ");
        }
        assertThatThrownBy(() -> read("{\"refs\":" + "[".repeat(100_000)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nesting depth");
    }
}
