package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Syncs that are interrupted or killed at various moments. */
class InterruptIT {
    private static final int FILES = 2_000;

    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void syncOneFileThenHaveMany() throws Exception {
        cli = new Cli(folder);
        Path small = folder.resolve("small/a.parquet");
        Lake.write(small, 100, 0);
        cli.sync("--source", "small");
        Path large = Files.createDirectory(folder.resolve("large"));
        for (int i = 0; i < FILES; i++) {
            Files.createLink(large.resolve("part-%06d.parquet".formatted(i)), small);
        }
    }

    private Running start() throws IOException {
        return cli.start("sync", "c", "--source", "large", "--json");
    }

    private static long rows(JsonNode head) {
        return head.get("snapshot").get("totals").get("rows").asLong();
    }

    /** The exit code agrees with the head, whether the stop or the commit came first. */
    private void assertStoppedOrCommitted(Run run) throws IOException, InterruptedException {
        assertThat(run.exit()).as("%s", run).isIn(ExitCode.STOPPED.code(), ExitCode.OK.code());
        boolean stopped = run.exit() == ExitCode.STOPPED.code();
        run.endsWith(stopped ? ExitCode.STOPPED : ExitCode.OK);
        assertThat(rows(cli.head())).as("%s", run).isEqualTo(stopped ? 100 : 100L * FILES);
        assertThat(run.json().get("outcome").asText()).as("%s", run).isEqualTo(stopped ? "CANCELED" : "COMMITTED");
        if (stopped) {
            assertThat(run.err()).as("%s", run).contains("littoral: cancelling\n", "what is served is as it was");
        }
        assertThat(cli.leftovers()).as("%s", run).isEmpty();
    }

    @Test
    void aRequestToStopCancelsTheUpdateAndCleansUp() throws Exception {
        // Whether it is stopped in time is the machine's affair; one that is held while it lists is in SlowUpdatesIT.
        for (String[] moment : new String[][] {{"listing", "INT"}, {"reading", "TERM"}}) {
            Running running = start();
            assertThat(running.says(moment[0])).isTrue();
            running.signal(moment[1]);
            assertStoppedOrCommitted(running.end());
        }
        Running late = start();
        late.says("committing");
        late.signal("INT");
        assertStoppedOrCommitted(late.end());
        assertThat(cli.sync("--source", "large").get("rows").asLong()).isEqualTo(100L * FILES);
        assertThat(cli.leftovers()).isEmpty();
    }

    @Test
    void aRequestToStopBeforeTheUpdateStartsEndsAtOnce() throws Exception {
        long seed = 7;
        Random random = new Random(seed);
        for (int i = 0; i < 3; i++) {
            Running running = start();
            long wait = random.nextLong(100, 800);
            TimeUnit.MILLISECONDS.sleep(wait);
            running.signal(random.nextBoolean() ? "INT" : "TERM");
            Run run = running.end();
            // Before the command line was read, the JVM ends as it likes.
            if (run.exit() == ExitCode.OK.code()) {
                // This process was kept waiting for so long that the other one was done.
                assertStoppedOrCommitted(run);
                return;
            }
            assertThat(run.exit())
                    .as("seed %s, %s ms, %s", seed, wait, run)
                    .isIn(ExitCode.STOPPED.code(), 128 + 2, 128 + 15);
            assertThat(rows(cli.head())).isEqualTo(100);
            assertThat(cli.leftovers()).as("%s", run).isEmpty();
        }
    }

    @Test
    void aSyncAfterOneThatWasKilledEndsRight() throws Exception {
        long seed = 11;
        Random random = new Random(seed);
        for (String moment : List.of("listing", "reading", "committing")) {
            Running running = start();
            running.says(moment);
            long wait = random.nextLong(200);
            TimeUnit.MILLISECONDS.sleep(wait);
            running.signal("KILL");
            Run run = running.end();
            assertThat(rows(cli.head()))
                    .as("seed %s, %s + %s ms, %s", seed, moment, wait, run)
                    .isIn(100L, 100L * FILES);
        }
        JsonNode report = cli.sync("--source", "large");
        assertThat(report.get("rows").asLong()).isEqualTo(100L * FILES);
        assertThat(rows(cli.head())).isEqualTo(100L * FILES);
        // What a killed process was writing goes a day later; nothing else is left of it.
        assertThat(cli.leftovers()).allMatch(path -> path.startsWith("_tmp/"));
        assertThat(cli.sync().get("outcome").asText()).isEqualTo("UNCHANGED");
    }
}
