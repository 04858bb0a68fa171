package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.AllowList;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.testing.GuardedEnvironment;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Traces of updates, as a receiver of OTLP gets them. */
@Timeout(600)
class TracingTest {
    /** How many updates are timed with traces, and without. */
    private static final int TIMED = Integer.getInteger("littoral.tracing.updates", 0);

    private static final String SECRET = "Bearer 5ecret-t0ken";

    /** A receiver of OTLP over HTTP. */
    private static final class Receiver implements AutoCloseable {
        private final HttpServer server;
        private final List<ExportTraceServiceRequest> received = new CopyOnWriteArrayList<>();
        private final List<String> authorizations = new CopyOnWriteArrayList<>();

        Receiver() {
            try {
                server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            server.createContext("/v1/traces", exchange -> {
                authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
                received.add(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
                exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
        }

        String endpoint() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        Stream<ResourceSpans> resources() {
            return received.stream().flatMap(request -> request.getResourceSpansList().stream());
        }

        List<Span> spans() {
            return resources()
                    .flatMap(resource -> resource.getScopeSpansList().stream())
                    .flatMap(scope -> scope.getSpansList().stream())
                    .toList();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private final Receiver receiver = new Receiver();

    @TempDir
    private Path folder;

    private int catalogs;

    /** How long the updates after the first took. */
    private long nanos;

    @AfterEach
    void close() {
        receiver.close();
    }

    private static Map<String, String> values(List<KeyValue> attributes) {
        return attributes.stream()
                .collect(Collectors.toMap(
                        KeyValue::getKey,
                        each -> each.getValue().hasIntValue()
                                ? Long.toString(each.getValue().getIntValue())
                                : each.getValue().getStringValue(),
                        (one, other) -> other,
                        TreeMap::new));
    }

    private static String id(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private Map<String, String> environment(String... more) {
        Map<String, String> environment = new TreeMap<>(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint()));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    /** Follows a folder through updates by a worker, and returns the ID of the first update's run. */
    private String follow(Map<String, String> environment, int updates) throws Exception {
        Path lake = Files.createDirectories(folder.resolve("lake"));
        Files.write(lake.resolve("a.parquet"), Parquet.ofRows(3));
        String uri = "file://" + lake + "/";
        try (TestWorkflowEnvironment temporal = GuardedEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                        .setUseTimeskipping(false)
                        .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                                .setDataConverter(new MessageConverter())
                                .build()));
                Tracing tracing = Tracing.of(environment);
                LittoralWorker worker = LittoralWorker.start(
                        temporal.getWorkflowClient(),
                        new WorkerSettings(
                                folder.resolve("catalog-" + catalogs++).toString(),
                                AllowList.of(Following.source(uri)),
                                "traced",
                                4),
                        tracing)) {
            assertThat(worker.catalog()).isNotEmpty();
            Following orders = Following.start(temporal.getWorkflowClient(), "orders", "traced", uri, Following.SMALL);
            awaitEnd(orders, 1);
            long began = System.nanoTime();
            for (int update = 2; update <= updates; update++) {
                orders.workflow().signalRefresh();
                awaitEnd(orders, update);
            }
            nanos = System.nanoTime() - began;
            return temporal.getWorkflowClient()
                    .fetchHistory("orders/update-1")
                    .getHistory()
                    .getEvents(0)
                    .getWorkflowExecutionStartedEventAttributes()
                    .getOriginalExecutionRunId();
        }
    }

    private static void awaitEnd(Following orders, long update) throws InterruptedException {
        while (orders.workflow().status().last() == null
                || orders.workflow().status().last().update() < update) {
            Thread.sleep(2);
        }
    }

    @Test
    void anUpdateIsATraceWithASpanForEachStep() throws Exception {
        String run = follow(
                environment(
                        "OTEL_EXPORTER_OTLP_HEADERS",
                        "Authorization=" + SECRET.replace(" ", "%20"),
                        "OTEL_RESOURCE_ATTRIBUTES",
                        "deployment.environment=test"),
                1);
        // What was not sent yet is sent when it closes.
        List<Span> update = receiver.spans().stream()
                .filter(span -> id(span.getTraceId()).equals(run.replace("-", "")))
                .toList();
        assertThat(update).extracting(Span::getName).contains("update", "list", "commit");
        Span root = update.stream()
                .filter(span -> span.getName().equals("update"))
                .findAny()
                .orElseThrow();
        assertThat(root.getParentSpanId().isEmpty()).isTrue();
        assertThat(values(root.getAttributesList()))
                .containsEntry("littoral.collection", "orders")
                .containsEntry("littoral.update", "1")
                .containsEntry("littoral.outcome", "COMMITTED");
        for (Span step : update) {
            if (!step.equals(root)) {
                assertThat(step.getParentSpanId()).isEqualTo(root.getSpanId());
                assertThat(step.getStartTimeUnixNano() / 1_000_000)
                        .isBetween(root.getStartTimeUnixNano() / 1_000_000, root.getEndTimeUnixNano() / 1_000_000);
                assertThat(values(step.getAttributesList()))
                        .containsEntry("littoral.collection", "orders")
                        .containsEntry("littoral.update", "1")
                        .containsEntry("littoral.step", step.getName());
            }
        }
        assertThat(receiver.authorizations).containsOnly(SECRET);
        assertThat(receiver.received.toString()).doesNotContain("t0ken", folder.toString());
        Map<String, String> resource = receiver.resources()
                .map(ResourceSpans::getResource)
                .map(Resource::getAttributesList)
                .map(TracingTest::values)
                .findFirst()
                .orElseThrow();
        assertThat(resource)
                .containsEntry("service.name", "littoral-worker")
                .containsEntry("deployment.environment", "test");
    }

    @Test
    void aFailureIsNamedByItsClassAlone() throws Exception {
        Path lake = Files.createDirectories(folder.resolve("lake"));
        Files.writeString(lake.resolve("b.parquet"), "not Parquet");
        follow(environment("OTEL_SERVICE_NAME", "lake"), 1);
        List<Span> failed = receiver.spans().stream()
                .filter(span -> span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR)
                .toList();
        assertThat(failed).extracting(Span::getName).contains("read", "update");
        assertThat(failed)
                .allSatisfy(span -> assertThat(values(span.getAttributesList())).containsEntry("error.type", "INPUT"));
        assertThat(receiver.received.toString()).doesNotContain("b.parquet").contains("lake");
    }

    @Test
    void aTraceIsSampledAsAWhole() throws Exception {
        follow(environment("OTEL_TRACES_SAMPLER", "always_off"), 1);
        assertThat(receiver.received).isEmpty();
    }

    @Test
    void withoutAnEndpointThereAreNone() {
        assertThat(Tracing.of(Map.of("OTEL_SERVICE_NAME", "x"))).isSameAs(Tracing.OFF);
    }

    @Test
    void whatIsNotRightIsNamedWithoutItsValue() {
        assertThatThrownBy(() -> Tracing.of(environment("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("OTEL_EXPORTER_OTLP_PROTOCOL")
                .hasMessageContaining("http/protobuf");
        assertThatThrownBy(() -> Tracing.of(environment("OTEL_BSP_SCHEDULE_DELAY", "s3cret")))
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("OTEL_BSP_SCHEDULE_DELAY")
                .hasMessageNotContaining("s3cret");
    }

    /** Prints what traces cost, where it is asked for. */
    @Test
    void tracesCostLittle() throws Exception {
        for (int i = 0; i < 3 && TIMED > 0; i++) {
            follow(Map.of(), TIMED);
            long off = nanos;
            follow(environment("OTEL_SERVICE_NAME", "timed"), TIMED);
            System.out.println("traces on: " + nanos / (double) off + " of the time without, " + off / TIMED / 1_000_000
                    + " ms an update");
        }
    }
}
