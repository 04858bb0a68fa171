package dev.littoral.starter.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.source.AllowList;
import dev.littoral.worker.WorkerSettings;
import dev.littoral.workflows.testing.ServerProcess;
import io.temporal.common.WorkerDeploymentVersion;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Helm chart: what it renders is right for Kubernetes, and says to the worker what the worker understands. The
 * chart itself has tests of what its values do, in {@code charts/littoral/tests}.
 */
class HelmChartTest {
    private static final Path CHART = Path.of("..", "charts", "littoral");
    private static final Path VALUES = Path.of("src", "test", "resources", "chart");
    private static final Path DOCS = Path.of("..", "docs");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The oldest version of Kubernetes that the chart is for, and the newest there is. */
    private static final List<String> KUBERNETES = List.of("1.27.0", "1.37.0");

    /** Variables of the documentation that are none of a worker in a pod. */
    private static final Set<String> ELSEWHERE =
            Set.of("LITTORAL_CONFIG", "LITTORAL_JAVA_OPTS", "LITTORAL_TEMPORAL_CLI");

    /** What may be left to Kubernetes. */
    private static final Set<String> NULLABLE = Set.of(
            "/podDisruptionBudget/maxUnavailable",
            "/podSecurityContext",
            "/resources",
            "/securityContext",
            "/strategy/rollingUpdate",
            "/workerVersioning/controller/sunset/deleteDelay",
            "/workerVersioning/controller/sunset/scaledownDelay");

    @TempDir
    private Path folder;

