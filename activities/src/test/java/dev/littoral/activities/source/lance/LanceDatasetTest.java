package dev.littoral.activities.source.lance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.table.Table;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableVersion;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Datasets that Lance writes and changes at random, read here and by Lance. */
class LanceDatasetTest {
    private static final int STEPS = 40;

    /** A version that was looked at. */
    private record Seen(TableVersion version, JsonNode truth, Map<String, SourceFile> files) {}

    @ParameterizedTest
    @CsvSource({"1,legacy,plain", "2,2.0,reversed", "3,2.1,plain", "4,2.2,reversed"})
    void eachVersionIsServedAsLanceReadsIt(long seed, String storage, String names) throws Exception {
        try (PythonDataset dataset = PythonDataset.start(seed, storage, names)) {
            Path folder = dataset.folder();
            List<Seen> seen = new ArrayList<>();
            // What a file of one path and version has must never differ.
            Map<String, String> contents = new HashMap<>();
            JsonNode truth = dataset.answer();
            Seen last = null;
            for (int step = 0; ; step++) {
                Table table = LanceTables.newest(folder);
                boolean anew = truth.path("step").asText().equals("make_anew");
                if (anew) {
                    // Its versions have the same numbers and are others.
                    for (Seen each : seen) {
                        assertThatThrownBy(() -> LanceTables.files(LanceTables.newest(folder), each.version()))
                                .isInstanceOf(FileChangedException.class);
                    }
                    seen.clear();
                }
                TableVersion before = last == null ? null : last.version();
                TableVersion version = table.resolve(before);
                boolean same =
                        last != null && !anew && last.truth().path("version").equals(truth.path("version"));
                assertThat(version.isSame(before)).isEqualTo(same);
                Seen now = new Seen(version, truth, check(table, version, truth, contents));
                if (last != null) {
                    checkChanges(table, last, now);
                }
                if (!seen.isEmpty()) {
                    checkChanges(table, seen.getFirst(), now);
                }
                checkOthers(folder, seen, now);
                if (!same) {
                    seen.add(now);
                    last = now;
                }
                if (step == STEPS) {
                    return;
                }
                truth = dataset.step();
            }
        }
    }

    private static Map<String, SourceFile> check(
            Table table, TableVersion version, JsonNode truth, Map<String, String> contents) throws Exception {
        assertThat(version.version()).isEqualTo(truth.path("version").asText());
        Map<String, SourceFile> files = LanceTables.files(table, version);
        assertThat(files).hasSize(truth.path("fragments").size());
        Map<String, JsonNode> fragments = new TreeMap<>();
        truth.path("fragments").forEach(each -> fragments.put(each.path("id").asText(), each));
        for (SourceFile file : files.values()) {
            JsonNode fragment = fragments.remove(file.table().partition().get(FragmentFiles.FRAGMENT));
            assertThat(file.path())
                    .endsWith("/data/" + fragment.path("files").path(0).asText());
            assertThat(file.table().rows()).isEqualTo(fragment.path("rows").asLong());
            List<Long> deleted = new ArrayList<>();
            fragment.path("deleted").forEach(each -> deleted.add(each.asLong()));
            DeletedRows expected =
                    DeletedRows.of(deleted.stream().mapToLong(each -> each).toArray());
            assertThat(file.deletesVersion() == null).isEqualTo(deleted.isEmpty());
            assertThat(LanceTables.deletedRows(table, version, file)).isEqualTo(expected);
            checkNames(
                    contents,
                    file.path() + " " + file.version(),
                    fragment.path("files") + " " + fragment.path("fields"));
            checkNames(
                    contents,
                    file.path() + " deletes " + file.deletesVersion(),
                    fragment.path("deleted").toString());
        }
        assertThat(fragments).isEmpty();
        List<RequiredColumn> columns = new ArrayList<>();
        Map<String, Integer> ids = new TreeMap<>();
        truth.path("columns").forEach(each -> {
            columns.add(new RequiredColumn(each.path("name").asText(), null));
            ids.put(each.path("name").asText(), each.path("id").asInt());
        });
        table.checkColumns(version, columns);
        Map<String, Integer> found = new TreeMap<>();
        table.schema(version).path("fields").forEach(each -> {
            if (each.path("parentId").asInt() < 0) {
                found.put(each.path("name").asText(), each.path("id").asInt());
            }
        });
        assertThat(found).isEqualTo(ids);
        return files;
    }

    private static void checkNames(Map<String, String> contents, String name, String content) {
        assertThat(contents.merge(name, content, (one, other) -> one)).isEqualTo(content);
    }

    private static void checkChanges(Table table, Seen from, Seen to) throws Exception {
        table.changes(from.version(), to.version()).map(SourceChanges::files).ifPresent(changes -> {
            Map<String, SourceFile> files = new TreeMap<>(from.files());
            for (SourceFile change : changes) {
                assertThat(to.files().getOrDefault(change.path(), SourceFile.gone(change.path())))
                        .isEqualTo(change);
                if (change.version() == null) {
                    assertThat(files.remove(change.path())).isNotNull();
                } else {
                    files.put(change.path(), change);
                }
            }
            assertThat(files).isEqualTo(to.files());
        });
    }

    /** Versions before, by number, tag and time. */
    private static void checkOthers(Path folder, List<Seen> seen, Seen now) throws Exception {
        JsonNode truth = now.truth();
        TableVersion newest = now.version();
        List<Long> left = new ArrayList<>();
        truth.path("versions").forEach(each -> left.add(each.asLong()));
        for (Seen each : seen) {
            long number = each.truth().path("version").asLong();
            Table table = LanceTables.open(folder, LanceTables.version(number));
            if (left.contains(number)) {
                assertThat(table.resolve(null)).isEqualTo(each.version());
                assertThat(LanceTables.files(table, each.version())).isEqualTo(each.files());
                Instant instant = each.version().committedAt();
                assertThat(LanceTables.open(folder, new TableAt(null, null, null, null, instant))
                                .resolve(newest))
                        .isEqualTo(each.version());
            } else {
                assertThatThrownBy(() -> table.resolve(newest))
                        .isInstanceOf(LittoralException.class)
                        .hasMessageContaining("has no version " + number)
                        .hasMessageContaining(Collections.min(left) + " is the oldest left");
            }
        }
        Table tagged = LanceTables.open(folder, LanceTables.tag("prod"));
        if (truth.path("tag").isNull()) {
            assertThatThrownBy(() -> tagged.resolve(null)).hasMessageContaining("has no tag prod");
        } else {
            assertThat(tagged.resolve(null).version())
                    .isEqualTo(truth.path("tag").asText());
        }
    }
}
