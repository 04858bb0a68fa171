package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.consumer.ConsumerClient;
import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.workflows.AwaitServedWorkflow;
import dev.littoral.workflows.ChangeCollectionSourceWorkflow;
import dev.littoral.workflows.CollectionsService;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.RefreshCollectionWorkflow;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SegmentProgress;
import dev.littoral.workflows.model.ServedAnswer;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.Verdict;
import dev.littoral.workflows.testing.CliResult;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.EncodedValues;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.DynamicWorkflow;
import io.temporal.workflow.NexusOperationOptions;
import io.temporal.workflow.NexusServiceOptions;
import io.temporal.workflow.Workflow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workflows of another namespace, and schedules, work with collections on the real server. */
@Timeout(600)
class CollectionsServiceTest {
    private static final String CALLERS = "callers";

    /** Whether the consumers that were looked at are enough: it waits, or it ends. */
    private static final Set<EventType> DECISIONS =
            Set.of(EventType.EVENT_TYPE_TIMER_STARTED, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);

    @TempDir
    private Path folder;

    private final TemporalServer server = TemporalServer.shared();
    private final String namespace = server.newNamespace();
    private final String other = server.newNamespace();
    private final String endpoint = "littoral-" + UUID.randomUUID();
    private final String id = "orders";
    private Path catalog;
    private Path lake;
    private WorkflowClient client;
    private LittoralWorker worker;
    private WorkerFactory callers;

    /** Calls the operation that its input names. */
    public static final class Caller implements DynamicWorkflow {
        @Override
        public Object execute(EncodedValues arguments) {
            CollectionsService collections = Workflow.newNexusServiceStub(
                    CollectionsService.class,
                    NexusServiceOptions.newBuilder()
                            .setEndpoint(arguments.get(0, String.class))
                            .setOperationOptions(NexusOperationOptions.newBuilder()
                                    .setScheduleToCloseTimeout(Duration.ofMinutes(4))
                                    .build())
                            .build());
            CollectionRequest request = arguments.get(2, CollectionRequest.class);
            return switch (arguments.get(1, String.class)) {
                case "refresh" -> collections.refresh(request);
                case "changeSource" -> collections.changeSource(request);
                default -> collections.awaitServed(request);
            };
        }
    }

