package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Updates on a real Temporal server that take as long as a test likes. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class SlowUpdatesIT {
    private static final String[] SLOW = {"--source", SlowStore.SOURCE, "--spec", SlowStore.SPEC};

    @TempDir
    Path folder;

    private SlowStore store;
    private WorkerFixture fixture;
    private Cli cli;

    @BeforeEach
    void start() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 100, 0);
        store = new SlowStore(folder);
        fixture = WorkerFixture.start(folder, store.config());
        cli = fixture.cli();
    }

    @AfterEach
    void stop() {
        if (store != null) {
            store.be(SlowStore.Mode.ANSWER);
        }
        if (fixture != null) {
            fixture.close();
        }
        if (store != null) {
            store.close();
        }
    }

    private static String[] words(String[] first, String... more) {
        return Stream.of(first, more).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private JsonNode until(Predicate<JsonNode> holds) throws Exception {
        for (int i = 0; i < 600; i++) {
            JsonNode status = cli.ok("status", "c", "--json").json();
            if (holds.test(status)) {
                return status;
            }
        }
        throw new AssertionError("not within 600 looks");
    }

    private static boolean has(JsonNode status, String key, String state) {
        return status.has(key) && status.get(key).get("state").asText().equals(state);
    }

    @Test
    void whoStopsWaitingDoesNotStopTheUpdate() throws Exception {
        Running start = cli.start(words(new String[] {"start", "c", "--allow-empty", "--wait"}, SLOW));
        assertThat(start.says("littoral: listing")).isTrue();
        start.signal("INT");
        Run stopped = start.end().endsWith(ExitCode.STOPPED);
        assertThat(stopped.sentence()).isEqualTo("littoral: stopped waiting; update 1 of c goes on");
        assertThat(stopped.out()).isEmpty();
        assertThat(cli.ok("status", "c").out())
                .startsWith("c  updating\n")
                .contains(
                        "\n  running   update 1 lists files\n", "spec {\"format\":\"parquet\"", "\"profile\":\"slow\"");
        assertThat(cli.ok("list", "--state", "updating").out()).contains("c ", "updating", SlowStore.SOURCE);
        store.be(SlowStore.Mode.ANSWER);
        until(status -> has(status, "last", "COMMITTED"));
    }

    @Test
    void anUpdateThatIsCancelledOrSupersededEndsTheWait() throws Exception {
        Running start = cli.start(words(new String[] {"start", "c", "--wait", "--json"}, SLOW));
        assertThat(start.says("littoral: listing")).isTrue();
        cli.ok("cancel", "c");
        Run cancelled = start.end().endsWith(ExitCode.STOPPED);
        assertThat(cancelled.json().get("outcome").asText()).isEqualTo("CANCELED");
        assertThat(cancelled.sentence())
                .isEqualTo("littoral: update 1 of c CANCELED: cancelled by request; nothing is served");

        Running refresh = cli.start("refresh", "c", "--wait");
        assertThat(refresh.says("littoral: listing")).isTrue();
        Run changed = cli.ok("change-source", "c", "--source", "lake", "--wait");
        assertThat(changed.out()).contains("COMMITTED", "update 3", "100 in 1 fragment;");
        Run superseded = refresh.end().endsWith(ExitCode.STOPPED);
        assertThat(superseded.sentence())
                .contains("update 2 of c SUPERSEDED: the source changed: update 3 takes its place");

        Running last = cli.start(words(new String[] {"change-source", "c", "--wait"}, SLOW));
        assertThat(last.says("littoral: listing")).isTrue();
        cli.ok("retire", "c");
        Run retired = last.end();
        assertThat(retired.exit()).as("%s", retired).isIn(ExitCode.STOPPED.code(), ExitCode.INPUT.code());
        assertThat(retired.sentence()).contains("retired");
    }

    @Test
    void whatIsTriedAgainIsInTheStatusAndInTheWatch() throws Exception {
        store.be(SlowStore.Mode.FAIL);
        cli.ok(words(new String[] {"start", "c", "--allow-empty"}, SLOW));
        Running watch = cli.start("status", "c", "--watch");
        assertThat(watch.prints("  trying again: ")).isTrue();
        Run status = cli.ok("status", "c");
        assertThat(status.out()).contains("\n  trouble   ", "SlowDown");
        Running refresh = cli.start("refresh", "c", "--wait");
        assertThat(refresh.says("littoral: trying again: ")).isTrue();
        store.be(SlowStore.Mode.ANSWER);
        refresh.end().endsWith(ExitCode.OK);
        assertThat(watch.prints("  idle, serves nothing yet")).isTrue();
        watch.signal("INT");
        assertThat(watch.end().endsWith(ExitCode.OK).out()).contains("SlowDown", "  update 1 COMMITTED at ");
        assertThat(cli.ok("status", "c").out()).doesNotContain("\n  trouble");
    }

    @Test
    void aWaitOutlastsAWorkerThatIsReplaced() throws Exception {
        Running start = cli.start(words(new String[] {"start", "c", "--allow-empty", "--wait", "--json"}, SLOW));
        assertThat(start.says("littoral: listing")).isTrue();
        store.be(SlowStore.Mode.ANSWER);
        fixture.stopWorker();
        fixture.startWorker();
        assertThat(start.end().endsWith(ExitCode.OK).json().get("outcome").asText())
                .isEqualTo("COMMITTED");
    }

    @Test
    void aSyncOfACollectionThatRunsAsksItsWorkersAndCancelsWhenInterrupted() throws Exception {
        // Its own worker could not: the catalog of this command line is another one.
        Cli other =
                fixture.cli().with("LITTORAL_CATALOG", folder.resolve("nowhere").toString());
        cli.ok("start", "c", "--source", "lake", "--wait");
        Run same = other.ok("sync", "c", "--json");
        assertThat(same.json().get("outcome").asText()).isEqualTo("UNCHANGED");
        assertThat(same.json().get("update").asLong()).isEqualTo(2);
        assertThat(same.err()).contains("littoral: c runs at " + fixture.place() + "; its workers do the update\n");
        assertThat(other.ok("sync", "c", "--source", "lake").out()).contains("UNCHANGED", "update 3");
        assertThat(other.run("sync", "c", "--target-rows", "5")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("runs at " + fixture.place() + " with targetRowsPerSegment 1000000, not 5");
        Running sync = other.start(words(new String[] {"sync", "c"}, SLOW));
        assertThat(sync.says("littoral: listing")).isTrue();
        sync.signal("INT");
        Run cancelled = sync.end().endsWith(ExitCode.STOPPED);
        assertThat(cancelled.err()).contains("littoral: cancelling\n");
        assertThat(cancelled.sentence())
                .isEqualTo("littoral: update 4 of c CANCELED: cancelled by request; what is served is as it was");
        assertThat(until(status -> has(status, "last", "CANCELED"))
                        .get("generation")
                        .asLong())
                .isEqualTo(2);
        assertThat(folder.resolve("nowhere")).doesNotExist();
    }

    @Test
    void aSyncOfACollectionThatDoesNotRunBringsAWorkerAndLeavesNothingRunning() throws Exception {
        JsonNode first = cli.ok("sync", "c", "--source", "lake", "--json").json();
        assertThat(first.get("update").asLong()).isEqualTo(1);
        assertThat(cli.ok("list").out()).isEmpty();
        assertThat(cli.run("pause", "c").endsWith(ExitCode.INPUT).sentence())
                .contains("was terminated at ", "littoral start starts it again");
        JsonNode next = cli.ok("sync", "c", "--json").json();
        assertThat(next.get("update").asLong()).isEqualTo(2);
        assertThat(next.get("outcome").asText()).isEqualTo("UNCHANGED");
        // Workers that stay go on where the catalog is: an update that changes nothing leaves no trace there.
        assertThat(cli.ok("start", "c", "--source", "lake", "--wait", "--json")
                        .json()
                        .get("update")
                        .asLong())
                .isEqualTo(2);
    }

    @Test
    void aSyncThatWasKilledIsTakenOverByTheNext() throws Exception {
        fixture.stopWorker();
        Cli sync = fixture.cli().with("AWS_CONFIG_FILE", store.config());
        Running killed = sync.start(words(new String[] {"sync", "c"}, SLOW));
        assertThat(killed.says("littoral: listing")).isTrue();
        killed.signal("KILL");
        killed.end();
        Run next = sync.ok("sync", "c", "--source", "lake", "--json");
        assertThat(next.json().get("outcome").asText()).isEqualTo("COMMITTED");
        assertThat(next.json().get("generation").asLong()).isEqualTo(2);
        assertThat(next.json().get("rows").asLong()).isEqualTo(100);

        Running interrupted = sync.start(words(new String[] {"sync", "c"}, SLOW));
        assertThat(interrupted.says("littoral: listing")).isTrue();
        interrupted.signal("TERM");
        assertThat(interrupted.end().endsWith(ExitCode.STOPPED).sentence())
                .contains("CANCELED: cancelled by request; what is served is as it was");
        assertThat(sync.ok("list").out()).isEmpty();
        assertThat(List.of(sync.ok("sync", "c", "--source", "lake").exit())).containsExactly(0);
    }
}