    static List<String> valuesFiles() throws IOException {
        try (Stream<Path> files = Files.list(VALUES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    // ------------------------------------------------------------------ for Kubernetes

    @ParameterizedTest
    @MethodSource("valuesFiles")
    void whatItRendersIsStrictlyRightForKubernetes(String values) throws Exception {
        List<JsonNode> objects = render(values);
        assertThat(objects).isNotEmpty();
        JsonNode pod = pod(objects);
        // The restricted Pod Security Standard.
        assertThat(pod.at("/spec/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/spec/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
        JsonNode worker = pod.at("/spec/containers/0");
        assertThat(worker.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                .isFalse();
        assertThat(worker.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                .isTrue();
        assertThat(worker.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
        assertThat(objects).noneMatch(each -> each.path("kind").asText().equals("Secret"));
        for (JsonNode object : objects) {
            assertThat(object.at("/metadata/name").asText()).hasSizeLessThanOrEqualTo(63);
        }
    }

    @Test
    void itIsRightForHelm() throws Exception {
        Output lint = helm("lint", "--strict", CHART.toString(), "--values", VALUES.resolve("minimal.yaml") + "");
        assertThat(lint.status).as(lint.text).isZero();
    }

    @Test
    void itsOwnTestsPass() throws Exception {
        Output run = run(ServerProcess.binary("helm-unittest"), "", "--strict", CHART.toString());
        assertThat(run.status).as(run.text).isZero();
        assertThat(run.text).containsPattern("Tests: +\\d\\d+ passed");
    }

    /** Their files come with the chart. */
    @ParameterizedTest
    @CsvSource({"files/alerts.yaml, prometheusRule, PrometheusRule", "files/board.json, dashboard, ConfigMap"})
    void alertsAndBoardAreRenderedAsTheyAre(String file, String key, String kind) throws Exception {
        List<JsonNode> objects = render("minimal.yaml", "--set", "monitoring." + key + ".enabled=true");
        JsonNode object = objects.stream()
                .filter(each -> each.path("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow();
        String text = Files.readString(CHART.resolve(file));
        if (kind.equals("ConfigMap")) {
            assertThat(JSON.readTree(object.at("/data/littoral.json").asText())).isEqualTo(JSON.readTree(text));
            assertThat(object.at("/metadata/labels/grafana_dashboard").asText()).isEqualTo("1");
        } else {
            assertThat(object.path("spec")).isEqualTo(yaml(text));
        }
    }

    // ------------------------------------------------------------------ for the worker

    @Test
    void itSetsWhatAWorkerCanBeToldAndNothingElse() throws Exception {
        Set<String> set = new TreeSet<>(environment(render("everything.yaml")).keySet());
        set.removeIf(name -> name.startsWith("SINK_ADDRESS_") || name.startsWith("AWS_") || name.startsWith("PROXY_"));
        set.removeAll(Set.of("HTTPS_PROXY", "JDK_JAVA_OPTIONS"));
        Set<String> known = Arrays.stream(WorkerConfig.Setting.values())
                .map(WorkerConfig.Setting::variable)
                .collect(Collectors.toCollection(TreeSet::new));
        known.addAll(documented("(?:LITTORAL|TEMPORAL_CODEC)_[A-Z0-9_]+"));
        known.removeAll(ELSEWHERE);
        known.addAll(TEMPORAL);
        assertThat(set).isEqualTo(known);
    }

    /** What Temporal's environment configuration reads, but for certificates as text and headers. */
    private static final Set<String> TEMPORAL = Set.of(
            "TEMPORAL_ADDRESS",
            "TEMPORAL_NAMESPACE",
            "TEMPORAL_API_KEY",
            "TEMPORAL_TLS",
            "TEMPORAL_TLS_SERVER_NAME",
            "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION",
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
            "TEMPORAL_TLS_CLIENT_CERT_PATH",
            "TEMPORAL_TLS_CLIENT_KEY_PATH",
            "TEMPORAL_CONFIG_FILE",
            "TEMPORAL_PROFILE");

    private static Set<String> documented(String variable) throws IOException {
        return Pattern.compile(variable)
                .matcher(Files.readString(DOCS.resolve("operations.md")))
                .results()
                .map(match -> match.group())
                .collect(Collectors.toSet());
    }

    @Test
    void aWorkerUnderstandsEachValue() throws Exception {
        WorkerConfig config = config(environment(render("everything.yaml")));
        WorkerSettings worker = config.worker();
        assertThat(worker.catalog()).isEqualTo("s3://lake/$(HOME)/catalog");
        assertThat(worker.allowed())
                .isEqualTo(new AllowList(
                        List.of("s3://lake/orders/", "s3://lake/a=b/"),
                        List.of(
                                new AllowList.AllowedProfile("", "lake"),
                                new AllowList.AllowedProfile("s3://tenant-a/", "tenant-a"))));
        assertThat(worker.taskQueue()).isEqualTo("lake-2");
        assertThat(worker.concurrentActivities()).isEqualTo(32);
        assertThat(worker.activitiesPerSecond()).isEqualTo(12.5);
        assertThat(worker.drain()).isEqualTo(Duration.ofMinutes(10));
        assertThat(worker.deployment()).contains(new WorkerDeploymentVersion("lake/littoral", "0.2.0-6f3a"));
        assertThat(worker.sinks())
                .extracting(sink -> sink.name() + " " + sink.address() + " " + sink.secret())
                .containsExactly(
                        "alerts arn:aws:sns:eu-west-1:123456789012:littoral null",
                        "indexer https://secret.example/sinks/indexer-address file:/etc/littoral/sink-0/indexer.secret",
                        "zebra https://zebra.example/hook file:/etc/littoral/sink-1/secret");
        assertThat(config.metricsPort()).isEqualTo(OptionalInt.of(9465));
        assertThat(config.metricsHost()).isEqualTo("::");
        assertThat(config.logFormat()).isEqualTo("text");
    }

    @Test
    void withoutValuesAWorkerHasItsOwnDefaultsAndServesWhatProbesAsk() throws Exception {
        WorkerConfig set = config(environment(render("minimal.yaml")));
        WorkerConfig plain = config(Map.of("LITTORAL_CATALOG", "s3://lake/catalog"));
        assertThat(set.worker()).isEqualTo(plain.worker());
        assertThat(set.metricsPort()).isEqualTo(OptionalInt.of(9090));
        assertThat(set.metricsHost()).isEqualTo("0.0.0.0");
    }

    private static WorkerConfig config(Map<String, String> environment) {
        return WorkerConfig.of(
                new WorkerConfig.SettingSources(Map.of(), environment, Optional.empty()),
                new WorkerConfig.Defaults(null, List.of("s3://")));
    }

    @Test
    void temporalsEnvironmentConfigurationUnderstandsEachValue() throws Exception {
        Map<String, String> environment = new TreeMap<>(environment(render("everything.yaml")));
        environment.keySet().removeAll(Set.of("TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE"));
        ClientConfigProfile profile = ClientConfigProfile.load(LoadClientConfigProfileOptions.newBuilder()
                .setEnvOverrides(environment)
                .setDisableFile(true)
                .build());
        assertThat(profile.getAddress()).isEqualTo("orders.tmprl.example:7233");
        assertThat(profile.getNamespace()).isEqualTo("orders.a1b2c");
        assertThat(profile.getApiKey()).isEqualTo("https://secret.example/temporal/api-key");
        assertThat(profile.getTls().getServerName()).isEqualTo("frontend.example");
        assertThat(profile.getTls().getServerCACertPath()).isEqualTo("/etc/littoral/temporal-ca/ca.crt");
        assertThat(profile.getTls().getClientCertPath()).isEqualTo("/etc/littoral/temporal-client/tls.crt");
        assertThat(profile.getTls().getClientKeyPath()).isEqualTo("/etc/littoral/temporal-client/tls.key");
        assertThat(profile.getTls().isDisableHostVerification()).isTrue();
    }

    /** Each file that the environment names is one that a Secret is mounted at. */
    @Test
    void everyFileThatIsNamedIsMounted() throws Exception {
        List<JsonNode> objects = render("everything.yaml");
        List<String> mounts = new ArrayList<>();
        pod(objects)
                .at("/spec/containers/0/volumeMounts")
                .forEach(mount -> mounts.add(mount.path("mountPath").asText() + "/"));
        List<String> named = Pattern.compile("/etc/littoral/[a-z0-9-]+/")
                .matcher(environment(objects).toString())
                .results()
                .map(match -> match.group())
                .distinct()
                .toList();
        assertThat(named)
                .hasSizeGreaterThan(5)
                .allSatisfy(file -> assertThat(mounts).contains(file));
        Set<String> volumes = new TreeSet<>();
        pod(objects)
                .at("/spec/volumes")
                .forEach(volume -> volumes.add(volume.path("name").asText()));
        pod(objects)
                .at("/spec/containers/0/volumeMounts")
                .forEach(
                        mount -> assertThat(volumes).contains(mount.path("name").asText()));
    }

    /** Texts that look like something else stay texts, and large numbers numbers. */
    @Test
    void aWorkerUnderstandsOddValues() throws Exception {
        List<JsonNode> objects = render("odd.yaml");
        Map<String, String> environment = environment(objects);
        WorkerSettings worker = config(environment).worker();
        assertThat(worker.catalog()).isEqualTo("0x1f");
        assertThat(worker.taskQueue()).isEqualTo("true");
        assertThat(worker.activitiesPerSecond()).isEqualTo(1_000_000);
        assertThat(worker.drain()).isEqualTo(Duration.ofDays(1));
        assertThat(worker.deployment()).contains(new WorkerDeploymentVersion("1", "1e6"));
        assertThat(worker.sinks()).hasSize(30);
        assertThat(environment).containsEntry("TEMPORAL_NAMESPACE", "0o17").containsEntry("A", "1e3");
        JsonNode pod = pod(objects);
        assertThat(pod.at("/spec/serviceAccountName").asText()).isEqualTo("123");
        assertThat(pod.at("/spec/containers/0/image").asText()).isEqualTo("12:30");
        assertThat(pod.at("/spec/terminationGracePeriodSeconds").asLong()).isEqualTo(1_000_000);
    }

    /** Nothing takes the place of a default that is taken away by null. */
    @Test
    void whatHasADefaultHasToHaveAValue() throws Exception {
        JsonNode values = yaml(Files.readString(CHART.resolve("values.yaml")));
        assertRequired(
                "", values, JSON.readTree(CHART.resolve("values.schema.json").toFile()));
    }

    private static void assertRequired(String path, JsonNode values, JsonNode schema) {
        Set<String> required = new TreeSet<>();
        schema.path("required").forEach(key -> required.add(key.asText()));
        for (Map.Entry<String, JsonNode> value : values.properties()) {
            String at = path + "/" + value.getKey();
            JsonNode of = schema.path("properties").path(value.getKey());
            boolean isNothing = value.getValue().isContainerNode()
                    ? value.getValue().isEmpty()
                    : value.getValue().isNull() || value.getValue().asText().isEmpty();
            if (isNothing || NULLABLE.contains(at)) {
                continue;
            }
            assertThat(required).as(at).contains(value.getKey());
            if (!at.endsWith("Probe") && !at.endsWith("/rollingUpdate") && of.has("properties")) {
                assertRequired(at, value.getValue(), of);
            }
        }
    }

    // ------------------------------------------------------------------ values

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config.catalog=",
                "config.catalog=s3://user:hush@lake/",
                "config.allowSource={s3://user:hush@lake/}",
                "config.concurrency=0",
                "config.concurrency=many",
                "config.drainSeconds=-1",
                "config.drainSeconds=86401",
                "config.metricsPort=80",
                "config.logFormat=xml",
                "config.unknown=1",
                "config.concurrency=null",
                "temporal.address=https://temporal:7233",
                "temporal.apiKey=hush",
                "temporal.apiKey.value=hush",
                "temporal.apiKey.name=only",
                "aws.secretAccessKey=hush",
                "image.digest=0.1.0",
                "workerVersioning.deploymentName=a.b",
                "unknown=1",
                "replicas=null",
                "temporal.tls=null",
                "nameOverride=Lake",
                "fullnameOverride=1st",
                "podDisruptionBudget.maxUnavailable=some",
                "podLabels.a=a b",
            })
    void aValueThatIsNotRightIsRefusedByItsName(String value) throws Exception {
        Output refused = template("minimal.yaml", "--set", value);
        assertThat(refused.status).as(refused.text).isNotZero();
        String key = value.substring(0, value.indexOf('='));
        // The path up to the group where the key itself is not known or not enough.
        assertThat(refused.text)
                .containsAnyOf(
                        "/" + key.replace('.', '/'),
                        "'" + key.substring(key.lastIndexOf('.') + 1) + "'",
                        "/"
                                + key.substring(0, Math.max(key.lastIndexOf('.'), 0))
                                        .replace('.', '/') + "':");
    }

    @Test
    void labelsThatTheChartSetsAreItsOwn() throws Exception {
        Output refused = template("minimal.yaml", "--set", "podLabels.app\\.kubernetes\\.io/name=other");
        assertThat(refused.status).as(refused.text).isNotZero();
        assertThat(refused.text).contains("/podLabels/app.kubernetes.io~1name");
    }

    @Test
    void eachValueIsExplainedWithItsDefault() throws Exception {
        Map<String, String> values = new TreeMap<>();
        leaves("", yaml(Files.readString(CHART.resolve("values.yaml"))), values);
        Map<String, String> documented = new TreeMap<>();
        Pattern.compile("(?m)^\\| `([^`]+)` \\| (?:`([^`]*)`|none) \\| [^|]+ \\|$")
                .matcher(Files.readString(DOCS.resolve("kubernetes.md")))
                .results()
                .forEach(row -> documented.put(row.group(1), row.group(2) == null ? "" : row.group(2)));
        assertThat(documented).isEqualTo(values);
    }

    /** Values by their path; groups of the chart's own keys are taken apart, what Kubernetes takes as it is stays. */
    private static void leaves(String path, JsonNode node, Map<String, String> found) {
        boolean whole = Set.of("resources", "strategy", "podSecurityContext", "securityContext")
                        .contains(path)
                || path.endsWith("Probe")
                || path.endsWith(".labels")
                || path.endsWith(".rollout")
                || path.endsWith(".sunset");
        if (node.isObject() && !node.isEmpty() && !whole) {
            node.properties()
                    .forEach(each -> leaves(
                            path.isEmpty() ? each.getKey() : path + "." + each.getKey(), each.getValue(), found));
        } else if (whole || (node.isArray() && !node.isEmpty())) {
            found.put(path, "see values.yaml");
        } else {
            found.put(path, node.isContainerNode() || node.isNull() ? "" : node.asText());
        }
    }

    // ------------------------------------------------------------------ tools

    private record Output(int status, String text) {}

    private Output helm(String... words) throws Exception {
        return run(ServerProcess.binary("helm"), "", words);
    }

    private Output template(String values, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "template",
                "release-name",
                CHART.toString(),
                "--values",
                VALUES.resolve(values).toString()));
        words.addAll(List.of(more));
        return helm(words.toArray(String[]::new));
    }

    /** The objects, which Kubernetes would take. */
    private List<JsonNode> render(String values, String... more) throws Exception {
        Output rendered = template(values, more);
        assertThat(rendered.status).as(rendered.text).isZero();
        List<String> words =
                new ArrayList<>(List.of(VALUES.resolve("manifests.py").toString()));
        words.addAll(KUBERNETES);
        Output checked = run(ServerProcess.binary("chart-python"), rendered.text, words.toArray(String[]::new));
        assertThat(checked.status).as(checked.text).isZero();
        List<JsonNode> objects = new ArrayList<>();
        JSON.readTree(checked.text).forEach(objects::add);
        return objects;
    }

    private JsonNode yaml(String text) throws Exception {
        String script = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
        Output read = run(ServerProcess.binary("chart-python"), text, "-c", script);
        assertThat(read.status).as(read.text).isZero();
        return JSON.readTree(read.text);
    }

    private static JsonNode pod(List<JsonNode> objects) {
        return objects.stream()
                .filter(each -> each.path("kind").asText().endsWith("Deployment"))
                .findFirst()
                .orElseThrow()
                .at("/spec/template");
    }

    /** What the worker finds: variables within others are resolved, and a key of a Secret has its name as its value. */
    private static Map<String, String> environment(List<JsonNode> objects) {
        Map<String, String> environment = new TreeMap<>();
        for (JsonNode each : pod(objects).at("/spec/containers/0/env")) {
            JsonNode secret = each.at("/valueFrom/secretKeyRef");
            String value = secret.isMissingNode()
                    ? each.path("value").asText()
                    : "https://secret.example/" + secret.path("name").asText() + "/"
                            + secret.path("key").asText();
            for (Map.Entry<String, String> known : environment.entrySet()) {
                value = value.replaceAll(
                        "(?<!\\$)\\$\\(" + known.getKey() + "\\)", Matcher.quoteReplacement(known.getValue()));
            }
            String name = each.path("name").asText();
            assertThat(environment.put(name, value.replace("$$(", "$(")))
                    .as(name)
                    .isNull();
        }
        return environment;
    }

    private Output run(Path binary, String input, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of(words));
        Path in = Files.writeString(folder.resolve("in"), input);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // Nothing of this user's Helm is read.
        builder.environment().put("HELM_CONFIG_HOME", folder.resolve("helm").toString());
        builder.environment().put("NO_COLOR", "1");
        Process process = builder.start();
        try {
            if (!process.waitFor(8, TimeUnit.MINUTES)) {
                throw new AssertionError(command + " does not end");
            }
            String said = Files.readString(out, StandardCharsets.UTF_8);
            return new Output(
                    process.exitValue(),
                    process.exitValue() == 0 ? said : said + Files.readString(err, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }
}
