package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code sync} command over a collection's lifetime. */
class SyncIT {
    @TempDir
    Path folder;

    private Cli cli;
    private Path lake;

    @BeforeEach
    void writeLake() throws IOException {
        cli = new Cli(folder);
        lake = Files.createDirectory(folder.resolve("lake"));
        for (int day = 1; day <= 3; day++) {
            for (int part = 0; part < 3; part++) {
                Lake.write(lake.resolve("day=" + day + "/part-" + part + ".parquet"), 100 * day + part, 1_000L * day);
            }
        }
    }

    private static List<String> keys(JsonNode object) {
        List<String> keys = new ArrayList<>();
        object.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private static void assertFiles(JsonNode report, long added, long changed, long removed, long unchanged) {
        JsonNode files = report.get("files");
        assertThat(List.of(
                        files.get("new").asLong(),
                        files.get("changed").asLong(),
                        files.get("removed").asLong(),
                        files.get("unchanged").asLong()))
                .as("new, changed, removed, unchanged of %s", report)
                .containsExactly(added, changed, removed, unchanged);
    }

    private void assertServed(JsonNode report) {
        assertThat(report.get("rows").asLong()).as("%s", report).isEqualTo(Lake.rows(lake));
    }

    @Test
    void anotherTargetReportsHowManyRowsAreToBeIndexedAgain() throws Exception {
        JsonNode first = cli.sync("--source", lake.toString(), "--target-rows", "1000");
        assertThat(first.get("newRows").asLong()).isEqualTo(first.get("rows").asLong());
        assertThat(first.has("targetRowsBefore")).isFalse();
        Run smaller = cli.ok("sync", "c", "--target-rows", "100");
        String rows = Output.count(first.get("rows").asLong());
        assertThat(smaller.out())
                .contains("  indexed   " + rows + " rows anew; 0 deleted in place, " + rows
                        + " dropped with their segments; targetRowsPerSegment was 1,000 before\n");
        JsonNode same = cli.sync("--target-rows", "100");
        assertThat(same.get("newRows").asLong()).isZero();
        assertThat(same.has("targetRowsBefore")).isFalse();
        JsonNode larger = cli.sync("--target-rows", "100000");
        assertThat(larger.get("outcome").asText()).isEqualTo("COMMITTED");
        assertThat(larger.get("newRows").asLong()).isZero();
        assertThat(larger.get("targetRowsBefore").asLong()).isEqualTo(100);
    }

    @Test
    void theFirstSyncCommitsAndAnUnchangedSourceWritesNothing() throws Exception {
        Files.createFile(lake.resolve("_SUCCESS"));
        Run run = cli.ok("sync", "c", "--source", lake.toString(), "--json");
        JsonNode report = run.json();
        assertThat(keys(report))
                .containsExactly(
                        "collectionId",
                        "update",
                        "outcome",
                        "reason",
                        "version",
                        "generation",
                        "source",
                        "files",
                        "skipped",
                        "schemas",
                        "fragments",
                        "rows",
                        "deadRows",
                        "segments",
                        "newRows",
                        "deletedRows",
                        "droppedRows",
                        "movedRows",
                        "keptRows",
                        "churn",
                        "requests",
                        "seconds",
                        "listedAt",
                        "bytes");
        assertThat(report.get("collectionId").asText()).isEqualTo("c");
        assertThat(report.get("outcome").asText()).isEqualTo("COMMITTED");
        assertThat(report.get("update").asLong()).isEqualTo(1);
        assertThat(report.get("version").asLong()).isEqualTo(2);
        assertThat(report.get("generation").asLong()).isEqualTo(1);
        assertThat(keys(report.get("source"))).containsExactly("uri", "spec");
        assertThat(report.get("source").get("uri").asText()).isEqualTo("file://" + lake + "/");
        assertThat(keys(report.get("files")))
                .containsExactly("listed", "new", "changed", "removed", "unchanged", "skipped");
        assertFiles(report, 9, 0, 0, 0);
        assertThat(report.get("files").get("listed").asLong()).isEqualTo(10);
        assertThat(report.get("files").get("skipped").asLong()).isEqualTo(1);
        assertThat(keys(report.get("skipped").get(0))).containsExactly("file", "reason");
        assertThat(report.get("skipped").get(0).get("file").asText()).isEqualTo(lake + "/_SUCCESS");
        assertThat(report.get("fragments").asLong()).isEqualTo(9);
        assertServed(report);
        assertThat(keys(report.get("segments"))).containsExactly("total", "kept", "new", "dropped");
        assertThat(report.get("segments").get("total").asLong()).isEqualTo(1);
        assertThat(report.get("churn").asDouble()).isEqualTo(1);
        assertThat(report.get("requests").get("source.get").asLong()).isEqualTo(9);
        assertThat(keys(report.get("seconds"))).containsExactlyInAnyOrder("list", "read", "balance", "commit");
        assertThat(run.err()).contains("littoral: listing\n").doesNotContain("\u001b", "\r");

        Map<String, String> before = cli.tree();
        JsonNode again = cli.sync("--source", lake.toString());
        assertThat(again.get("outcome").asText()).isEqualTo("UNCHANGED");
        assertThat(again.get("version").asLong()).isEqualTo(2);
        assertFiles(again, 0, 0, 0, 9);
        assertThat(again.get("rows")).isEqualTo(report.get("rows"));
        assertThat(again.get("segments").get("kept").asLong()).isEqualTo(1);
        assertThat(again.get("requests").has("source.get")).isFalse();
        assertThat(cli.tree()).isEqualTo(before);
        // Without a source it is the catalog's.
        assertThat(cli.sync().get("outcome").asText()).isEqualTo("UNCHANGED");
        assertThat(cli.tree()).isEqualTo(before);
    }

    @Test
    void onlyWhatChangedIsOpened() throws Exception {
        cli.sync("--source", lake.toString(), "--target-rows", "350");

        Lake.write(lake.resolve("day=2/part-1.parquet"), 77, 5);
        JsonNode changed = cli.sync("--target-rows", "350");
        assertFiles(changed, 0, 1, 0, 8);
        assertThat(changed.get("requests").get("source.get").asLong()).isEqualTo(1);
        assertServed(changed);
        assertThat(changed.get("segments").get("kept").asLong())
                .as("%s", changed)
                .isPositive();

        Files.delete(lake.resolve("day=1/part-0.parquet"));
        JsonNode removed = cli.sync("--target-rows", "350");
        assertFiles(removed, 0, 0, 1, 8);
        assertThat(removed.get("requests").has("source.get")).isFalse();
        assertServed(removed);

        Lake.write(lake.resolve("day=4/part-0.parquet"), 10, 5);
        JsonNode added = cli.sync("--target-rows", "350");
        assertFiles(added, 1, 0, 0, 8);
        assertThat(added.get("requests").get("source.get").asLong()).isEqualTo(1);
        assertServed(added);
        assertThat(added.get("version").asLong()).isEqualTo(5);
        assertThat(added.get("generation").asLong()).isEqualTo(1);
        for (JsonNode segment : cli.run("segments", "c", "--json").jsonLines()) {
            assertThat(segment.get("rows").asLong()).as("%s", segment).isBetween(1L, 350L);
        }
    }

    @Test
    void anotherSourceIsANewGeneration() throws Exception {
        cli.sync("--source", lake.toString());
        Path other = folder.resolve("other.parquet");
        Lake.write(other, 5_000, 0);
        JsonNode report = cli.sync("--source", "other.parquet", "--target-rows", "2000");
        assertThat(report.get("generation").asLong()).isEqualTo(2);
        assertThat(report.get("version").asLong()).isEqualTo(4);
        assertThat(report.get("source").get("uri").asText()).isEqualTo("file://" + other);
        assertFiles(report, 1, 0, 9, 0);
        assertThat(report.get("rows").asLong()).isEqualTo(5_000);
        assertThat(report.get("segments").get("dropped").asLong()).isEqualTo(1);
        // A file larger than the target is cut at its row groups, and within them where these are larger.
        assertThat(report.get("fragments").asLong()).isGreaterThanOrEqualTo(3);
        assertThat(cli.run("versions", "c", "--json").jsonLines())
                .extracting(head -> head.get("kind").asText())
                .containsExactly("COMMITTED", "DECLARED", "COMMITTED", "DECLARED");
    }

    @Test
    void aSourceThatLosesTooMuchFails() throws Exception {
        cli.sync("--source", lake.toString());
        for (int part = 0; part < 3; part++) {
            Files.delete(lake.resolve("day=3/part-" + part + ".parquet"));
        }
        Run tooMuch = cli.run("sync", "c", "--max-drop-share", "0.3", "--json").endsWith(ExitCode.INPUT);
        assertThat(tooMuch.json().get("outcome").asText()).isEqualTo("FAILED");
        assertThat(tooMuch.json().get("failure").asText()).isEqualTo("INPUT");
        assertThat(tooMuch.sentence()).contains("maxDropShare", "what is served is as it was");
        assertThat(cli.leftovers()).isEmpty();

        for (int day = 1; day <= 2; day++) {
            for (int part = 0; part < 3; part++) {
                Files.delete(lake.resolve("day=" + day + "/part-" + part + ".parquet"));
            }
        }
        Run emptied = cli.run("sync", "c").endsWith(ExitCode.INPUT);
        assertThat(emptied.out()).contains("FAILED");
        assertThat(emptied.sentence()).contains("allowEmpty");
        assertThat(cli.head().get("version").asLong()).isEqualTo(2);

        JsonNode allowed = cli.sync("--allow-empty");
        assertThat(allowed.get("outcome").asText()).isEqualTo("COMMITTED");
        assertThat(allowed.get("rows").asLong()).isZero();
        assertFiles(allowed, 0, 0, 9, 0);
        Map<String, String> before = cli.tree();
        assertThat(cli.sync("--allow-empty").get("outcome").asText()).isEqualTo("UNCHANGED");
        assertThat(cli.sync().get("outcome").asText()).isEqualTo("UNCHANGED");
        assertThat(cli.tree()).isEqualTo(before);
    }

    @Test
    void twoSyncsOfOneCollectionAtOnceEndWell() throws Exception {
        Cli.Running one = cli.start("sync", "c", "--source", lake.toString(), "--json");
        Cli.Running other = cli.start("sync", "c", "--source", lake.toString(), "--json");
        for (Run run : List.of(one.end(), other.end())) {
            assertThat(run.exit()).as("%s", run).isIn(ExitCode.OK.code(), ExitCode.STOPPED.code());
            assertThat(run.json().get("outcome").asText()).as("%s", run).isIn("COMMITTED", "UNCHANGED", "SUPERSEDED");
        }
        JsonNode head = cli.head();
        assertThat(head.get("snapshot").get("totals").get("rows").asLong()).isEqualTo(Lake.rows(lake));
        assertThat(cli.sync().get("outcome").asText()).isEqualTo("UNCHANGED");
        assertThat(cli.leftovers()).isEmpty();
    }
}
