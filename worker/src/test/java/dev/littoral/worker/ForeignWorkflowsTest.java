package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.source.AllowList;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.GuardedEnvironment;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.EncodedValues;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.DynamicWorkflow;
import io.temporal.workflow.Workflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else's worker in the namespace schedules this worker's activities with whatever it likes. */
@Timeout(600)
class ForeignWorkflowsTest {
    private static final String FOREIGN_QUEUE = "foreign";
    private static final String SECRET = "planted-Secret-1234567890";

    @TempDir
    private Path folder;

    /** Runs the activity, or the update as its child, that its input names, with the rest of the input. */
    public static final class Anything implements DynamicWorkflow {
        @Override
        public Object execute(EncodedValues arguments) {
            Object[] rest = new Object[arguments.getSize() - 1];
            for (int i = 0; i < rest.length; i++) {
                rest[i] = arguments.get(i + 1, Object.class);
            }
            String name = arguments.get(0, String.class);
            if (name.contains("/update-")) {
                return Workflow.newUntypedChildWorkflowStub(
                                UpdateExternalCollectionWorkflow.TYPE,
                                ChildWorkflowOptions.newBuilder()
                                        .setWorkflowId(name)
                                        .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                                        .setWorkflowExecutionTimeout(Duration.ofMinutes(8))
                                        .build())
                        .execute(Object.class, rest);
            }
            Workflow.newUntypedActivityStub(ActivityOptions.newBuilder()
                            .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                            .setStartToCloseTimeout(Duration.ofMinutes(8))
                            .build())
                    .execute(name, Object.class, rest);
            return "done";
        }
    }

