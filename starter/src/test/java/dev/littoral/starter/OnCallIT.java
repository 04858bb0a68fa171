package dev.littoral.starter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.testing.AesCodec;
import dev.littoral.workflows.testing.CodecServer;
import dev.littoral.workflows.testing.TemporalServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Drills of who is on call: faults are made on real servers, with workers that are processes, and a real Prometheus
 * that has the product's rules. Each alert fires, {@code littoral why} names the cause, what the alert's page says ends
 * it, and the alert ends.
 */
@Timeout(3600)
@Order(1)
class OnCallIT {
    private static final Pattern METRICS = Pattern.compile("metrics at (http://\\S+)/metrics");
    private static final Pattern METRIC = Pattern.compile("\\b(?:littoral|temporal|jvm|process)_[a-z0-9_]+");
    private static final String SINK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    // A workflow task that failed often is tried again after ten minutes.
    private static final long WAIT_MILLIS = 900_000;

    /** What of Temporal's SDK is counted from the first time on that it goes wrong. */
    private static final Pattern ONLY_IN_TROUBLE = Pattern.compile("temporal_.*_(?:failed|failure|miss)_total");

    @TempDir
    static Path folder;

    private static final List<Running> WORKERS = new ArrayList<>();
    private static ObjectStore store;
    private static TemporalServer temporal;
    private static Prometheus prometheus;
    private static Instant began;
    private static HttpServer sink;
    private static volatile int sinkAnswers = 204;

    @BeforeAll
    static void startAll() throws Exception {
        began = Instant.now();
        prometheus = Prometheus.start();
        store = new ObjectStore();
        store.createBucket("lake");
        store.createBucket("catalog");
        temporal = TemporalServer.startDurable();
        sink = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        sink.createContext("/", request -> {
            try (request) {
                request.getRequestBody().readAllBytes();
                request.sendResponseHeaders(sinkAnswers, -1);
            }
        });
        sink.start();
        Lake.write(folder.resolve("a.parquet"), 100, 0);
        startWorkers();
        List<Running> starts = new ArrayList<>();
        starts.add(start("orders", "--max-staleness", "PT15S"));
        starts.add(start("broken"));
        starts.add(start("damaged"));
        starts.add(start("held"));
        starts.add(start("served", "--consumer", "search"));
        starts.add(start("heard", "--notify", "indexer"));
        for (Running start : starts) {
            cli().answered(start.end()).endsWith(ExitCode.OK);
        }
        ack(0).endsWith(ExitCode.OK);
    }

    @AfterAll
    static void stopAll() throws Exception {
        try {
            // Where a server is missing there was nothing to draw.
            if (!WORKERS.isEmpty()) {
                BoardPicture.take(prometheus, began);
            }
        } finally {
            stopServers();
        }
    }

    private static void stopServers() throws Exception {
        for (Running worker : WORKERS) {
            worker.signal("KILL");
            worker.end();
        }
        for (AutoCloseable each : new AutoCloseable[] {temporal, store, prometheus}) {
            if (each != null) {
                each.close();
            }
        }
        if (sink != null) {
            sink.stop(0);
        }
    }

    private static Cli cli() {
        return new Cli(folder)
                .on(temporal, TemporalServer.DEFAULT_NAMESPACE)
                .with("LITTORAL_CATALOG", "s3://catalog/littoral")
                .with("AWS_ENDPOINT_URL_S3", store.endpoint().toString())
                .with("AWS_ACCESS_KEY_ID", ObjectStore.USER)
                .with("AWS_SECRET_ACCESS_KEY", ObjectStore.SECRET);
    }

    private static void startWorkers() throws Exception {
        startWorkers(Optional.empty());
    }

    private static void startWorkers(Optional<Path> build) throws Exception {
        startWorker(cli(), build);
        startWorker(cli(), build);
    }

    /**
     * Starts one more worker and has all of them scraped.
     *
     * @param build classes that come before those of the jar
     */
    private static void startWorker(Cli cli, Optional<Path> build, String... options) throws Exception {
        List<String> all =
                new ArrayList<>(List.of("worker", "--metrics-port", "0", "--sink-secret", "indexer=env:SINK_KEY"));
        all.addAll(List.of(options));
        String[] words = all.toArray(String[]::new);
        cli.with(
                        "LITTORAL_SINK",
                        "indexer=http://127.0.0.1:" + sink.getAddress().getPort() + "/")
                .with("SINK_KEY", SINK_SECRET);
        Running started = build.isPresent() ? cli.startWith(build.get(), words) : cli.start(words);
        // Where Temporal is too busy to know in time that it polls, it ends, and a supervisor starts it again.
        for (int i = 0; i < 5 && !started.says("/metrics") && started.said().contains("does not know after"); i++) {
            started = build.isPresent() ? cli.startWith(build.get(), words) : cli.start(words);
        }
        WORKERS.add(started);
        List<URI> scraped = new ArrayList<>();
        for (Running worker : WORKERS) {
            assertThat(worker.says("/metrics")).as("%s", worker.said()).isTrue();
            Matcher address = METRICS.matcher(worker.said());
            assertThat(address.find()).as("%s", worker.said()).isTrue();
            scraped.add(URI.create(address.group(1)));
        }
        prometheus.scrape(scraped);
    }

