package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line with a source that is a Delta table. */
class TablesIT {
    private static final String SPEC = "{\"format\":\"delta\"}";

    @TempDir
    private Path folder;

    private Cli cli;
    private Path table;

    @BeforeEach
    void writeTable() throws IOException {
        cli = new Cli(folder);
        table = Files.createDirectory(folder.resolve("events"));
        Files.createDirectory(table.resolve("_delta_log"));
        commit(
                0,
                "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}",
                "{\"metaData\":{\"id\":\"5a3c\",\"format\":{\"provider\":\"parquet\",\"options\":{}},"
                        + "\"schemaString\":\"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[{\\\"name\\\":\\\"id\\\","
                        + "\\\"type\\\":\\\"long\\\",\\\"nullable\\\":true,\\\"metadata\\\":{}}]}\","
                        + "\"partitionColumns\":[],\"configuration\":{},\"createdTime\":1764400000000}}",
                added("a.parquet", 100),
                added("b.parquet", 50));
        // What the log does not name does not count.
        Lake.write(table.resolve("c.parquet"), 7, 0);
    }

    private void commit(long version, String... actions) throws IOException {
        Files.write(table.resolve("_delta_log/%020d.json".formatted(version)), List.of(actions));
    }

    private String added(String name, long rows) throws IOException {
        Lake.write(table.resolve(name), rows, 0);
        return "{\"add\":{\"path\":\"%s\",\"partitionValues\":{},\"size\":%d,\"modificationTime\":1764400000000,"
                        .formatted(name, Files.size(table.resolve(name)))
                + "\"dataChange\":true,\"stats\":\"{\\\"numRecords\\\":%d}\"}}".formatted(rows);
    }

    private JsonNode sync(String spec) throws IOException, InterruptedException {
        return cli.sync("--source", table.toString(), "--spec", spec);
    }

    @Test
    void theLogOfTheTableSaysWhatIsServed() throws Exception {
        assertThat(cli.run("sync", "c", "--source", table.toString())
                        .endsWith(ExitCode.INPUT)
                        .err())
                .contains("is a Delta table")
                .contains("set \"format\":\"delta\" in the spec");
        JsonNode first = sync(SPEC);
        assertThat(first.get("rows").asLong()).isEqualTo(150);
        assertThat(first.get("table").get("version").asText()).isEqualTo("0");
        assertThat(cli.ok("status", "c", "--catalog", cli.catalog().toString()).out())
                .contains("  table     Delta version 0");
        assertThat(sync(SPEC).get("outcome").asText()).isEqualTo("UNCHANGED");

        commit(
                1,
                "{\"remove\":{\"path\":\"a.parquet\",\"deletionTimestamp\":1764400000001,\"dataChange\":true}}",
                added("d.parquet", 30));
        JsonNode second = sync(SPEC);
        assertThat(second.get("rows").asLong()).isEqualTo(80);
        assertThat(second.get("files").get("new").asLong()).isEqualTo(1);
        assertThat(second.get("files").get("removed").asLong()).isEqualTo(1);
        cli.ok("verify", "c", "--source");

        JsonNode before = sync("{\"format\":\"delta\",\"at\":{\"version\":0}}");
        assertThat(before.get("rows").asLong()).isEqualTo(150);
        assertThat(before.get("table").get("version").asText()).isEqualTo("0");
    }

    @Test
    void aLogThatCannotBeReadFailsTheUpdateAndWhatIsServedStays() throws Exception {
        sync(SPEC);
        commit(
                1,
                "{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,"
                        + "\"readerFeatures\":[\"timeCapsules\"],\"writerFeatures\":[\"timeCapsules\"]}}");
        assertThat(cli.run("sync", "c").endsWith(ExitCode.INPUT).err()).contains("timeCapsules");
        assertThat(cli.head().get("snapshot").get("totals").get("rows").asLong())
                .isEqualTo(150);
    }
}