    @Test
    void noActivityDoesWhatNoMessageCould() throws Exception {
        Path catalog = folder.resolve("catalog");
        Path lake = Files.createDirectories(folder.resolve("lake"));
        Files.write(lake.resolve("a.parquet"), Parquet.ofRows(10));
        try (TestWorkflowEnvironment temporal = GuardedEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                        .setUseTimeskipping(false)
                        .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                                .setDataConverter(new MessageConverter())
                                .build()));
                LittoralWorker worker = LittoralWorker.start(
                        temporal.getWorkflowClient(),
                        new WorkerSettings(
                                catalog.toString(),
                                new AllowList(List.of("file://" + folder), List.of()),
                                ExternalCollectionWorkflow.TASK_QUEUE,
                                16))) {
            WorkflowClient client = temporal.getWorkflowClient();
            WorkerFactory foreign = WorkerFactory.newInstance(client);
            foreign.newWorker(FOREIGN_QUEUE).registerWorkflowImplementationTypes(Anything.class);
            foreign.start();
            try {
                assertThat(worker.awaitPolling(Duration.ofMinutes(8))).isTrue();
                commit(client, "file://" + lake + "/");
                Map<String, String> before = files(catalog);
                assertThat(before.keySet()).anyMatch(key -> key.contains("root.json"));
                String update = UpdateExternalCollectionWorkflow.id("orders", 1);
                for (String workflowId : List.of("stranger", update, "orders/update-2")) {
                    String type = workflowId.equals("stranger") ? "Stranger" : UpdateExternalCollectionWorkflow.TYPE;
                    for (String objects : List.of("snapshots", "head", "", "..", "staging", committedFolder(before))) {
                        refused(
                                client,
                                workflowId,
                                type,
                                "DiscardStaging",
                                Map.of("collectionId", "orders", "update", 1, "objects", List.of(objects)));
                    }
                    for (String keep : List.of("PT0S", "PT-1S", "PT1H")) {
                        refused(
                                client,
                                workflowId,
                                type,
                                "CleanCatalog",
                                Map.of("collectionId", "orders", "keepVersionsFor", keep));
                    }
                    refused(client, workflowId, type, "ReadHead", "orders");
                    refused(client, workflowId, type, "OpenCollection", "orders");
                    refused(client, workflowId, type, "RetireCollection", Map.of("collectionId", "orders"));
                    refused(client, workflowId, type, "RollBack", Map.of("collectionId", "orders", "version", 1));
                    refused(client, workflowId, type, "DeclareSource", Map.of("collectionId", "orders", "update", 1));
                    refused(client, workflowId, type, "ListFiles", Map.of("collectionId", "orders", "update", 1));
                    refused(client, workflowId, type, "ReadFragments", Map.of("collectionId", "orders", "update", 1));
                    refused(client, workflowId, type, "BalanceSegments", Map.of("collectionId", "orders", "update", 1));
                    refused(client, workflowId, type, "CommitSnapshot", Map.of("collectionId", "orders", "update", 1));
                    refused(client, workflowId, type, "IsAbandoned", "orders", 1);
                    refused(client, workflowId, type, "TerminateUpdate", "orders", 1);
                }
                for (String activity : List.of(
                        "OpenCollection",
                        "ReadHead",
                        "FindCommit",
                        "DeclareSource",
                        "RetireCollection",
                        "RollBack",
                        "CommitSnapshot",
                        "CleanCatalog",
                        "DiscardStaging",
                        "ListFiles",
                        "ReadFragments",
                        "BalanceSegments")) {
                    for (Object other : List.of(SECRET, 7, List.of(SECRET), Map.of("update", SECRET))) {
                        refused(client, update, UpdateExternalCollectionWorkflow.TYPE, activity, other);
                    }
                }
                for (Object[] arguments :
                        new Object[][] {{"orders"}, {"orders", null}, {"orders", 1.5}, {null, 1}, {}}) {
                    refused(client, "orders", ExternalCollectionWorkflow.TYPE, "FindCommit", arguments);
                }
                for (String objects : List.of("{}", "[{}]", "7")) {
                    refused(
                            client,
                            update,
                            UpdateExternalCollectionWorkflow.TYPE,
                            "DiscardStaging",
                            Json.JSON.readTree(
                                    "{\"collectionId\":\"orders\",\"update\":1,\"objects\":" + objects + "}"));
                }
                for (String parent : List.of("orders", "stranger")) {
                    for (Object input : children()) {
                        refused(client, parent, ExternalCollectionWorkflow.TYPE, "orders/update-7", input);
                    }
                }
                // All is as a collection would say it, but for who says it.
                refused(client, "stranger", "Stranger", "orders/update-7", whole(catalog));
                assertThat(files(catalog)).isEqualTo(before);
            } finally {
                foreign.shutdownNow();
            }
        }
    }

    private static UpdateInput whole(Path catalog) {
        try (CatalogReader reader = CatalogReader.open(catalog.toString())) {
            Head head = reader.head("orders");
            return new UpdateInput("orders", 7, head.source(), CollectionOptions.DEFAULTS, head, null);
        }
    }

    /** An input that a collection does not start an update with. */
    private static List<Object> children() {
        Map<String, Object> whole = Map.of(
                "collectionId",
                "orders",
                "update",
                7,
                "source",
                new ExternalSource("file:///lake/", ExternalSpec.parquet()),
                "options",
                CollectionOptions.DEFAULTS,
                "base",
                Map.of("version", 1));
        List<Object> children = new ArrayList<>(List.of(7, SECRET, Map.of(), whole));
        for (String key : whole.keySet()) {
            Map<String, Object> part = new TreeMap<>(whole);
            part.remove(key);
            children.add(part);
        }
        Map<String, Object> noUri = new TreeMap<>(whole);
        noUri.put("source", Map.of());
        children.add(noUri);
        Map<String, Object> noTotals = new TreeMap<>(whole);
        noTotals.put("base", Map.of("version", 1, "snapshot", Map.of()));
        children.add(noTotals);
        return children;
    }

    private static void commit(WorkflowClient client, String uri) throws InterruptedException {
        ExternalCollectionWorkflow collection = client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setWorkflowId("orders")
                        .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                        .build());
        WorkflowClient.start(
                collection::run,
                CollectionInput.of(new ExternalSource(uri, ExternalSpec.parquet()), CollectionOptions.DEFAULTS),
                null);
        while (collection.status().last() == null) {
            Thread.sleep(50);
        }
        assertThat(collection.status().last().state())
                .as(String.valueOf(collection.status().last()))
                .isEqualTo(UpdateState.COMMITTED);
        WorkflowStub.fromTyped(collection).terminate("so that its ID is free");
    }

    private static String committedFolder(Map<String, String> files) {
        String root = files.keySet().stream()
                .filter(key -> key.endsWith("/root.json.zst"))
                .findFirst()
                .orElseThrow();
        return root.substring(root.indexOf("snapshots/"), root.lastIndexOf('/'));
    }

    private static void refused(WorkflowClient client, String id, String type, String activity, Object... arguments) {
        WorkflowStub stranger = client.newUntypedWorkflowStub(
                type,
                WorkflowOptions.newBuilder()
                        .setWorkflowId(id)
                        .setTaskQueue(FOREIGN_QUEUE)
                        .build());
        stranger.start(
                Stream.concat(Stream.of(activity), Arrays.stream(arguments)).toArray());
        assertThatThrownBy(() -> stranger.getResult(String.class))
                .as("%s of %s by %s", activity, Arrays.toString(arguments), id)
                .isInstanceOfSatisfying(WorkflowFailedException.class, failed -> {
                    assertThat(failed.getCause()).isInstanceOfAny(ActivityFailure.class, ChildWorkflowFailure.class);
                    assertThat(failed.getCause().getCause())
                            .isInstanceOfSatisfying(ApplicationFailure.class, refusal -> {
                                assertThat(refusal.getType()).isEqualTo("INPUT");
                                assertThat(refusal.isNonRetryable()).isTrue();
                                assertThat(refusal.getOriginalMessage())
                                        .contains("expected")
                                        .doesNotContain("\n", SECRET, "Exception");
                            });
                });
    }

    private static Map<String, String> files(Path catalog) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(catalog)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(catalog.relativize(file).toString(), Json.JSON.writeValueAsString(Files.readAllBytes(file)));
            }
        }
        return files;
    }
}
