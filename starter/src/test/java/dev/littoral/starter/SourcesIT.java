package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Syncs of sources of every kind, valid and invalid. */
class SourcesIT {
    @TempDir
    Path folder;

    private Cli cli;
    private Path lake;

    @BeforeEach
    void makeLake() throws IOException {
        cli = new Cli(folder);
        lake = Files.createDirectory(folder.resolve("lake"));
    }

    private static Map<String, String> skipped(JsonNode report) {
        Map<String, String> skipped = new TreeMap<>();
        report.get("skipped")
                .forEach(file -> skipped.put(
                        file.get("file").asText(), file.get("reason").asText()));
        return skipped;
    }

    @Test
    void oddNamesAreServedAndLocatedAndOtherFilesAreReported() throws Exception {
        List<String> names = List.of(
                "with space.parquet",
                "plus+percent%20=x.parquet",
                "hash#mark?.parquet",
                "café-Ω-漢-😀.parquet",
                "new\nline.parquet",
                "quote'\"\\.parquet",
                "[brackets]{braces}*.parquet",
                "no-suffix",
                "deep/er/_part=1/x.parquet");
        for (int i = 0; i < names.size(); i++) {
            Lake.write(lake.resolve(names.get(i)), 10 + i, 1_000L * i);
        }
        Lake.write(lake.resolve("zero-rows.parquet"), 0, 0);
        Files.createFile(lake.resolve("zero-bytes.parquet"));
        Files.createFile(lake.resolve("_SUCCESS"));
        Lake.write(lake.resolve("_temporary/x.parquet"), 1, 0);
        Lake.write(lake.resolve(".hidden.parquet"), 1, 0);
        Files.createSymbolicLink(lake.resolve("link.parquet"), lake.resolve("no-suffix"));

        JsonNode report = cli.sync("--source", "lake");
        assertThat(report.get("files").get("new").asLong()).as("%s", report).isEqualTo(names.size());
        assertThat(report.get("rows").asLong()).isEqualTo(9 * 10 + 36);
        assertThat(skipped(report).keySet())
                .containsExactlyInAnyOrder(
                        lake + "/zero-rows.parquet",
                        lake + "/zero-bytes.parquet",
                        lake + "/_SUCCESS",
                        lake + "/_temporary/x.parquet",
                        lake + "/.hidden.parquet",
                        lake + "/link.parquet");
        assertThat(report.get("files").get("skipped").asLong()).isEqualTo(6);
        assertThat(cli.run("files", "c", "--json").jsonLines())
                .extracting(file -> file.get("path").asText())
                .containsExactlyInAnyOrderElementsOf(
                        names.stream().map(name -> lake + "/" + name).toList());
        assertThat(cli.run("files", "c", "--skipped", "--json").jsonLines())
                .extracting(file -> file.get("file").asText())
                .containsExactlyInAnyOrderElementsOf(skipped(report).keySet());
        Run plain = cli.ok("files", "c");
        assertThat(plain.out()).contains("new\\u000aline.parquet", "café-Ω-漢-😀.parquet");
        assertThat(plain.out().lines()).hasSize(names.size());
        assertThat(cli.sync().get("outcome").asText()).isEqualTo("UNCHANGED");
    }

    @Test
    void aFolderThatIsATableIsRefusedUnlessItsSpecSaysToIgnoreThat() throws Exception {
        Lake.write(lake.resolve("a.parquet"), 10, 0);
        Files.createDirectory(lake.resolve("_delta_log"));
        Files.writeString(lake.resolve("_delta_log/00000000000000000000.json"), "{}");
        Run failed = cli.run("sync", "c", "--source", "lake", "--json").endsWith(ExitCode.INPUT);
        assertThat(failed.sentence()).contains("is a Delta table, as _delta_log/ in it says", "\"table\":\"ignore\"");
        assertThat(cli.leftovers()).isEmpty();
        JsonNode ignoring = cli.sync("--source", "lake", "--spec", "{\"table\":\"ignore\"}");
        assertThat(ignoring.get("rows").asLong()).isEqualTo(10);
    }