    @BeforeEach
    void start() throws Exception {
        catalog = folder.resolve("catalog");
        lake = Files.createDirectories(folder.resolve("lake"));
        Files.write(lake.resolve("a.parquet"), Parquet.ofRows(10));
        Files.write(Files.createDirectories(folder.resolve("lake2")).resolve("b.parquet"), Parquet.ofRows(20));
        client = WorkflowClient.newInstance(
                server.stubs(),
                WorkflowClientOptions.newBuilder()
                        .setNamespace(namespace)
                        .setDataConverter(new MessageConverter())
                        .build());
        worker = LittoralWorker.start(
                client,
                new WorkerSettings(
                        catalog.toString(),
                        new AllowList(List.of("file://" + folder), List.of()),
                        ExternalCollectionWorkflow.TASK_QUEUE,
                        10,
                        0,
                        Duration.ofSeconds(5),
                        List.of(),
                        List.of(),
                        Optional.empty()));
        callers = WorkerFactory.newInstance(server.client(other));
        callers.newWorker(CALLERS).registerWorkflowImplementationTypes(Caller.class);
        callers.start();
        // As the README says.
        CliResult created = server.cli(
                "operator",
                "nexus",
                "endpoint",
                "create",
                "--name",
                endpoint,
                "--target-namespace",
                namespace,
                "--target-task-queue",
                ExternalCollectionWorkflow.TASK_QUEUE);
        assertThat(created.exitCode()).as(created.toString()).isZero();
        ExternalCollectionWorkflow collection = client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setWorkflowId(id)
                        .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                        .build());
        WorkflowClient.start(collection::run, CollectionInput.of(source("lake"), CollectionOptions.DEFAULTS), null);
    }

    @AfterEach
    void stop() {
        callers.shutdownNow();
        worker.close();
    }

    private ExternalSource source(String name) {
        return new ExternalSource("file://" + folder.resolve(name) + "/", ExternalSpec.parquet());
    }

    private <T> T call(String operation, CollectionRequest request, Class<T> type) {
        WorkflowStub caller = server.client(other)
                .newUntypedWorkflowStub(
                        "Caller",
                        WorkflowOptions.newBuilder().setTaskQueue(CALLERS).build());
        caller.start(endpoint, operation, request);
        return caller.getResult(type);
    }

    @Test
    void aWorkflowOfAnotherNamespaceRefreshesChangesAndWaits() throws Exception {
        Job first = call("refresh", CollectionRequest.of(id), Job.class);
        assertThat(first.state()).isIn(UpdateState.COMMITTED, UpdateState.UNCHANGED);
        Files.write(lake.resolve("c.parquet"), Parquet.ofRows(30));
        Job second = call("refresh", CollectionRequest.of(id), Job.class);
        assertThat(second.state()).isEqualTo(UpdateState.COMMITTED);
        // The collection looks for consumers with each new snapshot.
        answer(second.version(), 40);

        ChangeAnswer change = call("changeSource", CollectionRequest.ofSource(id, source("lake2")), ChangeAnswer.class);
        assertThat(change.generation()).isEqualTo(2);
        Job third = call("refresh", CollectionRequest.of(id), Job.class);
        assertThat(third.generation()).isEqualTo(2);

        WorkflowStub waiting = server.client(other)
                .newUntypedWorkflowStub(
                        "Caller",
                        WorkflowOptions.newBuilder().setTaskQueue(CALLERS).build());
        waiting.start(endpoint, "awaitServed", CollectionRequest.ofVersion(id, third.version()));
        answer(third.version(), 20);
        ServedAnswer served = waiting.getResult(ServedAnswer.class);
        assertThat(served).isEqualTo(new ServedAnswer(third.version(), List.of("search")));
    }

    @Test
    void aConsumerThatServesWhatIsWrongIsWaitedFor() throws Exception {
        Job first = call("refresh", CollectionRequest.of(id), Job.class);
        answer(first.version(), 9);
        // The collection looks for consumers with each new snapshot.
        Files.write(lake.resolve("c.parquet"), Parquet.ofRows(30));
        Job second = call("refresh", CollectionRequest.of(id), Job.class);
        answer(second.version(), 39);
        ExternalCollectionWorkflow collection = client.newWorkflowStub(ExternalCollectionWorkflow.class, id);
        await(
                "what is wrong",
                () -> collection.consumers().consumers().stream()
                        .anyMatch(search -> search.verdict() == Verdict.WRONG && search.serves() == second.version()));

        WorkflowStub waiting = client.newUntypedWorkflowStub(
                AwaitServedWorkflow.TYPE,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                        .build());
        String workflowId =
                waiting.start(CollectionRequest.ofVersion(id, second.version())).getWorkflowId();
        await("its decision", () -> events(workflowId).stream().anyMatch(DECISIONS::contains));
        assertThat(events(workflowId)).contains(EventType.EVENT_TYPE_TIMER_STARTED);
        answer(second.version(), 40);
        assertThat(waiting.getResult(ServedAnswer.class))
                .isEqualTo(new ServedAnswer(second.version(), List.of("search")));
    }

    private List<EventType> events(String workflowId) {
        return client.fetchHistory(workflowId).getHistory().getEventsList().stream()
                .map(HistoryEvent::getEventType)
                .toList();
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plus(Duration.ofMinutes(8));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("time to wait for %s", what).isBefore(end);
            Thread.sleep(50);
        }
    }

    private void answer(long version, long rows) throws Exception {
        try (CatalogStore store = StorageRegistry.storages().openCatalog(catalog.toString(), StoreObserver.NONE)) {
            new ConsumerClient(store, id, "search", Clock.systemUTC())
                    .serving(version, rows, new SegmentProgress(1, 0, 1));
        }
    }

    @Test
    void whatIsNotRightIsRefusedInOneSentence() {
        assertThatThrownBy(() -> call("refresh", new CollectionRequest(Json.JSON.readTree("{}")), Job.class))
                .isInstanceOf(WorkflowFailedException.class)
                .hasStackTraceContaining("collectionId is ");
        assertThatThrownBy(() -> call("refresh", CollectionRequest.of("nobody"), Job.class))
                .hasStackTraceContaining("there is no running collection nobody");
        assertThatThrownBy(() -> call(
                        "changeSource",
                        CollectionRequest.ofSource(id, new ExternalSource("file:///etc/", ExternalSpec.parquet())),
                        ChangeAnswer.class))
                .hasStackTraceContaining("file:///etc/");
        assertThatThrownBy(() -> call("awaitServed", CollectionRequest.of(id), ServedAnswer.class))
                .hasStackTraceContaining("has no consumer");
    }

    @Test
    void eachRunOfAOneShotWorkflowIsARequestOfItsOwn() {
        ChangeAnswer first = execute(
                ChangeCollectionSourceWorkflow.TYPE,
                CollectionRequest.ofSource(id, source("lake2")),
                ChangeAnswer.class);
        ChangeAnswer second = execute(
                ChangeCollectionSourceWorkflow.TYPE,
                CollectionRequest.ofSource(id, source("lake")),
                ChangeAnswer.class);
        assertThat(second.update()).isGreaterThan(first.update());
        assertThat(second.generation()).isEqualTo(first.generation() + 1);
        Job refreshed = execute(RefreshCollectionWorkflow.TYPE, CollectionRequest.of(id), Job.class);
        Job again = execute(RefreshCollectionWorkflow.TYPE, CollectionRequest.of(id), Job.class);
        assertThat(refreshed.source()).isEqualTo(source("lake"));
        assertThat(again.update()).isGreaterThan(refreshed.update());
    }

    /** Runs a one-shot workflow whose ID others had before. */
    private <T> T execute(String type, CollectionRequest request, Class<T> result) {
        WorkflowStub workflow = client.newUntypedWorkflowStub(
                type,
                WorkflowOptions.newBuilder()
                        .setWorkflowId("orders-again")
                        .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                        .build());
        workflow.start(request);
        return workflow.getResult(result);
    }

    @Test
    void aOneShotWorkflowRefreshesAndFailsWhereTheUpdateDoes() throws Exception {
        CliResult done = server.cliIn(
                namespace,
                "workflow",
                "execute",
                "--type",
                RefreshCollectionWorkflow.TYPE,
                "--task-queue",
                ExternalCollectionWorkflow.TASK_QUEUE,
                "--workflow-id",
                "nightly",
                "--input",
                "{\"collectionId\":\"orders\"}");
        assertThat(done.exitCode()).as(done.toString()).isZero();
        Files.writeString(lake.resolve("bad.parquet"), "no Parquet file at all");
        WorkflowStub failing = client.newUntypedWorkflowStub(
                RefreshCollectionWorkflow.TYPE,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                        .build());
        failing.start(CollectionRequest.of(id));
        assertThatThrownBy(() -> failing.getResult(Job.class))
                .hasStackTraceContaining("FAILED")
                .hasStackTraceContaining("bad.parquet");
    }
}
