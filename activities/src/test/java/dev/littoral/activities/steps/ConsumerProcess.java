package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.SealedHead;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.testing.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A consumer of {@code docs/consumers}, as it stands, in a process of its own. */
final class ConsumerProcess implements AutoCloseable {
    private static final Path DOCS =
            Path.of("../docs/consumers").toAbsolutePath().normalize();
    private static final long TIMEOUT_MILLIS = 480_000;
    private static final Pattern ADDRESS = Pattern.compile("search at (http://127\\.0\\.0\\.1:\\d+/)");

    private final String name;
    private final Path entries;
    private final Path folder;
    private final ServerProcess process;
    private final HttpClient client = HttpClient.newHttpClient();

    private ConsumerProcess(Path collection, String name, Path folder, ServerProcess process) {
        this.name = name;
        this.entries = collection.resolve("consumers").resolve(name);
        this.folder = folder;
        this.process = process;
    }

    private static ConsumerProcess start(
            Path collection, String name, List<String> command, Map<String, String> environment) {
        Path folder = ServerProcess.newFolder("consumer");
        Map<String, String> all = new HashMap<>(environment);
        all.put("PATH", path());
        all.put("LC_ALL", "C.UTF-8");
        return new ConsumerProcess(collection, name, folder, ServerProcess.start(folder, command, all));
    }

