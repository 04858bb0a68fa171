package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that say what changes between versions, and those that tell dead rows from living ones. */
class DiffIT {
    @TempDir
    Path folder;

    private Cli cli;
    private Path a;
    private Path b;

    /** Version 2 has one segment, full of both files; version 3 has 200 dead rows in it, and another one. */
    @BeforeEach
    void syncTwice() throws Exception {
        cli = new Cli(folder);
        a = folder.resolve("lake/a.parquet");
        b = folder.resolve("lake/b.parquet");
        Lake.write(a, 800, 0);
        Lake.write(b, 200, 10_000);
        cli.sync("--source", "lake", "--target-rows", "1000");
        Lake.write(b, 300, 20_000);
        cli.sync("--target-rows", "1000");
    }

    private long segment() throws Exception {
        List<JsonNode> segments = cli.run("segments", "c", "--at", "2", "--json")
                .endsWith(ExitCode.OK)
                .jsonLines();
        assertThat(segments).hasSize(1);
        return segments.getFirst().get("segment").asLong();
    }

    @Test
    void aDifferenceIsSaidForPeopleAndAsJsonWithItsTotalsLast() throws Exception {
        long old = segment();
        long bytes = Files.size(b);
        assertThat(cli.run("diff", "c", "2", "3").endsWith(ExitCode.OK).out().lines())
                .containsExactlyInAnyOrder(
                        "build    segment " + (old + 1) + ": 300 rows in 1 fragment, " + Output.count(bytes) + " bytes",
                        "delete   segment " + old + ": 200 rows: 800 to 999",
                        "versions 2 to 3: build 1 segment of 300 rows and "
                                + Output.count(bytes)
                                + " bytes, delete 200 rows in place")
                .last()
                .asString()
                .startsWith("versions");
        List<JsonNode> lines =
                cli.run("diff", "c", "2", "3", "--json").endsWith(ExitCode.OK).jsonLines();
        assertThat(lines)
                .extracting(line -> line.path("change").asText())
                .containsExactlyInAnyOrder("BUILD", "DELETE", "");
        assertThat(lines.getLast().toString())
                .isEqualTo("{\"from\":2,\"to\":3,\"older\":false,\"totals\":{\"newSegments\":1,\"newRows\":300,"
                        + "\"newBytes\":" + bytes + ",\"droppedSegments\":0,\"droppedRows\":0,\"deletedRows\":200,"
                        + "\"restoredRows\":0,\"movedRows\":0}}");
        assertThat(cli.run("diff", "c", "3", "2").endsWith(ExitCode.OK).out().lines())
                .contains(
                        "drop     segment " + (old + 1) + ": 300 rows",
                        "restore  segment " + old + ": 200 rows: 800 to 999")
                .last()
                .asString()
                .endsWith("restore 200 rows; version 2 serves the older snapshot");
        assertThat(cli.run("diff", "c", "3", "3").endsWith(ExitCode.OK).out())
                .isEqualTo("versions 3 to 3: no row changes\n");

        String files =
                cli.run("diff", "c", "2", "3", "--files").endsWith(ExitCode.OK).out();
        assertThat(files)
                .startsWith("changed  " + b + ": 300 rows in ")
                .contains("; it had 200 rows in ")
                .endsWith("versions 2 to 3: 0 files added, 0 removed, 1 changed\n");
        List<JsonNode> fileLines =
                cli.run("diff", "c", "0", "2", "--files", "--json").jsonLines();
        assertThat(fileLines).extracting(line -> line.path("path").asText()).containsExactly("" + a, "" + b, "");
        assertThat(fileLines.getLast().get("files").get("added").asLong()).isEqualTo(2);

        assertThat(cli.run("diff", "c", "2", "4").endsWith(ExitCode.INPUT).sentence())
                .isEqualTo("littoral: Version 4 is not in the catalog; expected one of 1 to 3");
    }