    /** Ends the worker that was started first. */
    private static void endFirstWorker() throws Exception {
        Running first = WORKERS.removeFirst();
        first.signal("TERM");
        first.end();
    }

    /** Starts a collection of a file of its own. */
    private static Running start(String collection, String... options) throws Exception {
        store.put("lake", collection + "/a.parquet", folder.resolve("a.parquet"));
        List<String> words = new ArrayList<>(List.of("start", collection, "--source", "s3://lake/" + collection + "/"));
        words.addAll(List.of(options));
        words.add("--wait");
        return cli().start(words.toArray(String[]::new));
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + WAIT_MILLIS * 1_000_000;
        while (!condition.holds()) {
            assertThat(System.nanoTime())
                    .as("%s; firing: %s", what, prometheus.firing())
                    .isLessThan(deadline);
            Thread.sleep(250);
        }
    }

    private static boolean fires(String alert, String... labels) throws Exception {
        for (JsonNode each : prometheus.firing()) {
            if (each.at("/labels/alertname").asText().equals(alert) && has(each.get("labels"), labels)) {
                assertThat(each.get("annotations").toString()).doesNotContain("error expanding", "<no value>");
                return true;
            }
        }
        return false;
    }

    /** Whether an alert has labels, given as names and values in turn. */
    private static boolean has(JsonNode there, String... labels) {
        for (int i = 0; i < labels.length; i += 2) {
            if (!there.path(labels[i]).asText().equals(labels[i + 1])) {
                return false;
            }
        }
        return true;
    }

    private static void awaitFiring(String alert, String... labels) throws Exception {
        await(alert + " does not fire", () -> fires(alert, labels));
    }

    /** The service turns requests away until it has tried a workflow's failed task again. */
    private static void awaitRefreshed(Cli cli, String collection) throws Exception {
        await(
                collection + " does not go on",
                () -> cli.run("refresh", collection, "--wait").exit() == ExitCode.OK.code());
    }

    private static void awaitQuiet() throws Exception {
        await("an alert goes on", () -> prometheus.firing().isEmpty());
    }

    /** What {@code littoral why} says has the cause and the next step. */
    private static void why(String collection, String... words) throws Exception {
        String said = "";
        for (int i = 0; i < 30 && !containsAll(said, words); i++) {
            said = cli().ok("why", collection).out();
        }
        assertThat(said).contains(words).contains("\n  next      ");
    }

    /** The number of a collection's last update; the drills before have refreshed it, too. */
    private static long lastUpdate(String collection) throws Exception {
        JsonNode update = cli().ok("status", collection, "--json").json().at("/last/update");
        assertThat(update.isIntegralNumber()).isTrue();
        return update.asLong();
    }

    private static boolean containsAll(String said, String... words) {
        return List.of(words).stream().allMatch(said::contains);
    }