    private static String path() {
        return Stream.of(System.getenv("LITTORAL_TEST_BIN"), System.getenv("PATH"))
                .flatMap(Stream::ofNullable)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** {@code consumer.py}, which looks at the log often. */
    static ConsumerProcess python(Path collection, String name, String... options) {
        List<String> command = new ArrayList<>(List.of(
                ServerProcess.binary("consumer-python").toString(),
                DOCS.resolve("consumer.py").toString(),
                collection.toString(),
                "--name",
                name,
                "--port",
                "0",
                "--look",
                "0.05"));
        command.addAll(List.of(options));
        return start(collection, name, command, Map.of());
    }

    /** {@code LuceneConsumer.java}, compiled by the launcher. */
    static ConsumerProcess java(Path collection, String name, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                DOCS.resolve("java/LuceneConsumer.java").toString(),
                collection.getParent().toString(),
                collection.getFileName().toString(),
                "--name",
                name,
                "--port",
                "0",
                "--look-millis",
                "50"));
        command.addAll(List.of(options));
        return start(collection, name, command, Map.of());
    }

    /** {@code consumer.sh}, whose index is the file {@code index} in its folder. */
    static ConsumerProcess shell(Path collection, String name) {
        return shell(collection, name, 600);
    }

    static ConsumerProcess shell(Path collection, String name, int leaseSeconds) {
        ServerProcess.binary("jq");
        ServerProcess.binary("zstd");
        return start(
                collection,
                name,
                List.of(
                        ServerProcess.binary("bash").toString(),
                        DOCS.resolve("consumer.sh").toString(),
                        collection.toString(),
                        name,
                        "index"),
                Map.of("LOOK", "0.05", "LEASE", Integer.toString(leaseSeconds)));
    }

    /** {@code consumer.sh} with a catalog in a bucket, at the prefix {@code catalog}. */
    static ConsumerProcess shellOnS3(S3Server server, String bucket, String name) {
        ServerProcess.binary("jq");
        ServerProcess.binary("zstd");
        ServerProcess.binary("curl");
        List<String> command = List.of(
                ServerProcess.binary("bash").toString(),
                DOCS.resolve("consumer.sh").toString(),
                server.endpoint() + "/" + bucket + "/catalog/c",
                name,
                "index");
        Map<String, String> environment = Map.of(
                "LOOK",
                "0.05",
                "AWS_REGION",
                "us-east-1",
                "AWS_ACCESS_KEY_ID",
                server.accessKey(),
                "AWS_SECRET_ACCESS_KEY",
                server.secretKey());
        return start(Path.of("nowhere"), name, command, environment);
    }

    /** Its newest entry, checked against its own digest. */
    Optional<JsonNode> newest() throws IOException {
        try (Stream<Path> files = Files.list(entries)) {
            Optional<Path> first = files.filter(
                            file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .findFirst();
            if (first.isEmpty()) {
                return Optional.empty();
            }
            String text = Files.readString(first.get());
            JsonNode entry = Json.JSON.readTree(text);
            assertThat(SealedHead.of((ObjectNode) entry)).as("%s", first.get()).isEqualTo(text);
            assertThat(entry.get("consumer").asText()).isEqualTo(name);
            assertThat(first.get().getFileName())
                    .hasToString("%010d.json"
                            .formatted(9_999_999_999L - entry.get("n").asLong()));
            return Optional.of(entry);
        } catch (NoSuchFileException notYet) {
            return Optional.empty();
        }
    }

    /** Waits until it says that it serves a version, that or a later one, or that it cannot. */
    JsonNode awaitAnswer(long version) throws IOException, InterruptedException {
        return await(entry -> entry.get("version").asLong() >= version
                && (entry.get("state").asText().equals("SERVING")
                        || entry.get("state").asText().equals("FAILED")));
    }

    JsonNode await(Predicate<JsonNode> condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000;
        while (System.nanoTime() < deadline) {
            Optional<JsonNode> newest = newest();
            if (newest.filter(condition).isPresent()) {
                return newest.get();
            }
            if (process.waitFor(1)) {
                newest = newest();
                if (newest.filter(condition).isPresent()) {
                    return newest.get();
                }
                throw new AssertionError(name + " ended; it printed: " + process.log());
            }
        }
        throw new AssertionError(name + " says " + newest() + " and nothing else; it printed: " + process.log());
    }

    /** What it finds nearest, in a version that it names. */
    record Answer(long version, List<VectorLake.Hit> hits) {}

    /** What it finds by looking at every row. */
    Answer search(long[] query, int k) throws IOException, InterruptedException {
        return search(query, k, "&exact=1");
    }

    /** What it finds as it does for its readers. */
    Answer searchNearly(long[] query, int k) throws IOException, InterruptedException {
        return search(query, k, "");
    }

    private Answer search(long[] query, int k, String how) throws IOException, InterruptedException {
        String vector = Arrays.stream(query).mapToObj(Long::toString).collect(Collectors.joining(","));
        JsonNode answer = get("?k=" + k + "&vector=" + vector + how);
        List<VectorLake.Hit> hits = new ArrayList<>();
        answer.get("hits")
                .forEach(hit -> hits.add(new VectorLake.Hit(
                        hit.get("file").asText(),
                        hit.get("row").asLong(),
                        hit.get("distance").asLong())));
        return new Answer(answer.get("version").asLong(), hits);
    }

    private JsonNode get(String query) throws IOException, InterruptedException {
        Matcher address = ADDRESS.matcher(process.log());
        assertThat(address.find()).as("%s", process.log()).isTrue();
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create(address.group(1) + query)).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as("%s", response.body()).isEqualTo(200);
        return Json.JSON.readTree(response.body());
    }

    /** The file that it keeps in its folder. */
    List<String> index() throws IOException {
        return Files.readAllLines(folder.resolve("index"));
    }

    /** Waits until it has said that it serves a version. */
    void awaitPrinted(long version) {
        long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000;
        while (!log().contains("version " + version + ": ")) {
            assertThat(process.waitFor(20)).as("%s", log()).isFalse();
            assertThat(System.nanoTime()).as("%s", log()).isLessThan(deadline);
        }
    }

    /** Waits until it serves some version; what its newest entry says may be of a process before it. */
    void awaitServing() {
        long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000;
        while (!serves()) {
            assertThat(process.waitFor(20)).as("%s", log()).isFalse();
            assertThat(System.nanoTime()).as("%s", log()).isLessThan(deadline);
        }
    }

    /** Whether it serves some version by now. */
    boolean serves() {
        return log().contains(" rows in ");
    }

    /** All its entries that are kept. */
    List<JsonNode> entries() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(entries)) {
            for (Path file : files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .toList()) {
                all.add(Json.JSON.readTree(Files.readString(file)));
            }
        }
        return all;
    }

    String log() {
        return process.log();
    }

    /** Waits until it ends by itself, and returns its exit code. */
    int end() {
        assertThat(process.waitFor(TIMEOUT_MILLIS)).as("%s", process.log()).isTrue();
        return process.exitCode();
    }

    void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    @Override
    public void close() {
        process.kill();
        ServerProcess.remove(folder);
    }
}
