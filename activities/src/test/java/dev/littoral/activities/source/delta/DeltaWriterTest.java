package dev.littoral.activities.source.delta;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.table.Table;
import dev.littoral.workflows.model.TableVersion;
import dev.littoral.workflows.testing.ServerProcess;
import java.io.BufferedReader;
import java.io.Writer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tables that delta-rs writes and changes at random, beside what its own reader says of each version. The time limit is
 * only there to end a writer that hangs.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DeltaWriterTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STEPS = 60;

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @CsvSource({"1, whole", "2, partitioned", "3, whole", "4, partitioned"})
    void eachVersionListsAsTheWriterReadsIt(int seed, String kind) throws Exception {
        Path folder = temporary.resolve("t");
        Process writer = new ProcessBuilder(
                        ServerProcess.binary("table-python").toString(),
                        Path.of("src/test/resources/tables/delta_walk.py")
                                .toAbsolutePath()
                                .toString(),
                        folder.toString(),
                        Integer.toString(seed),
                        kind)
                .redirectError(temporary.resolve("errors").toFile())
                .start();
        try (Writer commands = writer.outputWriter(UTF_8);
                BufferedReader states = writer.inputReader(UTF_8);
                Connection duckDb = DriverManager.getConnection("jdbc:duckdb:")) {
            walk(new DeltaFolder(folder), commands, states, duckDb);
        } finally {
            writer.destroyForcibly();
        }
    }

    private static void walk(DeltaFolder delta, Writer commands, BufferedReader states, Connection duckDb)
            throws Exception {
        TableVersion before = null;
        Map<String, SourceFile> listed = null;
        Table table = null;
        int incremental = 0;
        for (int step = 0; step <= STEPS; step++) {
            JsonNode state = JSON.readTree(states.readLine());
            String what = "step " + step + ", " + state.path("step") + " " + state.path("failure");
            // A worker may have read the table before, or not.
            table = step % 3 == 0 ? delta.open() : table;
            TableVersion version = table.resolve(before);
            assertThat(version.version())
                    .as(what)
                    .isEqualTo(state.path("version").asText());
            assertThat(version.table()).as(what).isEqualTo(state.path("id").asText());
            Map<String, SourceFile> files = delta.files(table, version);
            assertThat(described(files)).as(what).isEqualTo(described(state.path("files")));
            if (before != null) {
                Map<String, SourceFile> changed = delta.changed(listed, table, before, version);
                if (changed != null) {
                    assertThat(identities(changed)).as(what).isEqualTo(identities(files));
                    incremental++;
                }
            }
            assertThat(hash(files, duckDb))
                    .as(what)
                    .isEqualTo(state.path("count") + " " + state.path("hash").asText());
            assertThat(table.schema(version).path("schema").path("fields"))
                    .as(what)
                    .isEqualTo(state.path("schema").path("fields"));
            TableVersion again = delta.open().resolve(version);
            assertThat(again).as(what).isEqualTo(version);
            assertThat(delta.requests()).as(what).isEqualTo(Map.of("source.list", 1L));
            before = version;
            listed = files;
            commands.write("step\n");
            commands.flush();
        }
        assertThat(incremental).isGreaterThan(STEPS / 2);
    }

    private static Map<String, String> described(Map<String, SourceFile> files) {
        Map<String, String> described = new TreeMap<>();
        files.forEach((name, file) -> described.put(
                file.path(),
                file.table().rows() + " " + file.bytes() + " "
                        + (file.table().partition() == null
                                ? null
                                : file.table().partition().get("p"))));
        return described;
    }

    private static Map<String, String> described(JsonNode files) {
        Map<String, String> described = new TreeMap<>();
        for (JsonNode file : files) {
            described.put(
                    file.path("path").asText(),
                    file.path("rows").asText() + " " + file.path("bytes") + " "
                            + (file.path("p").isTextual() ? file.path("p").asText() : null));
        }
        return described;
    }

    private static Map<String, Object> identities(Map<String, SourceFile> files) {
        Map<String, Object> identities = new TreeMap<>();
        files.forEach((name, file) -> identities.put(
                name,
                List.of(
                        file.version(),
                        file.bytes(),
                        String.valueOf(file.table().partition()),
                        file.table().rows())));
        return identities;
    }

    /** All rows of the files, as the writer says its own. */
    private static String hash(Map<String, SourceFile> files, Connection duckDb) throws Exception {
        List<String> rows = new ArrayList<>();
        for (SourceFile file : files.values()) {
            try (Statement statement = duckDb.createStatement();
                    ResultSet result = statement.executeQuery("SELECT id || '|' || v FROM read_parquet(["
                            + "'"
                            + file.path().replace("'", "''").replace("[", "[[]").replace("?", "[?]") + "'],"
                            + " hive_partitioning = false)")) {
                while (result.next()) {
                    rows.add(result.getString(1));
                }
            }
        }
        Collections.sort(rows);
        return rows.size() + " "
                + HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(String.join("\n", rows).getBytes(UTF_8)));
    }
}