    @Test
    void whatTheOwnerOrTheOperatorOfOneCollectionHasToMendIsNamedAndEnds() throws Exception {
        awaitQuiet();
        Lake.write(folder.resolve("b.parquet"), 50, 100);
        store.put("lake", "broken/b.parquet", "no Parquet".getBytes(UTF_8));
        Map<String, byte[]> objects = new TreeMap<>();
        for (String key : store.keys("catalog", "littoral/damaged/snapshots/")) {
            objects.put(key, store.get("catalog", key));
            store.put("catalog", key, "x".getBytes(UTF_8));
        }
        assertThat(objects).isNotEmpty();
        store.put("lake", "damaged/b.parquet", folder.resolve("b.parquet"));
        store.put("lake", "served/b.parquet", folder.resolve("b.parquet"));
        sinkAnswers = 503;
        store.put("lake", "heard/b.parquet", folder.resolve("b.parquet"));
        cli().ok("pause", "held");
        for (String collection : List.of("broken", "damaged", "heard", "served")) {
            cli().ok("refresh", collection);
        }

        awaitFiring("LittoralBadInput", "severity", "ticket", "team", "owner");
        awaitFiring("LittoralCatalogDamaged", "severity", "page");
        awaitFiring("LittoralPauseLasts", "cause", "paused");
        awaitFiring("LittoralConsumerBehind");
        awaitFiring("LittoralEventSinkDown", "sink", "indexer");
        why("broken", "failed: update " + lastUpdate("broken") + " FAILED", "b.parquet", "onBadFile");
        why(
                "damaged",
                "failed: update " + lastUpdate("damaged") + " FAILED",
                "Catalog object s3://catalog/littoral/damaged/",
                "littoral verify");
        why("held", "refreshing is paused by request", "littoral resume held");
        why("served", "LAGGING: consumer search serves 2", "see to the consumer");
        why("heard", "Sink indexer at http://127.0.0.1", "answers 503", "see to the sink");
        // What is down for long is tried again after long; it comes back while the rest goes on.
        sinkAnswers = 204;

        ack(-1).endsWith(ExitCode.REFUSED);
        awaitFiring("LittoralConsumerWrong", "severity", "page");
        why("served", "WRONG: consumer search", "see to the consumer");

        store.put("lake", "broken/b.parquet", folder.resolve("b.parquet"));
        objects.forEach((key, bytes) -> store.put("catalog", key, bytes));
        cli().ok("verify", "damaged");
        for (String collection : List.of("broken", "damaged")) {
            cli().ok("refresh", collection, "--wait");
        }
        cli().ok("resume", "held");
        ack(0).endsWith(ExitCode.OK);
        awaitQuiet();
    }

    /**
     * The consumer says that it serves the newest version.
     *
     * @param wrong how many rows it has more than that
     */
    private static Run ack(int wrong) throws Exception {
        JsonNode status = cli().ok("status", "served", "--json").json();
        String rows = Long.toString(status.at("/snapshot/rows").asLong() + wrong);
        String segments = status.at("/snapshot/segments").asText();
        return cli().run(
                        "ack",
                        "served",
                        "--consumer",
                        "search",
                        "--version",
                        status.get("version").asText(),
                        "--rows",
                        rows,
                        "--segments",
                        segments + "/" + segments);
    }

    @Test
    void credentialsThatAreGoneAreNamedAndNothingSucceedsUntilTheyAreBack() throws Exception {
        awaitFreshAndQuiet();
        store.kill();
        store.start("another secret");
        awaitFiring("LittoralAccessDenied", "severity", "page");
        awaitFiring("LittoralCollectionBehind", "cause", "failed", "severity", "ticket");
        awaitFiring("LittoralNothingSucceeds");
        why("orders", "BEHIND since", "FAILED", "mend the credentials or permissions");
        store.kill();
        store.start(ObjectStore.SECRET);
        awaitFreshAndQuiet();
    }

    @Test
    void aStoreThatIsDownIsNamedAndComesBack() throws Exception {
        awaitFreshAndQuiet();
        store.kill();
        awaitFiring("LittoralStoreErrors");
        awaitFiring("LittoralStoreUnreachable");
        awaitFiring("LittoralCollectionBehind", "cause", "unreachable", "severity", "page");
        awaitFiring("LittoralActivitiesFailing");
        why("orders", "BEHIND since", "unreachable since", "s3://", "make reachable what it names");
        store.start(ObjectStore.SECRET);
        awaitFreshAndQuiet();
    }

    @Test
    void aTemporalThatIsGoneIsNamedAndComesBack() throws Exception {
        awaitFreshAndQuiet();
        temporal.kill();
        awaitFiring("LittoralTemporalUnreachable", "severity", "page");
        assertThat(fires("LittoralWorkersGone")).isFalse();
        assertThat(cli().run("why", "orders").endsWith(ExitCode.UNAVAILABLE).sentence())
                .contains("Temporal does not answer at " + temporal.target(), "TEMPORAL_ADDRESS");
        temporal.restart();
        awaitFreshAndQuiet();
    }

    @Test
    void workersThatAreGoneAreNamedAndWorkGoesOnWithOthers() throws Exception {
        awaitFreshAndQuiet();
        endWorkers("KILL");
        awaitFiring("LittoralWorkersGone", "severity", "page");
        assertThat(cli().run("why", "orders").endsWith(ExitCode.UNAVAILABLE).sentence())
                .contains("No worker answers for collection orders");
        startWorkers();
        awaitFreshAndQuiet();
    }

    private static void endWorkers(String signal) throws Exception {
        for (Running worker : WORKERS) {
            worker.signal(signal);
            worker.end();
        }
        WORKERS.clear();
    }

