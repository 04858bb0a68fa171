package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.cli.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command that verifies a catalog. */
class VerifyIT {
    @TempDir
    Path folder;

    private Cli cli;
    private Path lake;

    @BeforeEach
    void syncTwice() throws Exception {
        cli = new Cli(folder);
        lake = folder.resolve("lake");
        Lake.syncTwice(lake, cli);
    }

    private Path newestShard() throws Exception {
        try (Stream<Path> files = Files.walk(cli.catalog().resolve("c/snapshots"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("shard-"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }

    @Test
    void aCatalogThatIsRightHasNoFindingAndIsNotWrittenTo() throws Exception {
        Map<String, String> before = cli.tree();
        Run run = cli.ok("verify", "c", "--source");
        assertThat(run.out())
                .isEqualTo("c  versions 1 to 3 in " + cli.catalog()
                        + "; read 2 shards of 2 snapshots with 5 files and 3 segments"
                        + "; looked for 3 files in the source\n0 errors, 0 warnings, 0 notes\n");
        JsonNode summary = cli.ok("verify", "c", "--json").json();
        assertThat(summary.get("collectionId").asText()).isEqualTo("c");
        assertThat(summary.get("newest").asLong()).isEqualTo(3);
        assertThat(summary.get("errors").asLong()).isZero();
        assertThat(summary.has("sourceFiles")).isFalse();
        assertThat(cli.tree()).isEqualTo(before);
        assertThat(cli.run("verify", "d").endsWith(ExitCode.INPUT).sentence()).contains("no collection d");
    }

    @Test
    void damageIsNamedAndNoSyncBuildsOnIt() throws Exception {
        Path shard = newestShard();
        byte[] bytes = Files.readAllBytes(shard);
        bytes[bytes.length / 2] ^= 1;
        Files.write(shard, bytes);
        String name = cli.catalog().relativize(shard).toString();

        Run run = cli.run("verify", "c").endsWith(ExitCode.DAMAGED);
        assertThat(run.out())
                .startsWith("ERROR    " + name + ": its SHA-256 is ")
                .contains("\n1 error, 0 warnings");
        List<JsonNode> lines =
                cli.run("verify", "c", "--json").endsWith(ExitCode.DAMAGED).jsonLines();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst().get("severity").asText()).isEqualTo("ERROR");
        assertThat(lines.getFirst().get("object").asText()).isEqualTo(name);

        Map<String, String> before = cli.tree();
        Lake.write(lake.resolve("d.parquet"), 10, 50_000);
        for (List<String> words : List.of(
                List.of("files", "c"), List.of("segments", "c"), List.of("sync", "c", "--target-rows", "2500"))) {
            assertThat(cli.run(words.toArray(String[]::new))
                            .endsWith(ExitCode.INPUT)
                            .sentence())
                    .contains(name, "is damaged: its SHA-256");
        }
        assertThat(cli.tree().keySet()).isEqualTo(before.keySet());
    }

    @Test
    void aCollectionDoesNotStartOverWhereItsVersionsWereDeleted() throws Exception {
        try (Stream<Path> versions = Files.list(cli.catalog().resolve("c/head"))) {
            for (Path version : versions.toList()) {
                Files.delete(version);
            }
        }
        Map<String, String> before = cli.tree();
        assertThat(cli.run("sync", "c", "--source", "lake")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains(cli.catalog() + "/c/snapshots/0000000002-", "versions were deleted by hand");
        assertThat(cli.tree()).isEqualTo(before);
        assertThat(cli.run("verify", "c").endsWith(ExitCode.DAMAGED).out())
                .startsWith("ERROR    c/head/: there is no version of the head");
    }

    @Test
    void leftOversAreAWarningAndAChangedSourceAnError() throws Exception {
        Path staged = cli.catalog().resolve("c/staging/0000000001/r1-x/plan.json.zst");
        Files.createDirectories(staged.getParent());
        Files.createFile(staged);
        assertThat(cli.run("verify", "c").endsWith(ExitCode.LEFT_OVER).out())
                .startsWith("WARNING  c/staging/0000000001/: update 1 left it");

        Lake.write(lake.resolve("a.parquet"), 10, 0);
        Files.delete(lake.resolve("b.parquet"));
        assertThat(cli.run("verify", "c", "--source").endsWith(ExitCode.DAMAGED).out())
                .contains(
                        "ERROR    " + lake + "/a.parquet: the source has version ",
                        "ERROR    " + lake + "/b.parquet: it is not among the files that the source serves",
                        "2 errors, 1 warning");
    }
}