    @Test
    void everyReaderTellsDeadRowsFromLivingOnes() throws Exception {
        String old = Long.toString(segment());
        assertThat(cli.run("locate", "c", old, "799").endsWith(ExitCode.OK).out())
                .isEqualTo("row 799 of segment " + old + " is row 799 of " + a + "\n");
        assertThat(cli.run("locate", "c", old, "805").endsWith(ExitCode.INPUT).out())
                .isEqualTo("row 805 of segment " + old + " was row 5 of " + b + "; deleted since version 3\n");
        assertThat(cli.run("locate", "c", old, "805", "--at", "2")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains(" is row 5 of ");
        JsonNode located = cli.run("locate", "c", old, "805", "--json")
                .endsWith(ExitCode.INPUT)
                .json();
        assertThat(located.get("deadSince").asLong()).isEqualTo(3);

        assertThat(cli.run("segments", "c").endsWith(ExitCode.OK).out())
                .contains("segment " + old + ": 800 rows in 2 fragments; 200 dead\n", "; dead since version 3\n");
        assertThat(cli.run("files", "c").endsWith(ExitCode.OK).out().lines()).hasSize(2);
        assertThat(cli.run("files", "c", "--dead").endsWith(ExitCode.OK).out().strip())
                .isEqualTo("200 dead rows  since version 3  1 fragment  " + b);
        assertThat(cli.run("files", "c", "--dead", "--json")
                        .json()
                        .get("deadSince")
                        .asLong())
                .isEqualTo(3);
        assertThat(cli.run("files", "c", "--dead", "--at", "2")
                        .endsWith(ExitCode.OK)
                        .out())
                .isEmpty();
        assertThat(cli.run("versions", "c").endsWith(ExitCode.OK).out().lines().findFirst())
                .hasValueSatisfying(line -> assertThat(line).contains("1,100 rows, 2 segments with 200 dead rows"));
        assertThat(cli.run("status", "c", "--catalog", cli.catalog().toString()).out())
                .contains("1,100 rows in 2 segments with 200 dead rows");
    }

    @Test
    void changesAreSaidVersionByVersion() throws Exception {
        assertThat(cli.run("changes", "c", "--from", "0")
                        .endsWith(ExitCode.OK)
                        .out()
                        .lines())
                .hasSize(3)
                .last()
                .asString()
                .startsWith("3        COMMITTED")
                .contains("delete 200 rows in place");
        List<JsonNode> versions = cli.run("changes", "c", "--from", "1", "--json")
                .endsWith(ExitCode.OK)
                .jsonLines();
        assertThat(versions).extracting(line -> line.get("version").asLong()).containsExactly(2L, 3L);
        assertThat(versions.getFirst().fieldNames())
                .toIterable()
                .containsExactly(
                        "version",
                        "kind",
                        "time",
                        "source",
                        "generation",
                        "update",
                        "reason",
                        "older",
                        "listedAt",
                        "totals");
        assertThat(cli.run("changes", "c", "--from", "2", "--json", "--segments")
                        .jsonLines())
                .extracting(line -> line.path("change").asText())
                .hasSize(3)
                .endsWith("");
        assertThat(cli.run("changes", "c", "--from", "3").endsWith(ExitCode.OK).out())
                .isEmpty();
        assertThat(cli.run("changes", "c", "--from", "4")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .isEqualTo("littoral: Version 4 is not in the catalog; expected one of 1 to 3");
        Files.delete(cli.catalog().resolve("c/head/9999999998.json"));
        assertThat(cli.run("changes", "c", "--from", "1")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .isEqualTo("littoral: Version 1 was cleaned away; expected one of 2 to 3, those that are kept");
    }

    @Test
    void followingGoesOnUntilItIsInterruptedAndWritesNothing() throws Exception {
        Map<String, String> tree = cli.tree();
        Running following = cli.start("changes", "c", "--from", "2", "--follow", "--json");
        assertThat(following.prints("\"version\":3,")).isTrue();
        assertThat(cli.tree()).isEqualTo(tree);
        Files.delete(b);
        cli.sync("--target-rows", "1000");
        assertThat(following.prints("\"version\":4,")).isTrue();
        following.signal("INT");
        assertThat(following.end().endsWith(ExitCode.OK).jsonLines())
                .extracting(line -> line.get("version").asLong())
                .containsExactly(3L, 4L);
    }
}
