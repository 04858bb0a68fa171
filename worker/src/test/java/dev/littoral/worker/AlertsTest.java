package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.littoral.workflows.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The alerts, their pages and the metrics that they need belong together, and the rules fire when they should. */
class AlertsTest {
    private static final Path RULES = Path.of("../charts/littoral/files/alerts.yaml");
    private static final Path PAGES = Path.of("../docs/runbooks");
    private static final Path TESTS = Path.of("src/test/resources/alerts-test.yaml");

    private static final Pattern THRESHOLD = Pattern.compile("(?:>|<|==) ([0-9.]+)");
    private static final Pattern RANGE = Pattern.compile("\\[(\\w+)]");
    private static final Pattern WORDS = Pattern.compile("(\\d+) (second|minute|hour|day)");

    /** What a page says in code about when an alert fires. */
    private static final Pattern NUMBER = Pattern.compile("`([0-9.]+[smhd]?)`");

    private static final Pattern DURATION = Pattern.compile("`(\\d+[smhd])`");

    private static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode group : new YAMLMapper().readTree(RULES.toFile()).get("groups")) {
            group.get("rules").forEach(rules::add);
        }
        return rules;
    }

    private static List<JsonNode> rules(String alert) throws IOException {
        return rules().stream()
                .filter(rule -> rule.get("alert").asText().equals(alert))
                .toList();
    }

    private static String page(String alert) throws IOException {
        return Files.readString(PAGES.resolve(alert + ".md"));
    }

    private static Set<String> alerts() throws IOException {
        return rules().stream().map(rule -> rule.get("alert").asText()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(each -> each.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String duration(JsonNode rule) {
        return rule.path("for").asText("0m");
    }

    @Test
    void everyAlertHasAPageAndEveryPageAnAlert() throws IOException {
        Set<String> pages;
        try (Stream<Path> files = Files.list(PAGES)) {
            pages = files.map(file -> file.getFileName().toString().replace(".md", ""))
                    .filter(name -> !name.equals("README"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertThat(pages).isEqualTo(alerts());
        for (String alert : pages) {
            assertThat(page(alert).lines().filter(line -> line.startsWith("#")))
                    .as(alert)
                    .containsExactly("# " + alert, "## Meaning", "## Impact", "## Diagnosis", "## Mitigation");
            assertThat(page(alert)).as(alert).contains("```sh\n");
        }
        String index = page("README");
        assertThat(found(Pattern.compile("\\| \\[(\\w+)]\\(\\w+\\.md\\)"), index))
                .isEqualTo(pages);
    }

    @Test
    void everyMetricOfAnExpressionIsServedByWorkers() throws IOException {
        Set<String> served = ServedMetrics.all();
        for (JsonNode rule : rules()) {
            Set<String> named = ServedMetrics.of(rule.get("expr").asText());
            assertThat(named).as("%s", rule).isNotEmpty().isSubsetOf(served);
            // No label of one collection, update or file.
            assertThat(rule.get("expr").asText()).doesNotContain("collection_id", "workflow_id");
        }
    }

    @Test
    void aPageNamesTheThresholdsAndTimesOfItsRules() throws IOException {
        for (String alert : alerts()) {
            List<String> fires = page(alert)
                    .lines()
                    .filter(line -> line.startsWith("* Fires "))
                    .toList();
            List<JsonNode> rules = rules(alert);
            assertThat(fires).as(alert).hasSameSizeAs(rules);
            Set<String> allowed = new TreeSet<>();
            for (int i = 0; i < rules.size(); i++) {
                JsonNode rule = rules.get(i);
                String expr = rule.get("expr").asText();
                Set<String> needed = found(THRESHOLD, expr);
                needed.add(duration(rule));
                allowed.addAll(needed);
                allowed.addAll(found(RANGE, expr));
                assertThat(found(NUMBER, fires.get(i)))
                        .as(alert)
                        .containsAll(needed)
                        .isSubsetOf(allowed);
                assertThat(fires.get(i))
                        .contains(
                                "severity `" + rule.at("/labels/severity").asText() + "`",
                                "team `" + rule.at("/labels/team").asText() + "`");
            }
            assertThat(found(DURATION, page(alert))).as(alert).isSubsetOf(allowed);
        }
    }

    @Test
    void whatAnAlertSaysAgreesWithItsRule() throws IOException {
        for (JsonNode rule : rules()) {
            String alert = rule.get("alert").asText();
            JsonNode annotations = rule.get("annotations");
            assertThat(annotations.get("runbook_url").asText()).isEqualTo("docs/runbooks/" + alert + ".md");
            String said = annotations.get("summary").asText() + " "
                    + annotations.get("description").asText();
            Set<String> times = new TreeSet<>(found(RANGE, rule.get("expr").asText()));
            times.add(duration(rule));
            found(THRESHOLD, rule.get("expr").asText()).forEach(seconds -> times.add(seconds + "s"));
            assertThat(WORDS.matcher(said).results().map(AlertsTest::time))
                    .as(alert)
                    .isSubsetOf(times);
        }
    }

    private static String time(MatchResult words) {
        return words.group(1) + words.group(2).charAt(0);
    }

    @Test
    void whatAnOwnerHasToMendPagesNobodyButWhereReadersGetSomethingWrong() throws IOException {
        for (JsonNode rule : rules()) {
            Map<String, String> labels = Map.of(
                    "severity", rule.at("/labels/severity").asText(),
                    "team", rule.at("/labels/team").asText());
            assertThat(labels.get("severity")).isIn("page", "ticket");
            assertThat(labels.get("team")).isIn("operator", "owner");
            if (labels.get("team").equals("owner")
                    && !rule.get("alert").asText().equals("LittoralConsumerWrong")) {
                assertThat(labels.get("severity")).as("%s", rule).isEqualTo("ticket");
            }
        }
    }

    /** With the fault and without, each alert; by Prometheus's own tool. */
    @Test
    void eachAlertFiresWithItsFaultAndNotWithoutIt() throws Exception {
        Path promtool = ServerProcess.binary("promtool");
        String tests = Files.readString(TESTS);
        for (String alert : alerts()) {
            assertThat(tests).contains("ALERTS{alertname=\"" + alert + "\"");
        }
        Process process = new ProcessBuilder(
                        promtool.toString(),
                        "test",
                        "rules",
                        TESTS.toAbsolutePath().toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s", said).isZero();
    }
}
