package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableVersion;
import dev.littoral.workflows.testing.ServerProcess;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables that pyiceberg writes and changes at random, against what its own scans say of each of their versions. */
class PyIcebergTablesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SCRIPT = "src/test/resources/tables/iceberg_tables.py";

    @TempDir
    private Path temporary;

    private List<JsonNode> steps(Path folder, int seed, int steps, int formatVersion) throws Exception {
        File errors = folder.resolve("errors").toFile();
        Process python = new ProcessBuilder(
                        ServerProcess.binary("table-python").toString(),
                        SCRIPT,
                        folder.toString(),
                        Integer.toString(seed),
                        Integer.toString(steps),
                        Integer.toString(formatVersion))
                .redirectError(errors)
                .start();
        List<JsonNode> said = new ArrayList<>();
        try (var lines = python.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(JSON.readTree(line));
            }
        }
        assertThat(python.waitFor()).as(Files.readString(errors.toPath())).isZero();
        return said;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "4, 2", "5, 2", "6, 2"})
    void everyVersionHasTheFilesAndRowsThatPyIcebergReads(int seed, int formatVersion) throws Exception {
        Path folder = temporary.toRealPath();
        TableVersion before = null;
        Map<String, SourceFile> filesBefore = Map.of();
        int compared = 0;
        for (JsonNode step : steps(folder, seed, 25, formatVersion)) {
            Path metadata = Path.of(step.get("metadata").asText().substring("file://".length()));
            try (Opened opened = Opened.at(metadata, folder, at(step.get("at")))) {
                TableVersion version = opened.resolve();
                assertThat(version.table()).isEqualTo(step.get("uuid").asText());
                assertThat(version.version()).isEqualTo(step.get("snapshot").asText("none"));
                Map<String, SourceFile> files = opened.files(version);
                assertThat(said(files)).as(step.get("step").asText()).isEqualTo(read(step.get("files")));
                List<String> rows = new ArrayList<>();
                step.get("rows").forEach(row -> rows.add(row.asText()));
                rows.sort(null);
                assertThat(opened.rows(version, files))
                        .as(step.get("step").asText())
                        .isEqualTo(rows);
                if (before != null) {
                    Optional<Map<String, SourceFile>> changed = opened.changed(before, filesBefore, version);
                    changed.ifPresent(all -> assertThat(all).isEqualTo(files));
                    compared += changed.isPresent() ? 1 : 0;
                }
                before = version;
                filesBefore = files;
            }
        }
        assertThat(compared).isGreaterThan(5);
    }

    private static TableAt at(JsonNode at) {
        if (at.isNull()) {
            return null;
        }
        return new TableAt(text(at, "snapshot"), null, text(at, "tag"), text(at, "branch"), null);
    }

    private static String text(JsonNode json, String name) {
        return json.has(name) ? json.get(name).asText() : null;
    }

    private static Map<String, List<Long>> said(Map<String, SourceFile> files) {
        Map<String, List<Long>> said = new TreeMap<>();
        files.values()
                .forEach(file -> said.put(file.path(), List.of(file.table().rows(), file.bytes())));
        return said;
    }

    private static Map<String, List<Long>> read(JsonNode files) {
        Map<String, List<Long>> read = new TreeMap<>();
        for (JsonNode file : files) {
            read.put(
                    file.get(0).asText().substring("file://".length()),
                    List.of(file.get(1).asLong(), file.get(2).asLong()));
        }
        return read;
    }
}
