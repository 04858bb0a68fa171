package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.source.AllowList;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.ExternalCollectionWorkflowImpl;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.WorkflowReplayer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workflow updates of megabytes, to a real worker, by the real server. */
@Timeout(600)
class UpdateSizeLimitTest {
    /** A little less than the service takes. */
    private static final int MEGABYTES = 3_600_000;

    @TempDir
    private Path folder;

    @Test
    void aCollectionGoesOnAfterUpdatesThatAreTooLarge() throws Exception {
        Path lake = Files.createDirectories(folder.resolve("lake"));
        Files.write(lake.resolve("a.parquet"), Parquet.ofRows(10));
        TemporalServer temporal = TemporalServer.shared();
        try (TemporalConnection connection = TemporalConnection.to(temporal.target(), null);
                LittoralWorker worker = LittoralWorker.start(
                        connection.client(),
                        new WorkerSettings(
                                folder.resolve("catalog").toString(),
                                new AllowList(List.of("file://" + folder), List.of()),
                                ExternalCollectionWorkflow.TASK_QUEUE,
                                16))) {
            assertThat(worker.awaitPolling(Duration.ofMinutes(8))).isTrue();
            WorkflowClient client = temporal.client();
            ExternalCollectionWorkflow collection = client.newWorkflowStub(
                    ExternalCollectionWorkflow.class,
                    WorkflowOptions.newBuilder()
                            .setWorkflowId("sizes")
                            .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                            .build());
            WorkflowClient.start(
                    collection::run,
                    CollectionInput.of(
                            new ExternalSource("file://" + lake + "/", ExternalSpec.parquet()),
                            CollectionOptions.DEFAULTS),
                    null);
            WorkflowStub untyped = client.newUntypedWorkflowStub("sizes");
            try {
                for (String update : List.of("refresh", "changeSource", "no_such_update")) {
                    refused(untyped, update, "x".repeat(MEGABYTES));
                }
                refused(untyped, "x".repeat(MEGABYTES), "x");
                assertThat(collection.updateRefresh().update()).isPositive();

                // Each fits, and all that are answered by one workflow task do not.
                String fits = "x".repeat(UpdateSizeLimit.MAX_BYTES - 1_000);
                List<Future<?>> sent = new ArrayList<>();
                try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                    for (int i = 0; i < 10; i++) {
                        sent.add(threads.submit(() -> answeredOrRefused(untyped, fits)));
                    }
                }
                for (Future<?> each : sent) {
                    each.get();
                }

                assertThat(untyped.describe().getStatus())
                        .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
                WorkflowExecutionHistory history = client.fetchHistory("sizes");
                assertThat(history.getEvents())
                        .extracting(HistoryEvent::getEventType)
                        .doesNotContain(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED);
                WorkflowReplayer.replayWorkflowExecution(history, ExternalCollectionWorkflowImpl.class);
            } finally {
                untyped.terminate("the test is over");
            }
        }
    }

    private static void answeredOrRefused(WorkflowStub collection, String argument) {
        try {
            collection.update("refresh", ChangeAnswer.class, argument);
        } catch (WorkflowUpdateException e) {
            isRefusal(e);
        }
    }

    private static void refused(WorkflowStub collection, String update, String argument) {
        assertThatThrownBy(() -> collection.update(update, ChangeAnswer.class, argument))
                .isInstanceOfSatisfying(WorkflowUpdateException.class, UpdateSizeLimitTest::isRefusal);
    }

    private static void isRefusal(WorkflowUpdateException refused) {
        assertThat(refused.getCause()).isInstanceOfSatisfying(ApplicationFailure.class, refusal -> {
            assertThat(refusal.getType()).isEqualTo("INPUT");
            assertThat(refusal.isNonRetryable()).isTrue();
            assertThat(refusal.getOriginalMessage())
                    .matches("(update \"\\w+\"|an update) has \\d+ bytes; expected at most 524288,"
                            + " and 2097152 with those that are sent at the same time");
        });
    }
}