    @Test
    void aBuildWithABugIsNamedAndTheOneBeforeGoesOn() throws Exception {
        awaitFreshAndQuiet();
        endWorkers("TERM");
        startWorkers(Optional.of(buildWithBug()));
        store.put("lake", "held/bug.parquet", folder.resolve("a.parquet"));
        cli().run("refresh", "held", "--wait").endsWith(ExitCode.INTERNAL);
        awaitFiring("LittoralInternalError", "severity", "page");
        why("held", "FAILED", "a bug in Littoral", "report it with the worker's log");
        assertThat(cli().ok("list", "--state", "failed").out()).startsWith("held ");
        assertThat(WORKERS.stream().map(Running::said))
                .anyMatch(said -> said.contains("level=ERROR")
                        && said.contains("collection=held update=")
                        && said.contains("IllegalStateException: a bug"));

        endWorkers("TERM");
        startWorkers();
        cli().ok("refresh", "held", "--wait");
        awaitFreshAndQuiet();
    }

    private static Path buildWithBug() throws Exception {
        return build(
                "bug",
                Path.of("../activities/src/main/java/dev/littoral/activities/path/PathOrder.java"),
                "int n = Math.min(",
                "if (b.endsWith(\"bug.parquet\")) throw new IllegalStateException(\"a bug\"); int n = Math.min(");
    }

