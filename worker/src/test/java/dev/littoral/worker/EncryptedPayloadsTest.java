package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.source.AllowList;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.AesCodec;
import dev.littoral.workflows.testing.CodecServer;
import dev.littoral.workflows.testing.GuardedEnvironment;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Collections in a namespace whose payloads are encrypted. */
@Timeout(600)
class EncryptedPayloadsTest {
    private static final String SECRET = "hushlake";

    @TempDir
    private Path folder;

    /** What a user's program has: Temporal's own converter with the codec. */
    private static DataConverter converter(PayloadCodec codec) {
        return new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(codec), true);
    }

    private static WorkflowClient client(WorkflowServiceStubs stubs, String namespace, DataConverter converter) {
        return WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setNamespace(namespace)
                        .setDataConverter(converter)
                        .build());
    }

    private String source(String name) throws Exception {
        Path lake = Files.createDirectories(folder.resolve(SECRET + name));
        Files.write(lake.resolve("a.parquet"), Parquet.ofRows(10));
        return "file://" + lake + "/";
    }

    private static ExternalCollectionWorkflow start(WorkflowClient client, String id, String source) {
        ExternalCollectionWorkflow collection = client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setWorkflowId(id)
                        .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                        .setMemo(Map.of("source", source))
                        .setStaticSummary("Follows " + source)
                        .build());
        WorkflowClient.start(collection::run, CollectionInput.of(of(source), CollectionOptions.DEFAULTS), null);
        return client.newWorkflowStub(ExternalCollectionWorkflow.class, id);
    }

    private static ExternalSource of(String uri) {
        return new ExternalSource(uri, ExternalSpec.parquet());
    }

    @Test
    void nothingPlainIsKeptByTheServer() throws Exception {
        TemporalServer temporal = TemporalServer.shared();
        String namespace = temporal.newNamespace();
        WorkflowClient client = client(temporal.stubs(), namespace, converter(new AesCodec("right")));
        WorkerProcess worker = WorkerProcess.start(
                folder,
                folder.resolve("catalog").toString(),
                ExternalCollectionWorkflow.TASK_QUEUE,
                Map.of(
                        "TEMPORAL_ADDRESS",
                        temporal.target(),
                        "TEMPORAL_NAMESPACE",
                        namespace,
                        "LITTORAL_CODEC_CLASS",
                        AesCodec.class.getName(),
                        "TEST_CODEC_KEY",
                        "right"));
        try {
            worker.awaitReady();
            ExternalCollectionWorkflow orders = start(client, "orders", source("one"));
            await(() -> orders.status().last() != null);
            assertThat(orders.status().last().state()).isEqualTo(UpdateState.COMMITTED);
            assertThat(orders.status().source().uri()).contains(SECRET + "one");

            orders.sourceChanged(SourceRequest.of(of(source("two"))));
            await(() -> orders.status().last().update() == 2);
            assertThat(orders.changeSource(SourceRequest.of(of(source("one")))).update())
                    .isEqualTo(3);
            await(() -> orders.status().last().update() == 3);
            // What fails says which source it is, and what is refused says why.
            assertThatThrownBy(() -> orders.changeSource(SourceRequest.of(of("ftp://" + SECRET + "/"))))
                    .isInstanceOf(WorkflowException.class)
                    .hasStackTraceContaining("expected");
            orders.sourceChanged(SourceRequest.of(of("file://" + folder + "/" + SECRET + "gone/")));
            await(() -> orders.status().last().update() == 4);
            assertThat(orders.status().last().state()).isEqualTo(UpdateState.FAILED);
            assertThat(orders.status().last().reason()).contains(SECRET + "gone");
            assertThat(orders.jobs(null)).hasSize(4);

            for (String id : List.of(
                    "orders",
                    UpdateExternalCollectionWorkflow.id("orders", 1),
                    UpdateExternalCollectionWorkflow.id("orders", 4))) {
                assertThat(history(client, id).toString())
                        .contains(AesCodec.ENCODING)
                        .doesNotContain(SECRET);
            }
            String described = client.getWorkflowServiceStubs()
                    .blockingStub()
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(namespace)
                            .setExecution(WorkflowExecution.newBuilder().setWorkflowId("orders"))
                            .build())
                    .toString();
            assertThat(described).contains(AesCodec.ENCODING).doesNotContain(SECRET);
        } finally {
            worker.kill();
        }
    }

    /** A worker of this process, and where it works. */
    private final class Lab implements AutoCloseable {
        private final WorkflowServiceStubs stubs;
        private final String namespace;
        private final Runnable end;
        private LittoralWorker worker;

        private Lab(WorkflowServiceStubs stubs, String namespace, Runnable end) {
            this.stubs = stubs;
            this.namespace = namespace;
            this.end = end;
        }

        /** A server in memory. */
        Lab() {
            this(GuardedEnvironment.newInstance(
                    TestEnvironmentOptions.newBuilder().setUseTimeskipping(false)));
        }

        private Lab(TestWorkflowEnvironment temporal) {
            this(temporal.getWorkflowServiceStubs(), "default", temporal::close);
        }

        Lab startWorker(CheckedCodec codec) throws InterruptedException {
            worker = LittoralWorker.start(
                    EncryptedPayloadsTest.client(stubs, namespace, new MessageConverter(codec)),
                    new WorkerSettings(
                            folder.resolve("catalog").toString(),
                            new AllowList(List.of("file://" + folder + "/"), List.of()),
                            ExternalCollectionWorkflow.TASK_QUEUE,
                            16));
            return this;
        }

        WorkflowClient client(DataConverter converter) {
            return EncryptedPayloadsTest.client(stubs, namespace, converter);
        }

        @Override
        public void close() {
            worker.close();
            end.run();
        }
    }

    @Test
    void aCodecServerThatIsAwayIsWaitedForAndNothingIsLost() throws Exception {
        AesCodec key = new AesCodec("right");
        try (CodecServer server = CodecServer.start(key, null);
                Lab lab = new Lab()
                        .startWorker(PayloadCodecs.of(Map.of("TEMPORAL_CODEC_ENDPOINT", server.endpoint()), "default")
                                .orElseThrow())) {
            WorkflowClient client = lab.client(converter(key));
            ExternalCollectionWorkflow orders = start(client, "orders", source("one"));
            await(() -> orders.status().last() != null);

            server.answerWith(503);
            orders.sourceChanged(SourceRequest.of(of(source("two"))));
            await(() ->
                    history(client, "orders").getEventsList().stream().anyMatch(EncryptedPayloadsTest::isFailedTask));
            // It says in a sentence what is wrong, without the codec.
            assertThat(history(client, "orders").getEventsList().stream()
                            .filter(EncryptedPayloadsTest::isFailedTask)
                            .map(event ->
                                    event.getWorkflowTaskFailedEventAttributes().getFailure()))
                    .allSatisfy(failure -> {
                        assertThat(failure.getMessage()).contains("codec server at", "answers 503", "expected");
                        assertThat(failure.getStackTrace()).isEmpty();
                    });
            server.answerWith(200);
            await(() -> orders.status().last().update() == 2);
            assertThat(orders.status().last().state()).isEqualTo(UpdateState.COMMITTED);
            assertThat(orders.status().source().uri()).contains(SECRET + "two");
        }
    }

    private static boolean isFailedTask(HistoryEvent event) {
        return event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED;
    }

    @Test
    void whatAnotherKeyEncodedIsRefusedInWordsAndHoldsUpNothing() throws Exception {
        try (Lab lab = new Lab().startWorker(new CheckedCodec(new AesCodec("right"), "the test's codec"))) {
            WorkflowClient client = lab.client(converter(new AesCodec("right")));
            WorkflowClient stranger = lab.client(converter(new AesCodec("other")));
            ExternalCollectionWorkflow orders = start(client, "orders", source("one"));
            await(() -> orders.status().last() != null);

            stranger.newUntypedWorkflowStub("orders").signal("sourceChanged", SourceRequest.of(of(source("two"))));
            await(() -> orders.status().rejected().size() == 1);
            assertThat(orders.status().rejected().getFirst().reason())
                    .contains("a payload that the worker's codec cannot decode");
            assertThatThrownBy(() -> stranger.newUntypedWorkflowStub("orders")
                            .update("changeSource", Object.class, SourceRequest.of(of(source("two")))))
                    .isInstanceOf(RuntimeException.class);
            // A program without the codec sends plain JSON, which can be read.
            lab.client(DefaultDataConverter.newDefaultInstance())
                    .newUntypedWorkflowStub("orders")
                    .signal("sourceChanged", SourceRequest.of(of(source("three"))));
            await(() -> orders.status().source().uri().contains(SECRET + "three"));

            start(stranger, "foreign", source("one"));
            assertThatThrownBy(() -> WorkflowStub.fromTyped(
                                    client.newWorkflowStub(ExternalCollectionWorkflow.class, "foreign"))
                            .getResult(Void.class))
                    .hasStackTraceContaining("a payload that the worker's codec cannot decode");
        }
    }

    /** A codec that counts how often it decodes. */
    private record Counted(PayloadCodec codec, AtomicInteger decoded) implements PayloadCodec {
        @Override
        public List<Payload> encode(List<Payload> payloads) {
            return codec.encode(payloads);
        }

        @Override
        public List<Payload> decode(List<Payload> payloads) {
            decoded.incrementAndGet();
            return codec.decode(payloads);
        }
    }

    @Test
    void aWorkerWithAnotherKeySpoilsNoCollection() throws Exception {
        AesCodec key = new AesCodec("right");
        TemporalServer temporal = TemporalServer.shared();
        try (Lab lab = new Lab(temporal.stubs(), temporal.newNamespace(), () -> {})
                .startWorker(new CheckedCodec(key, "the test's codec"))) {
            WorkflowClient client = lab.client(converter(key));
            ExternalCollectionWorkflow orders = start(client, "orders", source("one"));
            await(() -> orders.status().last() != null);
            lab.worker.close();
            Counted other = new Counted(new AesCodec("other"), new AtomicInteger());
            lab.startWorker(new CheckedCodec(other, "the test's codec"));
            orders.sourceChanged(SourceRequest.of(of(source("two"))));
            // Each try at the collection's task reads what it was started with, twice.
            await(() -> other.decoded().get() > 2);
            lab.worker.close();
            lab.startWorker(new CheckedCodec(key, "the test's codec"));
            await(() -> orders.status().last() != null && orders.status().last().update() == 2);
            assertThat(orders.status().source().uri()).contains(SECRET + "two");
            assertThat(orders.status().rejected()).isEmpty();
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        while (!condition.holds()) {
            Thread.sleep(20);
        }
    }

    private static History history(WorkflowClient client, String id) {
        return client.getWorkflowServiceStubs()
                .blockingStub()
                .getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(id))
                        .build())
                .getHistory();
    }
}