    @Test
    void aBadFileFailsTheUpdateUnlessBadFilesAreSkipped() throws Exception {
        Lake.write(lake.resolve("good.parquet"), 10, 0);
        Files.writeString(lake.resolve("bad.parquet"), "this is no Parquet file at all, but long enough to be one");
        Run failed = cli.run("sync", "c", "--source", "lake", "--json").endsWith(ExitCode.INPUT);
        assertThat(failed.json().get("outcome").asText()).isEqualTo("FAILED");
        assertThat(failed.json().get("failure").asText()).isEqualTo("INPUT");
        assertThat(failed.json().get("reason").asText()).contains("bad.parquet");
        assertThat(failed.sentence()).contains("bad.parquet", "nothing is served");
        assertThat(cli.leftovers()).isEmpty();

        JsonNode skipping = cli.sync("--source", "lake", "--spec", "{\"onBadFile\":\"skip\"}");
        assertThat(skipping.get("rows").asLong()).isEqualTo(10);
        assertThat(skipped(skipping)).containsOnlyKeys(lake + "/bad.parquet");
        assertThat(skipping.get("generation").asLong()).isEqualTo(2);
    }

    @Test
    void columnsThatAreMissingOrOfAnotherTypeAreNamed() throws Exception {
        Lake.write(lake.resolve("a.parquet"), 10, 0);
        String columns = "{\"columns\":[{\"name\":\"id\",\"type\":\"int64\"},\"text\"%s]}";
        cli.sync("--source", "lake", "--spec", columns.formatted(""));
        Run missing = cli.run("sync", "c", "--source", "lake", "--spec", columns.formatted(",\"vector\""))
                .endsWith(ExitCode.INPUT);
        assertThat(missing.sentence()).contains("a.parquet", "vector");
        Run wrong = cli.run(
                        "sync",
                        "c",
                        "--source",
                        "lake",
                        "--spec",
                        "{\"columns\":[{\"name\":\"id\",\"type\":\"string\"}]}")
                .endsWith(ExitCode.INPUT);
        assertThat(wrong.sentence()).contains("a.parquet", "id", "string");
        // What was served before goes on to be.
        assertThat(cli.run("files", "c", "--json").jsonLines()).hasSize(1);
    }

    @Test
    void aSourceThatIsEmptyOrMissingIsReported() throws Exception {
        Run missing = cli.run("sync", "c", "--source", "nowhere").endsWith(ExitCode.INPUT);
        assertThat(missing.sentence()).contains(folder + "/nowhere");
        JsonNode empty = cli.sync("--source", "lake");
        assertThat(empty.get("outcome").asText()).isEqualTo("COMMITTED");
        assertThat(empty.get("rows").asLong()).isZero();
        assertThat(cli.ok("files", "c").out()).isEmpty();
        assertThat(cli.ok("segments", "c", "--json").out()).isEmpty();
    }

    @Test
    void aCatalogInItsOwnSourceIsRefusedUnlessItIsHidden() throws Exception {
        Lake.write(lake.resolve("a.parquet"), 10, 0);
        Run refused = cli.run("sync", "c", "--source", "lake", "--catalog", "lake/catalog")
                .endsWith(ExitCode.INPUT);
        assertThat(refused.sentence()).contains("lies in the source");
        assertThat(lake.resolve("catalog")).doesNotExist();
        Files.createSymbolicLink(folder.resolve("alias"), lake);
        assertThat(cli.run("sync", "c", "--source", "lake", "--catalog", "alias/catalog")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("lies in the source");

        String[] hidden = {"--source", "lake", "--catalog", "lake/.littoral"};
        assertThat(cli.sync(hidden).get("outcome").asText()).isEqualTo("COMMITTED");
        JsonNode again = cli.sync(hidden);
        // The catalog's own files are among those that are left out, and there are more of them than before.
        assertThat(again.get("files").get("new").asLong()).isZero();
        assertThat(again.get("rows").asLong()).isEqualTo(10);
        assertThat(cli.sync("--source", "lake", "--catalog", "lake/catalog", "--spec", "{\"exclude\":[\"catalog/**\"]}")
                        .get("rows")
                        .asLong())
                .isEqualTo(10);
    }
}