    /** Compiles a class anew, in which something stands once, as another build. */
    private static Path build(String name, Path source, String there, String instead) throws Exception {
        String code = Files.readString(source);
        assertThat(code).containsOnlyOnce(there);
        Path changed = folder.resolve(name + "-source").resolve(source.getFileName());
        Path build = folder.resolve(name);
        Files.createDirectories(changed.getParent());
        Files.writeString(changed, code.replace(there, instead));
        int end = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        System.out,
                        System.err,
                        "--release",
                        "21",
                        "-proc:none",
                        "-cp",
                        Cli.JAR.toString(),
                        "-d",
                        build.toString(),
                        changed.toString());
        assertThat(end).isZero();
        return build;
    }

    @Test
    void slotsThatAreAllTakenAreNamedAndMoreWorkersHaveSome() throws Exception {
        awaitFreshAndQuiet();
        endWorkers("TERM");
        startWorker(cli(), Optional.empty(), "--concurrency", "1");
        AutoCloseable slow = store.slow();
        try {
            awaitBusy("LittoralTaskSlotsExhausted", "severity", "page", "worker_type", "ActivityWorker");
            awaitBusy("LittoralScheduleToStartSlow", "severity", "ticket", "task", "activity");
            assertThat(cli().ok("list", "--state", "updating").out()).isNotEmpty();
            startWorkers();
            await("slots are taken", () -> {
                refreshAll();
                return !fires("LittoralTaskSlotsExhausted") && !fires("LittoralScheduleToStartSlow");
            });
        } finally {
            slow.close();
        }
        endFirstWorker();
        awaitFreshAndQuiet();
    }

    @Test
    void cachesWithoutRoomAreNamedAndMoreWorkersHaveSome() throws Exception {
        awaitFreshAndQuiet();
        Path build = build(
                "small-cache",
                Path.of("../worker/src/main/java/dev/littoral/worker/LittoralWorker.java"),
                "WorkerFactoryOptions.newBuilder()",
                "WorkerFactoryOptions.newBuilder().setWorkflowCacheSize(2)");
        endWorkers("TERM");
        startWorker(cli(), Optional.of(build));
        awaitBusy("LittoralStickyCacheMisses", "severity", "ticket");

        startWorkers();
        endFirstWorker();
        await("caches have no room", () -> {
            refreshAll();
            return !fires("LittoralStickyCacheMisses");
        });
        awaitFreshAndQuiet();
    }

    /** Waits until an alert fires while all collections are refreshed again and again. */
    private static void awaitBusy(String alert, String... labels) throws Exception {
        await(alert + " does not fire", () -> {
            refreshAll();
            return fires(alert, labels);
        });
    }

    private static void refreshAll() {
        refresh(TemporalServer.DEFAULT_NAMESPACE, List.of("orders", "broken", "damaged", "held", "served", "heard"));
    }

    private static void refresh(String namespace, List<String> collections) {
        for (String collection : collections) {
            temporal.client(namespace).newUntypedWorkflowStub(collection).signal("refresh");
        }
    }

    @Test
    void aCodecThatIsDownIsNamedAndWorkGoesOnWithIt() throws Exception {
        awaitFreshAndQuiet();
        String namespace = temporal.newNamespace();
        List<String> collections = List.of("sealed-1", "sealed-2", "sealed-3");
        try (CodecServer codec = CodecServer.start(new AesCodec("key"), null)) {
            startWorker(sealed(namespace, codec), Optional.empty());
            for (String collection : collections) {
                sealed(namespace, codec).ok("start", collection, "--source", "s3://lake/orders/", "--wait");
            }
            codec.answerWith(503);
            refresh(namespace, collections);
            awaitFiring("LittoralWorkflowTasksFailing", "severity", "page", "namespace", namespace);
            await(
                    "the tasks are not tried again",
                    () -> sealed(namespace, codec)
                            .run("why", "sealed-1")
                            .err()
                            .contains("cannot carry out the tasks of this workflow"));
            for (String command : List.of("why", "refresh")) {
                assertThat(sealed(namespace, codec)
                                .run(command, "sealed-1")
                                .endsWith(ExitCode.UNAVAILABLE)
                                .sentence())
                        .contains("cannot carry out the tasks of this workflow");
            }
            assertThat(temporal.cliIn(namespace, "workflow", "show", "--workflow-id", "sealed-1", "--output", "json")
                            .out())
                    .contains(
                            "EVENT_TYPE_WORKFLOW_TASK_FAILED",
                            "The codec server at " + codec.endpoint() + " answers 503");

            codec.answerWith(200);
            for (String collection : collections) {
                awaitRefreshed(sealed(namespace, codec), collection);
            }
            awaitFreshAndQuiet();
            Running worker = WORKERS.removeLast();
            worker.signal("TERM");
            worker.end();
        }
    }

    @Test
    void anOlderBuildThatTookWhatANewerOneBeganIsNamedAndTheNewerOneGoesOn() throws Exception {
        awaitFreshAndQuiet();
        Optional<Path> newer = Optional.of(build(
                "newer",
                Path.of("../workflows/src/main/java/dev/littoral/workflows/ExternalCollectionWorkflowImpl.java"),
                "WorkflowVersions.NEWEST",
                "WorkflowVersions.NEWEST + 1"));
        endWorkers("TERM");
        startWorkers(newer);
        start("begun-newer").end().endsWith(ExitCode.OK);
        endWorkers("TERM");
        startWorkers();
        temporal.client().newUntypedWorkflowStub("begun-newer").signal("refresh");
        awaitFiring("LittoralWorkflowTasksFailing", "severity", "page", "workflow_type", "ExternalCollection");
        assertThat(WORKERS.stream().map(Running::said))
                .anyMatch(said -> said.contains("level=WARN") && said.contains("UnsupportedVersion"));

        endWorkers("TERM");
        startWorkers(newer);
        awaitRefreshed(cli(), "begun-newer");
        cli().ok("retire", "begun-newer");
        awaitQuiet();
        endWorkers("TERM");
        startWorkers();
        awaitFreshAndQuiet();
    }

    private static Cli sealed(String namespace, CodecServer codec) {
        return cli().on(temporal, namespace)
                .with("LITTORAL_CATALOG", "s3://catalog/sealed")
                .with("TEMPORAL_CODEC_ENDPOINT", codec.endpoint());
    }

    /** No alert fires, and the collection that promises freshness keeps it. */
    private static void awaitFreshAndQuiet() throws Exception {
        awaitQuiet();
        await("orders is not fresh", () -> {
            Run why = cli().run("why", "orders", "--json");
            return why.exit() == 0
                    && why.json().at("/freshness/state").asText().equals("FRESH")
                    && !why.json().has("cause");
        });
    }

    @Test
    void everyQueryOfTheBoardRunsAndShowsWhatTwoWorkersServe() throws Exception {
        await(
                "two workers are not scraped",
                () -> prometheus
                                .query("littoral_updates_total{outcome=\"COMMITTED\"}")
                                .size()
                        == 2);
        await(
                "no update was scraped",
                () -> prometheus.query("littoral_step_seconds_count > 0").size() > 0);
        List<String> served = prometheus.metrics();
        int withData = 0;
        List<String> queries = new ArrayList<>();
        for (JsonNode query :
                Json.JSON.readTree(BoardPicture.BOARD.toFile()).get("panels").findValues("expr")) {
            queries.add(query.asText());
        }
        for (String query : queries) {
            assertThat(METRIC.matcher(query)
                            .results()
                            .map(each -> each.group())
                            .filter(name -> !ONLY_IN_TROUBLE.matcher(name).matches()))
                    .as(query)
                    .isSubsetOf(served);
            JsonNode result = prometheus.query(BoardPicture.query(query));
            assertThat(result.isArray()).as(query).isTrue();
            withData += result.isEmpty() ? 0 : 1;
        }
        // The others are about what is wrong.
        assertThat(withData).isGreaterThan(queries.size() * 3 / 4);
    }
}
