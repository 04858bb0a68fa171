package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that read a catalog. */
class ReadersIT {
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

    @Test
    void eachRowOfEachSegmentIsLocatedWhereDuckDbFindsIt() throws Exception {
        List<JsonNode> segments = cli.ok("segments", "c", "--json").jsonLines();
        long rows = 0;
        for (JsonNode segment : segments) {
            long id = segment.get("segment").asLong();
            long size = segment.get("rows").asLong();
            rows += size;
            long end = 0;
            for (JsonNode fragment : segment.get("fragments")) {
                assertThat(fragment.get("from").asLong()).isEqualTo(end);
                end += fragment.get("end").asLong() - fragment.get("start").asLong();
            }
            assertThat(end).isEqualTo(size);
            JsonNode last =
                    segment.get("fragments").get(segment.get("fragments").size() - 1);
            JsonNode located = cli.ok("locate", "c", Long.toString(id), Long.toString(size - 1), "--json")
                    .json();
            assertThat(located.get("file")).isEqualTo(last.get("file"));
            assertThat(located.get("fileRow").asLong())
                    .isEqualTo(last.get("end").asLong() - 1);
        }
        assertThat(rows).isEqualTo(Lake.rows(lake));

        JsonNode first = segments.getFirst();
        String id = first.get("segment").asText();
        JsonNode start = cli.run("locate", "c", id, "0", "--json").json();
        assertThat(Lake.id(start.get("file").asText(), start.get("fileRow").asLong()))
                .isZero();
        assertThat(cli.ok("locate", "c", id, "7").out())
                .isEqualTo("row 7 of segment " + id + " is row 7 of " + lake + "/a.parquet\n");
        String end = first.get("rows").asText();
        assertThat(cli.run("locate", "c", id, end).endsWith(ExitCode.INPUT).sentence())
                .contains("has no row " + end);
        assertThat(cli.run("locate", "c", id, "-1").endsWith(ExitCode.INPUT).sentence())
                .contains("has no row -1");
        assertThat(cli.run("locate", "c", "999", "0").endsWith(ExitCode.INPUT).sentence())
                .contains("no segment 999");
    }

    @Test
    void everyReaderPrintsForPeopleAndAsJsonAlsoOfOlderVersions() throws Exception {
        String catalog = cli.catalog().toString();
        assertThat(cli.ok("status", "c", "--catalog", catalog).out())
                .contains("version 3", "3,540 rows", "file://" + lake + "/");
        assertThat(cli.head().get("version").asLong()).isEqualTo(3);
        assertThat(cli.ok("versions", "c").out().lines()).hasSize(3);
        assertThat(cli.run("versions", "c", "--json").jsonLines())
                .extracting(head -> head.get("version").asLong())
                .containsExactly(3L, 2L, 1L);
        assertThat(cli.run("files", "c", "--at", "2", "--json").jsonLines()).hasSize(2);
        assertThat(cli.run("files", "c", "--json").jsonLines()).hasSize(3);
        assertThat(cli.ok("files", "c", "--skipped").out()).isEqualTo(lake + "/empty  zero bytes\n");
        assertThat(cli.run("files", "c", "--skipped", "--at", "2").out()).isEmpty();
        assertThat(cli.ok("segments", "c", "--at", "2").out())
                .contains("a.parquet", "b.parquet")
                .doesNotContain("c.parquet");

        assertThat(cli.run("files", "c", "--at", "1").endsWith(ExitCode.INPUT).sentence())
                .contains("no snapshot");
        for (String version : List.of("0", "4", "99999999999999")) {
            assertThat(cli.run("files", "c", "--at=" + version)
                            .endsWith(ExitCode.INPUT)
                            .sentence())
                    .contains("Version " + version, "1 to 3");
        }
        assertThat(cli.run("status", "other", "--catalog", catalog)
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("no collection other");
    }

    @Test
    void readersWriteNothingNotEvenWhatIsMissing() throws Exception {
        Map<String, String> before = cli.tree();
        for (String reader : List.of("status", "segments")) {
            assertThat(cli.run(reader, "c", "--catalog", "nowhere")
                            .endsWith(ExitCode.INPUT)
                            .sentence())
                    .contains("nowhere");
        }
        assertThat(cli.run("sync", "other").endsWith(ExitCode.INPUT).sentence()).contains("--source");
        assertThat(folder.resolve("nowhere")).doesNotExist();

        // A user to whom permissions do not apply would see no difference, so the time of change is looked at as well.
        protect(cli.catalog(), "r-xr-xr-x", "r--r--r--");
        try {
            Map<String, String> protectedTree = cli.tree();
            cli.head();
            for (String reader : List.of("versions", "files", "segments")) {
                cli.ok(reader, "c");
            }
            // Nor does a sync that finds nothing new.
            assertThat(cli.sync("--target-rows", "2500").get("outcome").asText())
                    .isEqualTo("UNCHANGED");
            assertThat(cli.tree()).isEqualTo(protectedTree);
        } finally {
            protect(cli.catalog(), "rwxr-xr-x", "rw-r--r--");
        }
        assertThat(cli.tree().keySet()).isEqualTo(before.keySet());
    }

    private static void protect(Path root, String folders, String files) throws IOException {
        try (var paths = Files.walk(root)) {
            for (Path path : paths.toList()) {
                Files.setPosixFilePermissions(
                        path, PosixFilePermissions.fromString(Files.isDirectory(path) ? folders : files));
            }
        }
    }

    @Test
    void aReaderOfTheOutputThatGoesAwayEndsTheCommandQuietly() throws Exception {
        Run run = pipe("segments c --json", "| true");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("0\n");
        Run sync = pipe("sync c --target-rows 2500", "| true");
        assertThat(sync.out()).isEqualTo("0\n");
        assertThat(sync.err()).isEqualTo("littoral: listing\n");
        Run full = pipe("segments c --json", "> /dev/full");
        assertThat(full.out()).isEqualTo(ExitCode.UNAVAILABLE.code() + "\n");
        assertThat(full.err())
                .startsWith("littoral: cannot write to standard output: ")
                .hasLineCount(1);
    }

    /** Runs a command in a shell, and prints its exit code. */
    private Run pipe(String words, String redirection) throws IOException, InterruptedException {
        return cli.shell("{ \"$@\" " + words + "; echo $? >code; } " + redirection + "; cat code");
    }
}
