package dev.littoral.activities.source.lance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.local.LocalStorage;
import dev.littoral.activities.testing.Openers;
import dev.littoral.workflows.model.TableVersion;
import dev.littoral.workflows.testing.ServerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datasets of Lance whose files are in several places, and such with stable row ids. */
class LancePlacesTest {
    @TempDir
    Path temporary;

    /** Allows everything on this machine. */
    private static final StoreOpener ANYWHERE = Openers.of(
            address -> {},
            address -> new LocalStorage().source(address).openSource(StorageAccess.OWN, StoreObserver.NONE));

    @Test
    void branchesAndClonesAreServedAsLanceReadsThem() throws Exception {
        Path folder = temporary.toRealPath();
        Path script = folder.resolve("places.py");
        try (var in = getClass().getResourceAsStream("/lance/places.py")) {
            Files.copy(in, script);
        }
        Process process = new ProcessBuilder(
                        ServerProcess.binary("table-python").toString(), script.toString(), folder.toString())
                .redirectError(folder.resolve("log").toFile())
                .start();
        List<String> answers = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor())
                .describedAs(Files.readString(folder.resolve("log")))
                .isZero();
        Map<String, JsonNode> truth = new HashMap<>();
        for (String answer : answers) {
            JsonNode json = new ObjectMapper().readTree(answer);
            truth.put(json.path("name").asText(), json);
        }

        Path main = folder.resolve("main.lance");
        check(LanceTables.newest(main), truth.get("main"));
        check(LanceTables.open(main, LanceTables.branch("main")), truth.get("main"));
        check(LanceTables.open(main, LanceTables.branch("exp/one")), truth.get("branch"));
        check(LanceTables.newest(folder.resolve("stable.lance")), truth.get("stable"));
        Path clone = folder.resolve("clone.lance");
        check(LanceTables.open(clone, null, ANYWHERE, StoreObserver.NONE), truth.get("clone"));

        Table refused = LanceTables.newest(clone);
        TableVersion version = refused.resolve(null);
        assertThatThrownBy(() -> LanceTables.files(refused, version))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("main.lance/data/")
                .hasMessageContaining("expected only what is");

        Table relative = LanceTables.open(folder.resolve("relative.lance"), LanceTables.branch("here"));
        TableVersion here = relative.resolve(null);
        assertThatThrownBy(() -> LanceTables.files(relative, here))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("base path relative.lance, which is relative to where its writer ran");
        assertThatThrownBy(
                        () -> LanceTables.open(main, LanceTables.branch("none")).resolve(null))
                .hasMessageContaining("has no branch none; expected one of exp/one");
    }

    private static void check(Table table, JsonNode truth) throws Exception {
        TableVersion version = table.resolve(null);
        assertThat(version.version()).isEqualTo(truth.path("version").asText());
        List<String> found = new ArrayList<>();
        for (SourceFile file : LanceTables.files(table, version).values()) {
            assertThat(Path.of(file.path())).exists();
            found.add(file.table().partition().get(FragmentFiles.FRAGMENT)
                    + " " + file.table().rows()
                    + " " + Path.of(file.path()).getFileName()
                    + " "
                    + LanceTables.deletedRows(table, version, file).ranges().toList());
        }
        List<String> expected = new ArrayList<>();
        truth.path("fragments").forEach(each -> {
            List<Long> deleted = new ArrayList<>();
            each.path("deleted").forEach(row -> deleted.add(row.asLong()));
            expected.add(each.path("id").asText()
                    + " " + each.path("rows").asText()
                    + " " + each.path("files").path(0).asText()
                    + " "
                    + DeletedRows.of(deleted.stream().mapToLong(row -> row).toArray())
                            .ranges()
                            .toList());
        });
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    }
}
