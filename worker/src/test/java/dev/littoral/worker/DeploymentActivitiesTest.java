package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Timestamps;
import dev.littoral.workflows.DeploymentActivities;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.deployment.v1.WorkerDeploymentVersion;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.enums.v1.VersioningBehavior;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.taskqueue.v1.PollerInfo;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueResponse;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.testing.TestActivityEnvironment;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a worker deployment version is taken for one without workers, and what is done of the updates on it. */
@Timeout(600)
class DeploymentActivitiesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final WorkerDeploymentVersion OLD = version("littoral", "1");
    private static final WorkerDeploymentVersion NEW = version("littoral", "2");

    /** The workflow that an activity belongs to here. */
    private static final String ID = "test-workflow-id";

    private final DescribeTaskQueueResponse.Builder queue = DescribeTaskQueueResponse.newBuilder();
    private final WorkflowExecutionInfo.Builder update = WorkflowExecutionInfo.newBuilder();
    private final List<String> terminated = new ArrayList<>();
    private final TestActivityEnvironment temporal = TestActivityEnvironment.newInstance();
    private Status failure;
    private Server server;
    private ManagedChannel channel;
    private DeploymentActivities activities;

    /** A service that has one update, and one queue of workflow tasks. */
    private final class Service extends WorkflowServiceGrpc.WorkflowServiceImplBase {
        @Override
        public void describeWorkflowExecution(
                DescribeWorkflowExecutionRequest request, StreamObserver<DescribeWorkflowExecutionResponse> answer) {
            assertThat(request.getExecution().getWorkflowId()).isEqualTo(ID + "/update-3");
            answer(
                    answer,
                    DescribeWorkflowExecutionResponse.newBuilder()
                            .setWorkflowExecutionInfo(update)
                            .build());
        }

        @Override
        public void describeTaskQueue(
                DescribeTaskQueueRequest request, StreamObserver<DescribeTaskQueueResponse> answer) {
            boolean isItsQueue = request.getTaskQueue().getName().equals("of-the-update")
                    && request.getTaskQueueType() == TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW;
            answer(answer, isItsQueue ? queue.build() : DescribeTaskQueueResponse.getDefaultInstance());
        }

        @Override
        public void terminateWorkflowExecution(
                TerminateWorkflowExecutionRequest request, StreamObserver<TerminateWorkflowExecutionResponse> answer) {
            terminated.add(request.getWorkflowExecution().getWorkflowId());
            answer(answer, TerminateWorkflowExecutionResponse.getDefaultInstance());
        }

        private <T> void answer(StreamObserver<T> to, T answer) {
            if (failure != null) {
                to.onError(failure.asRuntimeException());
                return;
            }
            to.onNext(answer);
            to.onCompleted();
        }
    }

    @BeforeEach
    void start() throws Exception {
        String name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name)
                .directExecutor()
                .addService(new Service())
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
        WorkflowServiceStubs stubs =
                fake(WorkflowServiceStubs.class, Map.of("blockingStub", WorkflowServiceGrpc.newBlockingStub(channel)));
        WorkflowClientOptions options = WorkflowClientOptions.newBuilder().validateAndBuildWithDefaults();
        temporal.registerActivitiesImplementations(new DeploymentActivitiesImpl(
                fake(WorkflowClient.class, Map.of("getWorkflowServiceStubs", stubs, "getOptions", options))));
        activities = temporal.newActivityStub(
                DeploymentActivities.class,
                ActivityOptions.newBuilder()
                        .setStartToCloseTimeout(Duration.ofMinutes(8))
                        .build());
        update.setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING)
                .setTaskQueue("of-the-update")
                .getVersioningInfoBuilder()
                .setBehavior(VersioningBehavior.VERSIONING_BEHAVIOR_PINNED)
                .setDeploymentVersion(OLD);
    }

    @AfterEach
    void stop() {
        temporal.close();
        channel.shutdownNow();
        server.shutdownNow();
    }

    /** An interface whose methods answer what is named here. */
    private static <T> T fake(Class<T> type, Map<String, Object> answers) {
        Class<?>[] types = {type};
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), types, (proxy, method, arguments) -> answers.get(method.getName())));
    }

    private static WorkerDeploymentVersion version(String name, String build) {
        return WorkerDeploymentVersion.newBuilder()
                .setDeploymentName(name)
                .setBuildId(build)
                .build();
    }

    private void current(WorkerDeploymentVersion version) {
        queue.getVersioningInfoBuilder().setCurrentDeploymentVersion(version);
    }

    /** A worker has asked for work that long ago. */
    private void poller(WorkerDeploymentVersion version, Duration ago) {
        PollerInfo.Builder poller = queue.addPollersBuilder()
                .setLastAccessTime(Timestamps.fromMillis(NOW.minus(ago).toEpochMilli()));
        poller.getDeploymentOptionsBuilder()
                .setDeploymentName(version.getDeploymentName())
                .setBuildId(version.getBuildId());
    }

    private boolean isAbandoned(WorkerDeploymentVersion version) {
        return DeploymentActivitiesImpl.isAbandoned(version, queue.build());
    }

    @Test
    void aVersionWhoseWorkersHaveAskedForWorkALittleAgoIsNotAbandoned() {
        current(NEW);
        poller(NEW, Duration.ZERO);
        poller(OLD, Duration.ofSeconds(80));
        assertThat(isAbandoned(OLD)).isFalse();
    }

    @Test
    void aVersionWhoseWorkersHaveAllBeenSilentForLongIsAbandoned() {
        current(NEW);
        poller(NEW, Duration.ZERO);
        poller(OLD, Duration.ofSeconds(100));
        poller(OLD, Duration.ofSeconds(200));
        assertThat(isAbandoned(OLD)).isTrue();
        poller(OLD, Duration.ofSeconds(80));
        assertThat(isAbandoned(OLD)).as("one of them is not silent").isFalse();
    }

    /** The service's times are compared with each other. */
    @Test
    void whereNoWorkerHasAskedForWorkSinceNoneIsSilent() {
        current(NEW);
        poller(OLD, Duration.ofDays(1));
        assertThat(isAbandoned(OLD)).isFalse();
    }

    @Test
    void theVersionThatNewWorkGoesToIsNotAbandoned() {
        current(OLD);
        assertThat(isAbandoned(OLD)).isFalse();
        poller(NEW, Duration.ZERO);
        poller(OLD, Duration.ofDays(1));
        assertThat(isAbandoned(OLD)).isFalse();
    }

    @Test
    void aVersionWithoutWorkersIsAbandoned() {
        current(NEW);
        assertThat(isAbandoned(OLD)).isTrue();
        poller(NEW, Duration.ZERO);
        poller(version("another", "1"), Duration.ZERO);
        assertThat(isAbandoned(OLD)).isTrue();
    }

    @Test
    void anUpdateIsAbandonedWhereItRunsAndIsPinnedToAVersionWithoutWorkers() {
        current(NEW);
        poller(NEW, Duration.ZERO);
        assertThat(activities.isAbandoned(ID, 3)).isTrue();
        update.getVersioningInfoBuilder().setBehavior(VersioningBehavior.VERSIONING_BEHAVIOR_AUTO_UPGRADE);
        assertThat(activities.isAbandoned(ID, 3)).as("it goes over").isFalse();
        update.getVersioningInfoBuilder().setBehavior(VersioningBehavior.VERSIONING_BEHAVIOR_PINNED);
        update.setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED);
        assertThat(activities.isAbandoned(ID, 3)).as("it has closed").isFalse();
    }

    @Test
    void workersAreLookedForWhereTheUpdateHasItsWorkflowTasks() {
        current(NEW);
        poller(NEW, Duration.ZERO);
        poller(OLD, Duration.ZERO);
        assertThat(activities.isAbandoned(ID, 3)).isFalse();
    }

    @Test
    void anUpdateThatIsNotThereIsNeitherAbandonedNorTerminated() {
        failure = Status.NOT_FOUND;
        assertThat(activities.isAbandoned(ID, 3)).isFalse();
        activities.terminateUpdate(ID, 3);
    }

    @Test
    void whatTheServiceRefusesIsNotTakenForAnAnswer() {
        failure = Status.PERMISSION_DENIED;
        assertThatThrownBy(() -> activities.isAbandoned(ID, 3)).hasStackTraceContaining("PERMISSION_DENIED");
        assertThatThrownBy(() -> activities.terminateUpdate(ID, 3)).hasStackTraceContaining("PERMISSION_DENIED");
    }

    @Test
    void onlyTheCollectionItselfHasItsUpdateTerminated() {
        activities.terminateUpdate(ID, 3);
        assertRefused(() -> activities.terminateUpdate("another", 3));
        assertRefused(() -> activities.isAbandoned("another", 3));
        assertThat(terminated).containsExactly(ID + "/update-3");
    }

    private static void assertRefused(Runnable request) {
        assertThatThrownBy(request::run).cause().isInstanceOfSatisfying(ApplicationFailure.class, refusal -> {
            assertThat(refusal.getType()).isEqualTo("INPUT");
            assertThat(refusal.isNonRetryable()).isTrue();
        });
    }
}
