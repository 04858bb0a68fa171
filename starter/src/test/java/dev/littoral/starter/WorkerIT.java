package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.testing.ServerProcess;
import dev.littoral.workflows.testing.TemporalServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker as a process of its own, on a real Temporal server. */
class WorkerIT {
    private static final Pattern METRICS = Pattern.compile("metrics at (http://\\S+)/metrics");

    private static final String SECRET = "wJalrXUtnFEMIhush";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private TemporalServer temporal;
    private String namespace;
    private Running worker;

    @BeforeEach
    void takeNamespace() {
        temporal = TemporalServer.shared();
        namespace = temporal.newNamespace();
    }

    @AfterEach
    void endWorker() throws Exception {
        client.close();
        if (worker != null) {
            worker.signal("KILL");
            worker.end();
        }
    }

    private Cli cli() {
        return new Cli(folder).on(temporal, namespace);
    }

    private URI startWorker(Cli cli, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("worker", "--metrics-port", "0", "--allow-profile", "slow"));
        words.addAll(List.of(options));
        worker = cli.start(words.toArray(String[]::new));
        assertThat(worker.says("Worker ready: ")).as("%s", worker).isTrue();
        assertThat(worker.says("/metrics")).isTrue();
        Matcher address = METRICS.matcher(worker.said());
        assertThat(address.find()).as("%s", worker.said()).isTrue();
        return URI.create(address.group(1));
    }

    private HttpResponse<String> get(URI monitoring, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(monitoring + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private Run stop(String signal) throws Exception {
        worker.signal(signal);
        Run run = worker.end();
        worker = null;
        return run;
    }

    @Test
    void itServesCountsAndLogsWithoutSecretsUntilItIsAskedToStop() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 100, 0);
        Lake.write(folder.resolve("lake/b.parquet"), 50, 0);
        Files.writeString(folder.resolve("worker.properties"), "task-queue=other\nlog-format=json\n");
        try (SlowStore store = new SlowStore(folder)) {
            store.be(SlowStore.Mode.ANSWER);
            serve(store);
        }
    }

    private void serve(SlowStore store) throws Exception {
        URI monitoring = startWorker(
                cli().with("AWS_CONFIG_FILE", store.config())
                        .with("AWS_SECRET_ACCESS_KEY", SECRET)
                        .with("AWS_ACCESS_KEY_ID", "AKID" + SECRET)
                        // A header of each request to Temporal.
                        .with("TEMPORAL_GRPC_META_AUTHORIZATION", "Bearer " + SECRET)
                        .with("LITTORAL_LOG", "DEBUG"),
                "--allow-source",
                "lake",
                "--allow-source",
                SlowStore.SOURCE,
                "--config",
                "worker.properties");
        assertThat(get(monitoring, "/readyz").statusCode()).isEqualTo(200);
        assertThat(get(monitoring, "/healthz").statusCode()).isEqualTo(200);

        cli().ok("start", "c", "--source", "lake", "--task-queue", "other", "--wait");
        cli().ok(
                        "start",
                        "s",
                        "--source",
                        SlowStore.SOURCE,
                        "--spec",
                        SlowStore.SPEC,
                        "--allow-empty",
                        "--task-queue",
                        "other",
                        "--wait");
        // The SDK hands its numbers over once a second.
        String metrics = "";
        for (int i = 0; i < 1_200 && !metrics.contains("temporal_workflow_completed_total"); i++) {
            Thread.sleep(50);
            metrics = get(monitoring, "/metrics").body();
        }
        assertThat(metrics)
                .contains(
                        "littoral_updates_total{class=\"none\",outcome=\"COMMITTED\"} 2.0\n",
                        "littoral_collections_failing{class=\"input\"} 0.0\n",
                        "jvm_memory_used_bytes{area=\"heap\"",
                        "littoral_files_total{kind=\"new\"} 2.0\n",
                        "littoral_rows_total{kind=\"new\"} 150.0\n",
                        "littoral_segment_rows_total{kind=\"new\"} 150.0\n",
                        "littoral_segment_rows_total{kind=\"deleted\"} 0.0\n",
                        "littoral_store_requests_total{kind=\"GET\",status=\"ok\",store=\"source\"} 2.0\n",
                        "littoral_store_requests_total{kind=\"LIST\",status=\"ok\",store=\"source\"} 1.0\n",
                        "littoral_collections_behind{cause=\"failed\"} 0.0\n",
                        "littoral_worst_lag_seconds 0.0\n",
                        "littoral_s3_requests_at_once 16.0\n",
                        "littoral_s3_requests_waiting 0.0\n",
                        "littoral_step_seconds_count{step=\"read\"} 2\n",
                        "littoral_store_requests_total{kind=\"LIST\",status=\"200\",store=\"source\"} ",
                        "littoral_collections{last_success=\"1m\"} 2.0\n",
                        "littoral_seconds_since_last_success ",
                        "temporal_workflow_completed_total{");
        // No tag grows with the number of collections.
        assertThat(metrics).doesNotContain(SECRET, "\"c\"", "c/update-1");

        Run run = stop("TERM");
        assertThat(run.exit()).as("%s", run).isZero();
        assertThat(run.err()).contains("\"log.level\":\"DEBUG\"");
        assertThat(run.err() + run.out()).doesNotContain(SECRET, "AKIDEXAMPLE", "Signature=");
        JsonNode ended = null;
        for (String line : run.err().lines().toList()) {
            JsonNode json = Json.JSON.readTree(line);
            assertThat(json.has("message")).as(line).isTrue();
            if (json.get("message").asText().startsWith("Update ended COMMITTED")
                    && json.get("collection").asText().equals("c")) {
                ended = json;
            }
        }
        assertThat(ended).as("%s", run).isNotNull();
        assertThat(ended.get("update").asText()).isEqualTo("1");
        assertThat(ended.get("message").asText()).contains("2 files listed, 2 new", "150 rows in");
        assertThat(run.err()).contains("Worker draining", "Worker stopped");
    }

    @Test
    void aRunningActivityEndsBeforeTheWorkerThatDrains() throws Exception {
        try (SlowStore store = new SlowStore(folder)) {
            URI monitoring = startWorker(cli().with("AWS_CONFIG_FILE", store.config()), "--drain", "PT60S");
            startSlow("c");
            worker.signal("TERM");
            assertThat(worker.says("Worker draining")).isTrue();
            HttpResponse<String> ready = get(monitoring, "/readyz");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).isEqualTo("the worker drains\n");
            assertThat(get(monitoring, "/healthz").statusCode()).isEqualTo(200);
            store.be(SlowStore.Mode.ANSWER);
            Run run = worker.end();
            worker = null;
            assertThat(run.exit()).as("%s", run).isZero();
            assertThat(run.err()).doesNotContain("is interrupted");
            // The listing was done once, and its end is known to the service: another worker goes on after it.
            assertThat(history("c/update-1")).contains("EVENT_TYPE_ACTIVITY_TASK_COMPLETED");
            startWorker(cli().with("AWS_CONFIG_FILE", store.config()));
            awaitState("c", "idle");
        }
    }

    @Test
    void anActivityThatOutlastsTheDrainGoesOnElsewhere() throws Exception {
        try (SlowStore store = new SlowStore(folder)) {
            startWorker(cli().with("AWS_CONFIG_FILE", store.config()), "--drain", "PT1S");
            startSlow("c");
            Run run = stop("INT");
            assertThat(run.exit()).as("%s", run).isZero();
            assertThat(run.err()).contains("what still runs is interrupted");
            // The worker has told the service, which then need not wait for a heartbeat that stays away. On a slow
            // machine one may have stayed away before, or the request is interrupted too: then it says so.
            String told = lastFailure("c/update-1");
            assertThat(told.contains("the worker was stopped") || isUntold(run.err()))
                    .as("%s%n%s", told, run)
                    .isTrue();
            store.be(SlowStore.Mode.ANSWER);
            startWorker(cli().with("AWS_CONFIG_FILE", store.config()));
            awaitState("c", "idle");
        }
    }

    @Test
    void aSecondRequestToStopEndsAtOnce() throws Exception {
        try (SlowStore store = new SlowStore(folder)) {
            startWorker(cli().with("AWS_CONFIG_FILE", store.config()), "--drain", "PT10M");
            startSlow("c");
            worker.signal("TERM");
            assertThat(worker.says("Worker draining")).isTrue();
            Run run = stop("TERM");
            assertThat(run.exit()).as("%s", run).isEqualTo(ExitCode.STOPPED.code());
            assertThat(run.err()).doesNotContain("Worker stopped");
        }
    }

    /** Starts a collection and waits until its first activity runs. */
    private void startSlow(String collection) throws Exception {
        cli().ok("start", collection, "--source", SlowStore.SOURCE, "--spec", SlowStore.SPEC, "--allow-empty");
        for (int i = 0; i < 600; i++) {
            if (temporal.cliIn(
                            namespace,
                            "workflow",
                            "describe",
                            "--workflow-id",
                            collection + "/update-1",
                            "--output",
                            "json")
                    .out()
                    .contains("PENDING_ACTIVITY_STATE_STARTED")) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("The update does not list: " + worker.said());
    }

    /** Whether a worker could not report how an activity ended, and says so. */
    private static boolean isUntold(String log) {
        return log.contains("Failure during reporting of activity result");
    }

    /** What the service knows of the last failure of a workflow's one activity, which waits for a worker. */
    private String lastFailure(String workflow) throws IOException {
        JsonNode described = Json.JSON.readTree(
                temporal.cliIn(namespace, "workflow", "describe", "--workflow-id", workflow, "--output", "json")
                        .out());
        JsonNode activities = described.get("pendingActivities");
        assertThat(activities).as("%s", described).hasSize(1);
        return activities.get(0).path("lastFailure").toString();
    }

    private String history(String workflow) {
        return temporal.cliIn(namespace, "workflow", "show", "--workflow-id", workflow, "--output", "json")
                .out();
    }

    private void awaitState(String collection, String state) throws Exception {
        for (int i = 0; i < 600; i++) {
            Run run = cli().run("status", collection, "--json");
            if (run.exit() == 0 && run.json().get("state").asText().equals(state)) {
                return;
            }
        }
        throw new AssertionError(collection + " does not become " + state + ": " + worker.said());
    }

    @Test
    void whatIsNotRightIsOneSentence() throws Exception {
        Run unset = new Cli(folder).with("LITTORAL_CATALOG", "").run("worker").endsWith(ExitCode.INPUT);
        assertThat(unset.sentence()).contains("--catalog", "LITTORAL_CATALOG");
        assertThat(cli().run("worker", "--concurrency", "none")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("--concurrency is none; expected ");
        assertThat(cli().with("LITTORAL_DRAIN", "soon")
                        .run("worker")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("LITTORAL_DRAIN is soon; expected ");
        assertThat(cli().with("TEMPORAL_NAMESPACE", "nowhere")
                        .run("worker")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("no namespace nowhere");
        int free = ServerProcess.freePort();
        Run away = cli().with("TEMPORAL_ADDRESS", "127.0.0.1:" + free)
                .run("worker")
                .endsWith(ExitCode.UNAVAILABLE);
        assertThat(away.sentence()).contains("does not answer at 127.0.0.1:" + free);
        assertThat(cli().with("TEMPORAL_TLS_CLIENT_CERT_PATH", "/nowhere/a.pem")
                        .run("worker")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("/nowhere/a.pem is not there", "TEMPORAL_TLS_CLIENT_CERT_PATH");
        assertThat(cli().with("TEMPORAL_TLS_CLIENT_KEY_DATA", SECRET)
                        .with("TEMPORAL_TLS_CLIENT_CERT_DATA", SECRET)
                        .run("worker")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("certificate or key")
                .doesNotContain(SECRET);
        assertThat(cli().with("TEMPORAL_ADDRESS", "https://user:" + SECRET + "@host/")
                        .run("worker")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("expected host:port in TEMPORAL_ADDRESS")
                .doesNotContain(SECRET);
        assertThat(Files.exists(folder.resolve("catalog"))).isFalse();
    }

    @Test
    void itIsNotReadyWhileTheServerIsAway() throws Exception {
        temporal = TemporalServer.startDurable();
        namespace = TemporalServer.DEFAULT_NAMESPACE;
        try {
            URI monitoring = startWorker(cli());
            assertThat(get(monitoring, "/readyz").statusCode()).isEqualTo(200);
            temporal.kill();
            HttpResponse<String> away = get(monitoring, "/readyz");
            assertThat(away.statusCode()).isEqualTo(503);
            assertThat(away.body()).contains("does not answer at " + temporal.target());
            temporal.restart();
            boolean ready = false;
            for (int i = 0; i < 2_400 && !ready; i++) {
                Thread.sleep(50);
                ready = get(monitoring, "/readyz").statusCode() == 200;
            }
            assertThat(ready).as("%s", worker.said()).isTrue();
            assertThat(stop("TERM").exit()).isZero();
        } finally {
            temporal.close();
        }
    }
}
