package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.testing.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A real Prometheus on loopback, a process of its own, that scrapes workers and has the product's rules. What takes
 * minutes there takes seconds here.
 */
final class Prometheus implements AutoCloseable {
    private static final Path RULES = Path.of("../charts/littoral/files/alerts.yaml");
    private static final Pattern FOR = Pattern.compile("(?m)(?<=^ {8}for: )\\w+$");
    private static final Pattern RANGE = Pattern.compile("(?<=\\[)\\w+(?=])");
    private static final Pattern SECONDS = Pattern.compile("> \\d{2,}\n");
    private static final int WAITS = 6_000;

    private static final String CONFIG = """
            global:
              scrape_interval: 2s
              scrape_timeout: 2s
              evaluation_interval: 1s
            rule_files: [rules.yaml]
            scrape_configs:
              - job_name: littoral
                file_sd_configs:
                  - files: [targets.json]
                    refresh_interval: 1s
            """;

    private final Path folder = ServerProcess.newFolder("prometheus");
    private final URI address = URI.create("http://127.0.0.1:" + ServerProcess.freePort());
    private final HttpClient client = HttpClient.newHttpClient();
    private final ServerProcess process;

    private Prometheus(Path binary) throws IOException {
        Files.writeString(folder.resolve("prometheus.yaml"), CONFIG);
        Files.writeString(folder.resolve("rules.yaml"), shortened(Files.readString(RULES)));
        scrape(List.of());
        process = ServerProcess.start(
                folder,
                List.of(
                        binary.toString(),
                        "--config.file=prometheus.yaml",
                        "--storage.tsdb.path=data",
                        "--web.listen-address=" + address.getAuthority(),
                        "--log.level=warn"),
                Map.of());
    }

    static Prometheus start() throws IOException, InterruptedException {
        Prometheus prometheus = new Prometheus(ServerProcess.binary("prometheus"));
        for (int i = 0; i < WAITS && prometheus.process.isAlive(); i++) {
            try {
                prometheus.query("vector(1)");
                return prometheus;
            } catch (IOException notYet) {
                prometheus.process.waitFor(100);
            }
        }
        throw new IllegalStateException("prometheus does not answer; it printed: " + prometheus.process.log());
    }

    /** The rules with shorter times: a few seconds to last, half a minute to look back, five seconds to lag. */
    private static String shortened(String rules) {
        String lasts = FOR.matcher(rules).replaceAll(time -> "3s");
        String looks = RANGE.matcher(lasts).replaceAll(time -> time.group().equals("1h") ? "40s" : "20s");
        return SECONDS.matcher(looks).replaceAll("> 5\n");
    }

    /** From now on these workers are scraped. */
    void scrape(List<URI> workers) throws IOException {
        List<String> targets = workers.stream().map(URI::getAuthority).toList();
        Path next = Files.writeString(
                folder.resolve("next"), Json.JSON.writeValueAsString(List.of(Map.of("targets", targets))));
        Files.move(next, folder.resolve("targets.json"), StandardCopyOption.REPLACE_EXISTING);
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(address + "/api/v1/" + path)).build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 503) {
            throw new IOException(answer.body());
        }
        JsonNode json = Json.JSON.readTree(answer.body());
        assertThat(json.get("status").asText()).as("%s: %s", path, json).isEqualTo("success");
        return json.get("data");
    }

    /** What an expression gives now. */
    JsonNode query(String expression) throws IOException, InterruptedException {
        return get("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .get("result");
    }

    /** What an expression gave, in steps of so many seconds. */
    JsonNode range(String expression, Instant from, Instant to, long step) throws IOException, InterruptedException {
        return get("query_range?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8) + "&start="
                        + from.getEpochSecond() + "&end=" + to.getEpochSecond() + "&step=" + step)
                .get("result");
    }

    /** The names of all metrics that were scraped. */
    List<String> metrics() throws IOException, InterruptedException {
        return Json.JSON.convertValue(
                get("label/__name__/values"),
                Json.JSON.getTypeFactory().constructCollectionType(List.class, String.class));
    }

    /** The alerts that fire, each with its labels and annotations. */
    List<JsonNode> firing() throws IOException, InterruptedException {
        List<JsonNode> firing = new ArrayList<>();
        for (JsonNode alert : get("alerts").get("alerts")) {
            if (alert.get("state").asText().equals("firing")) {
                firing.add(alert);
            }
        }
        return firing;
    }

    @Override
    public void close() {
        client.close();
        process.kill();
        ServerProcess.remove(folder);
    }
}
