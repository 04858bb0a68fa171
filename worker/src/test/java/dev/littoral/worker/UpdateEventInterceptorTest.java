package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.CollectionObserver;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.RegisteredAttributes;
import dev.littoral.workflows.SourcePolicy;
import dev.littoral.workflows.WorkflowRegistration;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.testing.GuardedEnvironment;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpdateEventInterceptorTest {
    private static final Path HISTORIES =
            Path.of("..", "workflows", "src", "test", "resources", "histories", "build-8");

    private final List<String> observed = new CopyOnWriteArrayList<>();
    private final UpdateObserver observer = new UpdateObserver() {
        @Override
        public void ended(UpdateReport report) {
            observed.add("ended " + report.outcome());
        }

        @Override
        public void stopped() {
            observed.add("stopped");
        }
    };

    /** A worker that has forgotten a workflow replays it, and counts nothing twice. */
    @ParameterizedTest
    @ValueSource(strings = {"first-update-update", "failed-update", "cancelled-update"})
    void nothingIsPublishedWhenAnUpdateIsReplayed(String history) throws Exception {
        try (TestWorkflowEnvironment environment = GuardedEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setWorkerFactoryOptions(WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(new UpdateEventInterceptor(List.of(observer)))
                        .build())
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(new MessageConverter())
                        .build()))) {
            Worker worker = environment.newWorker(ExternalCollectionWorkflow.TASK_QUEUE);
            WorkflowRegistration.register(
                    worker, SourcePolicy.NONE, CollectionObserver.NONE, RegisteredAttributes.NONE, false);
            WorkflowReplayer.replayWorkflowExecution(
                    WorkflowExecutionHistory.fromJson(
                            Files.readString(HISTORIES.resolve(history + ".json")), "orders/update-1"),
                    worker);
            assertThat(observed).isEmpty();
        }
    }
}
