package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.workflows.testing.TemporalServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What drills of who is on call run on: a real Temporal, an object store with sources and catalog, workers that are
 * processes, and a real Prometheus that scrapes them and has the product's rules.
 */
final class OnCallStack implements AutoCloseable {
    private static final Pattern METRICS = Pattern.compile("metrics at (http://\\S+)/metrics");
    private static final long WAIT_MILLIS = 180_000;

    private final Path folder;
    private final Path awsConfig;
    private final Map<String, String> variables = new TreeMap<>();
    private final List<Running> workers = new ArrayList<>();
    private Prometheus prometheus;
    private ObjectStore store;
    private TemporalServer temporal;

    /** Starts the servers; workers come later. */
    OnCallStack(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        awsConfig = folder.resolve("aws");
        try {
            prometheus = Prometheus.start();
            store = new ObjectStore();
            store.createBucket("lake");
            store.createBucket("catalog");
            temporal = TemporalServer.startDurable();
            Files.writeString(awsConfig, "[default]\nregion = us-east-1\nendpoint_url = " + store.endpoint() + "\n");
            Lake.write(folder.resolve("a.parquet"), 100, 0);
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    Prometheus prometheus() {
        return prometheus;
    }

    ObjectStore store() {
        return store;
    }

    TemporalServer temporal() {
        return temporal;
    }

    List<Running> workers() {
        return List.copyOf(workers);
    }

    /** Workers and commands that start from now on have this in their environment. */
    OnCallStack with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    /** And the AWS profile of this endpoint. */
    OnCallStack with(S3Endpoint profile) throws IOException {
        Files.writeString(awsConfig, Files.readString(awsConfig) + Files.readString(Path.of(profile.config())));
        return this;
    }

    Cli cli() {
        Cli cli = new Cli(folder)
                .on(temporal, TemporalServer.DEFAULT_NAMESPACE)
                .with("LITTORAL_CATALOG", "s3://catalog/littoral")
                .with("AWS_CONFIG_FILE", awsConfig.toString())
                .with("AWS_ACCESS_KEY_ID", ObjectStore.USER)
                .with("AWS_SECRET_ACCESS_KEY", ObjectStore.SECRET);
        variables.forEach(cli::with);
        return cli;
    }

    /** Starts more workers, and has all of them scraped. */
    void startWorkers(int number, String... options) throws Exception {
        startWorkers(number, Optional.empty(), options);
    }

    /**
     * Starts more workers, and has all of them scraped.
     *
     * @param build classes that come before those of the jar
     */
    void startWorkers(int number, Optional<Path> build, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("worker", "--metrics-port", "0"));
        words.addAll(List.of(options));
        for (int i = 0; i < number; i++) {
            String[] all = words.toArray(String[]::new);
            workers.add(build.isPresent() ? cli().startWith(build.get(), all) : cli().start(all));
        }
        scrape();
    }

    private void scrape() throws Exception {
        List<URI> scraped = new ArrayList<>();
        for (Running worker : workers) {
            assertThat(worker.says("/metrics")).as("%s", worker.said()).isTrue();
            Matcher address = METRICS.matcher(worker.said());
            assertThat(address.find()).as("%s", worker.said()).isTrue();
            scraped.add(URI.create(address.group(1)));
        }
        prometheus.scrape(scraped);
    }

    /** Sends the workers a signal that ends them. */
    void endWorkers(List<Running> ended, String signal) throws Exception {
        for (Running worker : ended) {
            worker.signal(signal);
            worker.end();
        }
        workers.removeAll(ended);
    }

    /** Starts a collection of a file of its own, and waits for its first update. */
    Running start(String collection, String... options) throws Exception {
        store.put("lake", collection + "/a.parquet", folder.resolve("a.parquet"));
        List<String> words = new ArrayList<>(List.of("start", collection, "--source", "s3://lake/" + collection + "/"));
        words.addAll(List.of(options));
        words.add("--wait");
        return cli().start(words.toArray(String[]::new));
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + WAIT_MILLIS * 1_000_000;
        while (!condition.holds()) {
            assertThat(System.nanoTime())
                    .as("%s; firing: %s", what, prometheus.firing())
                    .isLessThan(deadline);
            Thread.sleep(250);
        }
    }

    /** Whether an alert fires with labels, given as names and values in turn. */
    boolean fires(String alert, String... labels) throws Exception {
        for (JsonNode each : prometheus.firing()) {
            if (each.at("/labels/alertname").asText().equals(alert) && has(each.get("labels"), labels)) {
                assertThat(each.get("annotations").toString()).doesNotContain("error expanding", "<no value>");
                return true;
            }
        }
        return false;
    }

    private static boolean has(JsonNode there, String... labels) {
        for (int i = 0; i < labels.length; i += 2) {
            if (!there.path(labels[i]).asText().equals(labels[i + 1])) {
                return false;
            }
        }
        return true;
    }

    void awaitFiring(String alert, String... labels) throws Exception {
        await(alert + " does not fire", () -> fires(alert, labels));
    }

    void awaitQuiet() throws Exception {
        await("an alert goes on", () -> prometheus.firing().isEmpty());
    }

    /** No alert fires, and the collection that promises freshness keeps it. */
    void awaitFreshAndQuiet(String collection) throws Exception {
        awaitQuiet();
        await(collection + " is not fresh", () -> {
            Run why = cli().run("why", collection, "--json");
            return why.exit() == 0
                    && why.json().at("/freshness/state").asText().equals("FRESH")
                    && !why.json().has("cause");
        });
    }

    /** What {@code littoral why} says has the cause and the next step. */
    void why(String collection, String... words) throws Exception {
        String said = "";
        for (int i = 0; i < 30 && !List.of(words).stream().allMatch(said::contains); i++) {
            said = cli().ok("why", collection).out();
        }
        assertThat(said).contains(words).contains("\n  next      ");
    }

    @Override
    public void close() throws InterruptedException, IOException {
        for (Running worker : workers) {
            worker.signal("KILL");
            worker.end();
        }
        if (temporal != null) {
            temporal.close();
        }
        if (store != null) {
            store.close();
        }
        if (prometheus != null) {
            prometheus.close();
        }
    }
}
