package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.workflows.CollectionObserver;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.RegisteredAttributes;
import dev.littoral.workflows.SourcePolicy;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.WorkflowRegistration;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.PreparedSnapshot;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateProgress;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.GuardedEnvironment;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor.ActivityInput;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor.ActivityOutput;
import io.temporal.common.interceptors.Header;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What observers are told of updates, once each. */
@Timeout(600)
class UpdateEventInterceptorTest {
    private static final String TYPE = UpdateExternalCollectionWorkflow.TYPE;
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

        @Override
        public void rows(long added, long removed) {
            observed.add("+" + added + " -" + removed);
        }
    };

    /** An update that ends as its test says. */
    public static final class Update implements UpdateExternalCollectionWorkflow {
        @Override
        public UpdateReport run(UpdateInput input) {
            return switch (Workflow.getInfo().getWorkflowId()) {
                case "committed" -> report(UpdateState.COMMITTED);
                case "failed" ->
                    throw ApplicationFailure.newNonRetryableFailure("test", "INPUT", report(UpdateState.FAILED));
                case "stopped" -> throw new CanceledFailure("test");
                case "refused" -> throw ApplicationFailure.newNonRetryableFailure("test", "INPUT");
                default -> null;
            };
        }

        @Override
        public UpdateProgress progress() {
            return null;
        }

        @Override
        public void ping() {}
    }

    /** Another workflow of the same worker. */
    @WorkflowInterface
    public interface Other {
        @WorkflowMethod
        UpdateReport other();
    }

    public static final class OtherImpl implements Other {
        @Override
        public UpdateReport other() {
            return report(UpdateState.COMMITTED);
        }
    }

    private static UpdateReport report(UpdateState outcome) {
        return Json.JSON.convertValue(
                Map.of("collectionId", "orders", "update", 1, "outcome", outcome), UpdateReport.class);
    }

    private TestWorkflowEnvironment environment() {
        return GuardedEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setWorkerFactoryOptions(WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(new UpdateEventInterceptor(List.of(observer)))
                        .build())
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(new MessageConverter())
                        .build()));
    }

    /** Runs a workflow to its end, with a failure or without. */
    private void run(String type, String workflowId, String failure) {
        try (TestWorkflowEnvironment environment = environment()) {
            environment
                    .newWorker(ExternalCollectionWorkflow.TASK_QUEUE)
                    .registerWorkflowImplementationTypes(Update.class, OtherImpl.class);
            environment.start();
            WorkflowStub workflow = environment
                    .getWorkflowClient()
                    .newUntypedWorkflowStub(
                            type,
                            WorkflowOptions.newBuilder()
                                    .setWorkflowId(workflowId)
                                    .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                                    .build());
            if (!type.equals(TYPE)) {
                workflow.start();
            } else {
                workflow.start((Object) null);
            }
            if (failure == null) {
                workflow.getResult(UpdateReport.class);
            } else {
                assertThatThrownBy(() -> workflow.getResult(UpdateReport.class))
                        .cause()
                        .hasMessageContaining(failure);
            }
        }
    }

    @Test
    void theEndOfAnUpdateIsPublished() {
        run(TYPE, "committed", null);
        run(TYPE, "failed", "test");
        run(TYPE, "stopped", "test");
        assertThat(observed).containsExactly("ended COMMITTED", "ended FAILED", "stopped");
    }

    @Test
    void whatReportsNothingOrIsNoUpdateIsNotPublished() {
        run(TYPE, "refused", "test");
        run(TYPE, "without a report", null);
        run("Other", "other", null);
        assertThat(observed).isEmpty();
    }

    private void activity(Object result) {
        ActivityOutput output = new ActivityOutput(result);
        ActivityInboundCallsInterceptor next = new ActivityInboundCallsInterceptor() {
            @Override
            public void init(ActivityExecutionContext context) {}

            @Override
            public ActivityOutput execute(ActivityInput input) {
                return output;
            }
        };
        assertThat(new UpdateEventInterceptor(List.of(observer))
                        .interceptActivity(next)
                        .execute(new ActivityInput(Header.empty(), new Object[0])))
                .isSameAs(output);
    }

    private static ListingOutcome listing(Totals vanished, PreparedSnapshot prepared) {
        return new ListingOutcome(
                null,
                0,
                List.of(),
                false,
                0,
                0,
                List.of(),
                Totals.NONE,
                vanished,
                0,
                null,
                Map.of(),
                null,
                null,
                null,
                prepared);
    }

    @Test
    void rowsThatAStepFindsArePublished() {
        ReadOutcome.Read read = new ReadOutcome.Read(0, 0, 0, 0, 0, List.of(), 0, 5, 2, 0, Map.of());
        activity(read);
        activity(listing(new Totals(1, 1, 1, 3, 1, 0, 0), null));
        activity(listing(null, new PreparedSnapshot("1-x", "snapshots/x", null, read, null, 1, 1)));
        activity(listing(null, null));
        activity(new ReadOutcome.Changed("test", Map.of()));
        activity(null);
        assertThat(observed).containsExactly("+5 -2", "+0 -3", "+5 -2");
    }

    /** A worker that has forgotten a workflow replays it, and counts nothing twice. */
    @ParameterizedTest
    @ValueSource(strings = {"first-update-update", "failed-update", "cancelled-update"})
    void nothingIsPublishedWhenAnUpdateIsReplayed(String history) throws Exception {
        try (TestWorkflowEnvironment environment = environment()) {
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
