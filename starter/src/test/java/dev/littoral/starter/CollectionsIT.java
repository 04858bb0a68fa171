package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Collections on a real Temporal server, from the shell. */
class CollectionsIT {
    @TempDir
    static Path folder;

    private static WorkerFixture fixture;
    private static Cli cli;

    @BeforeAll
    static void start() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 100, 0);
        Lake.write(folder.resolve("lake/b.parquet"), 50, 1_000);
        Lake.write(folder.resolve("other/a.parquet"), 7, 0);
        fixture = WorkerFixture.start(folder);
        cli = fixture.cli();
    }

    @AfterAll
    static void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    private static String source(String name) {
        return "file://" + folder + "/" + name + "/";
    }

    /** Waits until a collection is in a state, and returns its status. */
    private static JsonNode until(String collection, String state) throws Exception {
        for (int i = 0; i < 30; i++) {
            JsonNode status = cli.ok("status", collection, "--json").json();
            if (status.get("state").asText().equals(state)) {
                return status;
            }
        }
        throw new AssertionError(collection + " does not become " + state);
    }

    @Test
    void aWayOutOfWhatIsAllowedIsRefusedAndNothingChanges() throws Exception {
        cli.ok("start", "kept", "--source", "lake", "--wait");
        Path out = Files.createSymbolicLink(folder.resolve("out"), folder.getParent());
        assertThat(cli.run("change-source", "kept", "--source", source("out"))
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains(
                        "Source " + source("out") + " leads through a symbolic link", "expected one that starts with");
        Files.delete(out);
        for (String profile : List.of("slow", "nobody")) {
            assertThat(cli.run(
                                    "change-source",
                                    "kept",
                                    "--source",
                                    SlowBucket.SOURCE,
                                    "--spec",
                                    "{\"profile\":\"" + profile + "\"}")
                            .endsWith(ExitCode.INPUT)
                            .sentence())
                    .contains("Profile '" + profile + "' cannot be used for source " + SlowBucket.SOURCE)
                    .contains("allow-profile");
        }
        JsonNode status = cli.ok("status", "kept", "--json").json();
        assertThat(status.get("source").get("uri").asText()).isEqualTo(source("lake"));
        assertThat(status.get("generation").asLong()).isEqualTo(1);
    }

    @Test
    void aCollectionStartsFollowsItsSourceAndReportsIt() throws Exception {
        JsonNode first = cli.ok("start", "life", "--source", "lake", "--target-rows", "1000", "--wait", "--json")
                .json();
        assertThat(first.get("outcome").asText()).isEqualTo("COMMITTED");
        assertThat(first.get("rows").asLong()).isEqualTo(150);
        assertThat(first.get("update").asLong()).isEqualTo(1);

        Run again = cli.run("start", "life", "--source", "other").endsWith(ExitCode.INPUT);
        assertThat(again.out()).isEmpty();
        assertThat(again.sentence())
                .contains("life runs already at " + fixture.place(), "littoral change-source", "littoral refresh");

        Run unchanged = cli.ok("refresh", "life", "--wait");
        assertThat(unchanged.out()).startsWith("life  UNCHANGED: ").contains("update 2", "150 in 2 fragments");
        assertThat(unchanged.err()).doesNotContain("\u001b");

        JsonNode changed =
                cli.ok("change-source", "life", "--source", "other", "--json").json();
        assertThat(changed.get("collectionId").asText()).isEqualTo("life");
        assertThat(changed.get("update").asLong()).isEqualTo(3);
        assertThat(changed.get("generation").asLong()).isEqualTo(2);
        assertThat(changed.get("state").asText()).isIn("PENDING", "RUNNING", "COMMITTED");
        until("life", "idle");
        Run same = cli.ok("change-source", "life", "--source", "other");
        assertThat(same.out()).startsWith("life  update 3 is COMMITTED, generation 2: ");
        JsonNode back = cli.ok("change-source", "life", "--source", source("lake"), "--wait", "--json")
                .json();
        assertThat(back.get("generation").asLong()).isEqualTo(3);
        assertThat(back.get("rows").asLong()).isEqualTo(150);
        JsonNode refresh = cli.ok("refresh", "life", "--json").json();
        assertThat(refresh.get("update").asLong()).isEqualTo(5);
        JsonNode status = until("life", "idle");

        assertThat(status.get("source").get("uri").asText()).isEqualTo(source("lake"));
        assertThat(status.get("options").get("targetRowsPerSegment").asLong()).isEqualTo(1_000);
        assertThat(status.get("last").get("state").asText()).isEqualTo("UNCHANGED");
        assertThat(status.has("run")).isFalse();
        assertThat(cli.ok("status", "life").out())
                .startsWith("life  idle\n")
                .contains(
                        "\n  source    " + source("lake") + " (generation 3)\n",
                        "\n  serves    150 rows in ",
                        "\n  last      update 5 UNCHANGED at ",
                        "\n  note      changeSource at ")
                .doesNotContain("{", "\n  running", "\n  trouble");

        List<Long> numbers = new ArrayList<>();
        for (JsonNode job : cli.ok("jobs", "life", "--json").jsonLines()) {
            numbers.add(job.get("update").asLong());
        }
        assertThat(numbers).containsExactly(5L, 4L, 3L, 2L, 1L);
        assertThat(cli.ok("jobs", "life", "--before", "5", "--limit", "2").out().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains(" COMMITTED ", " by changeSource of file:///"))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("4 "),
                        line -> assertThat(line).startsWith("3 "));
        assertThat(cli.ok("jobs", "life", "--before", "1").out()).isEmpty();
    }

    @Test
    void everyPageOfJobsFollowsOnTheOneBefore() throws Exception {
        cli.ok("start", "pages", "--source", "other", "--wait");
        for (int i = 0; i < 4; i++) {
            fixture.refresh("pages");
        }
        List<Long> numbers = new ArrayList<>();
        for (String before : List.of("1000", "4", "2")) {
            for (JsonNode job : cli.ok("jobs", "pages", "--before", before, "--limit", "2", "--json")
                    .jsonLines()) {
                numbers.add(job.get("update").asLong());
            }
        }
        assertThat(numbers).containsExactly(5L, 4L, 3L, 2L, 1L);
        assertThat(cli.ok("jobs", "pages", "--limit", "500").out()).hasLineCount(5);
    }

    @Test
    void signalsActOnWhatRunsAndAreRefusedForWhatDoesNot() throws Exception {
        cli.ok(
                "start",
                "signals",
                "--source",
                "lake",
                "--refresh-every",
                "PT1H",
                "--keep-versions-for",
                "P9D",
                "--forget-consumers-after",
                "P12D",
                "--wait");
        assertThat(cli.ok("status", "signals").out()).contains("\n  refresh   every PT1H, next at ");
        assertThat(cli.ok("pause", "signals").out()).isEqualTo("signals  asked to refresh no more by itself\n");
        JsonNode paused = until("signals", "paused");
        assertThat(paused.has("nextRefresh")).isFalse();
        assertThat(paused.get("options").get("keepVersionsFor").asText()).isEqualTo("PT216H");
        assertThat(paused.get("options").get("forgetConsumersAfter").asText()).isEqualTo("PT288H");
        assertThat(cli.ok("status", "signals").out()).contains("\n  refresh   every PT1H, paused\n");
        assertThat(cli.ok("resume", "signals", "--json").json().toString())
                .isEqualTo("{\"collectionId\":\"signals\",\"signal\":\"resume\"}");
        assertThat(until("signals", "idle").has("nextRefresh")).isTrue();
        assertThat(cli.ok("cancel", "signals").out()).isEqualTo("signals  asked to stop its update\n");
        assertThat(cli.ok("retire", "signals").out()).isEqualTo("signals  asked to end for good\n");
        JsonNode retired = until("signals", "retired");
        for (int i = 0; i < 30 && !retired.has("run"); i++) {
            retired = until("signals", "retired");
        }
        assertThat(retired.get("run").get("status").asText()).isEqualTo("completed");
        assertThat(cli.ok("status", "signals").out())
                .matches("(?s)signals  was retired at [-0-9: ]{19} UTC; it runs no more\n.*")
                .contains("serves    150 rows in");

        for (String command : List.of("cancel", "pause", "resume", "retire", "refresh")) {
            Run over = cli.run(command, "signals").endsWith(ExitCode.INPUT);
            assertThat(over.sentence())
                    .startsWith(
                            "littoral: Collection signals does not run at " + fixture.place() + ": it was retired at ")
                    .endsWith("; expected another collectionId");
            Run absent = cli.run(command, "nobody").endsWith(ExitCode.INPUT);
            assertThat(absent.sentence())
                    .isEqualTo("littoral: Temporal at " + fixture.place()
                            + " has no collection nobody; expected one that littoral start has started there");
        }
        assertThat(cli.run("start", "signals").endsWith(ExitCode.INPUT).sentence())
                .contains("collection signals was retired at version 3; expected another collectionId");
        assertThat(cli.run("start", "signals", "--wait")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("was retired");
        assertThat(cli.run("jobs", "nobody").endsWith(ExitCode.INPUT).sentence())
                .contains("has no collection nobody");
    }

    @Test
    void aCollectionIsRolledBackAndGoesOnWhenItIsResumed() throws Exception {
        String catalog = folder.resolve("catalog").toString();
        Lake.write(folder.resolve("back/a.parquet"), 100, 0);
        cli.ok("start", "back", "--source", "back", "--wait");
        Lake.write(folder.resolve("back/b.parquet"), 50, 1_000);
        cli.ok("refresh", "back", "--wait");
        assertThat(cli.run("rollback", "back", "3").endsWith(ExitCode.INPUT).sentence())
                .isEqualTo("littoral: version 3 serves the snapshot of version 3 already: nothing to do");
        assertThat(cli.run("rollback", "back", "1").endsWith(ExitCode.INPUT).sentence())
                .contains("version 1 has no snapshot");
        assertThat(cli.run("rollback", "back", "9").endsWith(ExitCode.INPUT).sentence())
                .contains("version 9 is not in the catalog; expected one up to 3");
        assertThat(cli.run("rollback", "back", "0").endsWith(ExitCode.INPUT).sentence())
                .contains("rollback.version is 0; expected a version's number");
        cli.run("rollback", "back", "two").endsWith(ExitCode.USAGE);
        assertThat(cli.ok("status", "back", "--json").json().get("state").asText())
                .isEqualTo("idle");

        Run back = cli.ok("rollback", "back", "2", "--reason", "a bad load");
        assertThat(back.out())
                .startsWith("back  serves version 2 again, as version 4; refreshing is paused until resume\n");
        String held = "rolled back to version 2, refreshing is paused until resume: a bad load";
        JsonNode status = cli.ok("status", "back", "--json").json();
        assertThat(status.get("state").asText()).isEqualTo("paused");
        assertThat(status.get("rolledBack").asText()).isEqualTo(held);
        assertThat(status.get("snapshot").get("rows").asLong()).isEqualTo(100);
        assertThat(cli.ok("status", "back").out())
                .startsWith("back  paused\n")
                .contains("\n  paused    " + held + "\n");
        assertThat(cli.run("refresh", "back").endsWith(ExitCode.INPUT).sentence())
                .isEqualTo("littoral: the collection is " + held + "; expected resume first");
        assertThat(cli.ok("versions", "back", "--catalog", catalog)
                        .out()
                        .lines()
                        .findFirst())
                .hasValueSatisfying(line -> assertThat(line)
                        .startsWith("4        ROLLED_BACK ")
                        .contains(" 100 rows, ")
                        .endsWith(": rolled back to version 2: a bad load"));
        cli.ok("verify", "back", "--catalog", catalog);

        fixture.terminate("back");
        cli.ok("start", "back");
        assertThat(until("back", "paused").get("rolledBack").asText()).isEqualTo(held);
        fixture.terminate("back");
        assertThat(cli.run("sync", "back", "--catalog", catalog)
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("Collection back is " + held, "littoral resume");
        cli.ok("start", "back");
        cli.ok("resume", "back");
        until("back", "idle");
        JsonNode report = cli.ok("refresh", "back", "--wait", "--json").json();
        assertThat(report.get("outcome").asText()).isEqualTo("COMMITTED");
        assertThat(report.get("version").asLong()).isEqualTo(5);
        assertThat(report.get("rows").asLong()).isEqualTo(150);
        cli.ok("verify", "back", "--catalog", catalog);
        assertThat(cli.ok("rollback", "back", "2", "--json").json().toString())
                .isEqualTo("{\"collectionId\":\"back\",\"version\":6,\"restored\":2}");
    }

    @Test
    void whatAWorkerRefusesIsTheWorkersOwnSentence() throws Exception {
        String notAllowed = "Source s3://elsewhere/ is not on this worker's list of allowed sources";
        for (String[] words : new String[][] {{"start", "refused"}, {"start", "refused", "--wait"}}) {
            List<String> all = new ArrayList<>(List.of(words));
            all.addAll(List.of("--source", "s3://elsewhere/"));
            Run run = cli.run(all.toArray(String[]::new)).endsWith(ExitCode.INPUT);
            assertThat(run.sentence()).contains(notAllowed);
            assertThat(run.out()).isEmpty();
        }
        Run status = cli.ok("status", "refused");
        assertThat(status.out()).contains("refused  failed at ", notAllowed, "; it runs no more");
        assertThat(cli.run("pause", "refused").endsWith(ExitCode.INPUT).sentence())
                .contains("it failed at ", notAllowed, "; littoral start starts it again");
        cli.ok("start", "refused", "--source", "lake", "--wait");
        for (String[] words : new String[][] {{}, {"--wait"}, {"--json"}}) {
            List<String> all = new ArrayList<>(List.of("change-source", "refused", "--source", "s3://elsewhere/"));
            all.addAll(List.of(words));
            Run run = cli.run(all.toArray(String[]::new)).endsWith(ExitCode.INPUT);
            assertThat(run.sentence()).contains(notAllowed);
            assertThat(run.err()).hasLineCount(1);
            assertThat(run.out()).isEmpty();
        }
    }

    @Test
    void anUpdateThatFailsHasTheExitCodeOfItsFailure() throws Exception {
        Run run = cli.run("start", "failing", "--source", "missing", "--wait").endsWith(ExitCode.INPUT);
        assertThat(run.sentence()).contains("update 1 of failing FAILED: ", "missing", "; nothing is served");
        assertThat(cli.ok("status", "failing").out())
                .startsWith("failing  failed\n")
                .contains("last      update 1 FAILED at ");
        cli.ok("change-source", "failing", "--source", "lake", "--wait");
        assertThat(cli.ok("status", "failing").out())
                .startsWith("failing  idle\n")
                .contains("last      update 2 COMMITTED at ", "failure   update 1 FAILED at ");
    }

    @Test
    void aCollectionMayStartWithoutASource() throws Exception {
        assertThat(cli.ok("start", "empty").out())
                .startsWith("empty  started at " + fixture.place() + ", task queue littoral\n")
                .contains("littoral change-source gives it one");
        assertThat(cli.run("refresh", "empty").endsWith(ExitCode.INPUT).sentence())
                .contains("the collection has no source yet");
        assertThat(cli.ok("status", "empty").out()).contains("source    none yet", "serves    nothing yet");
        assertThat(cli.ok("start", "waiting", "--wait", "--json")
                        .json()
                        .get("state")
                        .asText())
                .isEqualTo("idle");
        assertThat(cli.ok("change-source", "empty", "--source", "lake").out())
                .contains("empty  update 1 is ", "generation 1", "littoral status empty --watch");
    }

    @Test
    void aCollectionThatTheServerDoesNotHaveIsPointedToTheCatalog() throws Exception {
        Run run = cli.run("status", "nobody").endsWith(ExitCode.INPUT);
        assertThat(run.sentence())
                .isEqualTo("littoral: Temporal at " + fixture.place()
                        + " has no collection nobody; littoral status nobody --catalog " + cli.catalog()
                        + " reads what the catalog has of it");
        cli.ok("start", "both", "--source", "lake", "--wait");
        JsonNode head = cli.ok("status", "both", "--catalog", cli.catalog().toString(), "--json")
                .json();
        assertThat(head.get("kind").asText()).isEqualTo("COMMITTED");
        assertThat(cli.run(
                                "status",
                                "both",
                                "--watch",
                                "--catalog",
                                cli.catalog().toString())
                        .endsWith(ExitCode.USAGE)
                        .err())
                .contains("--watch asks a Temporal server");
    }

    @Test
    void aWorkerThatDoesNotAnswerIsReportedInTime() throws Exception {
        Run start = cli.ok("start", "alone", "--source", "lake", "--task-queue", "nobody");
        assertThat(start.out()).contains("task queue nobody\n", "No worker has begun with it yet");
        assertThat(cli.ok("start", "alone2", "--source", "lake", "--task-queue", "nobody", "--json")
                        .json()
                        .has("state"))
                .isFalse();
        String nobody = "No worker answers for collection alone on task queue nobody of " + fixture.place();
        long began = System.nanoTime();
        List<Running> asking = new ArrayList<>();
        for (String[] words : new String[][] {
            {"status", "alone"},
            {"jobs", "alone"},
            {"refresh", "alone"},
            {"change-source", "alone", "--source", "other", "--wait"}
        }) {
            asking.add(cli.start(words));
        }
        Running waiting = cli.start("start", "alone3", "--source", "lake", "--task-queue", "nobody", "--wait");
        for (Running each : asking) {
            Run run = each.end().endsWith(ExitCode.UNAVAILABLE);
            assertThat(run.sentence()).startsWith("littoral: " + nobody);
            assertThat(run.err()).hasLineCount(1);
            assertThat(run.out()).isEmpty();
        }
        assertThat(waiting.end().endsWith(ExitCode.UNAVAILABLE).sentence())
                .contains("the collection is started, and begins when one comes");
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.MINUTES.toNanos(5));
        // The server takes signals by itself.
        cli.ok("pause", "alone");
    }

    @Test
    void aWatchSaysWhatChangesUntilItIsInterrupted() throws Exception {
        cli.ok("start", "watched", "--source", "lake", "--wait");
        Running watch = cli.start("status", "watched", "--watch");
        assertThat(watch.prints("  idle, serves 150 rows")).isTrue();
        Running json = cli.start("status", "watched", "--watch", "--json");
        assertThat(json.prints("\"state\":\"idle\"")).isTrue();
        Running page = fixture.cli()
                .with("JDK_JAVA_OPTIONS", "-Dlittoral.terminal.out=true")
                .start("status", "watched", "--watch");
        assertThat(page.prints("watched  idle\n")).isTrue();
        cli.ok("change-source", "watched", "--source", "other", "--wait");
        cli.ok("pause", "watched");
        assertThat(watch.prints("  paused, serves 7 rows")).isTrue();
        assertThat(json.prints("\"state\":\"paused\"")).isTrue();
        assertThat(page.prints("watched  paused\n")).isTrue();
        for (Running each : List.of(watch, json, page)) {
            each.signal("INT");
        }
        assertThat(watch.end().endsWith(ExitCode.OK).out())
                .contains(
                        "  source " + source("lake"),
                        "  update 1 COMMITTED at ",
                        "  source " + source("other"),
                        "  update 2 COMMITTED at ")
                .doesNotContain("\u001b", "{");
        List<JsonNode> objects = json.end().endsWith(ExitCode.OK).jsonLines();
        assertThat(objects).hasSizeGreaterThan(1).doesNotHaveDuplicates();
        assertThat(page.end().out()).contains("\u001b[?7l", "F\u001b[J");

        Running last = cli.start("status", "watched", "--watch");
        assertThat(last.prints("  paused, serves 7 rows")).isTrue();
        cli.ok("retire", "watched");
        assertThat(last.end().endsWith(ExitCode.OK).out()).contains("  was retired at ");
    }

    @Test
    void aSourceThatHasTheCatalogInItOrLiesThereIsRefused() throws Exception {
        assertThat(cli.run("start", "round", "--source", folder.toString())
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("Catalog " + folder + "/catalog lies in the source");
        cli.ok("start", "straight", "--source", "lake", "--wait");
        assertThat(cli.run("change-source", "straight", "--source", "catalog/straight")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("lies in the catalog " + folder + "/catalog");
        cli.ok("refresh", "straight", "--wait");
    }
}
