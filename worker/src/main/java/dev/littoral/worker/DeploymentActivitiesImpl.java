package dev.littoral.worker;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.littoral.workflows.DeploymentActivities;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.FailureType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.activity.Activity;
import io.temporal.api.deployment.v1.WorkerDeploymentVersion;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.enums.v1.VersioningBehavior;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.taskqueue.v1.PollerInfo;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueResponse;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;

/** Asks the service about worker deployment versions with the worker's own client. Safe for use by many threads. */
final class DeploymentActivitiesImpl implements DeploymentActivities {
    /** A worker that lives asks for work once a minute at least, as the service answers a poll within that. */
    static final Duration SILENCE = Duration.ofSeconds(90);

    private final WorkflowClient client;

    DeploymentActivitiesImpl(WorkflowClient client) {
        this.client = client;
    }

    @Override
    public boolean isAbandoned(String collectionId, long update) {
        requireCollection(collectionId);
        DescribeWorkflowExecutionRequest.Builder request =
                DescribeWorkflowExecutionRequest.newBuilder().setNamespace(namespace());
        request.getExecutionBuilder().setWorkflowId(UpdateExternalCollectionWorkflow.id(collectionId, update));
        WorkflowExecutionInfo found;
        try {
            found = client.getWorkflowServiceStubs()
                    .blockingStub()
                    .describeWorkflowExecution(request.build())
                    .getWorkflowExecutionInfo();
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return false;
            }
            throw e;
        }
        if (found.getStatus() != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
                || found.getVersioningInfo().getBehavior() != VersioningBehavior.VERSIONING_BEHAVIOR_PINNED) {
            return false;
        }
        DescribeTaskQueueResponse queue = client.getWorkflowServiceStubs()
                .blockingStub()
                .describeTaskQueue(DescribeTaskQueueRequest.newBuilder()
                        .setNamespace(namespace())
                        .setTaskQueue(TaskQueue.newBuilder().setName(found.getTaskQueue()))
                        .setTaskQueueType(TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW)
                        .build());
        return isAbandoned(found.getVersioningInfo().getDeploymentVersion(), queue);
    }

    /**
     * Whether nobody works for a version: new work does not go to it, and none of its workers has asked for work since
     * others have. The times are the service's own, so no clocks are compared.
     */
    static boolean isAbandoned(WorkerDeploymentVersion version, DescribeTaskQueueResponse queue) {
        if (version.equals(queue.getVersioningInfo().getCurrentDeploymentVersion())) {
            return false;
        }
        List<Timestamp> polls = queue.getPollersList().stream()
                .map(PollerInfo::getLastAccessTime)
                .toList();
        long newest = polls.stream().mapToLong(Timestamps::toMillis).max().orElse(0);
        return queue.getPollersList().stream()
                .filter(poller -> isOf(version, poller))
                .allMatch(poller -> newest - Timestamps.toMillis(poller.getLastAccessTime()) > SILENCE.toMillis());
    }

    private static boolean isOf(WorkerDeploymentVersion version, PollerInfo poller) {
        return poller.getDeploymentOptions().getDeploymentName().equals(version.getDeploymentName())
                && poller.getDeploymentOptions().getBuildId().equals(version.getBuildId());
    }

    @Override
    public void terminateUpdate(String collectionId, long update) {
        requireCollection(collectionId);
        TerminateWorkflowExecutionRequest.Builder request = TerminateWorkflowExecutionRequest.newBuilder()
                .setNamespace(namespace())
                .setIdentity(client.getOptions().getIdentity())
                .setReason("the worker deployment version that it is pinned to has no workers any more");
        request.getWorkflowExecutionBuilder().setWorkflowId(UpdateExternalCollectionWorkflow.id(collectionId, update));
        try {
            client.getWorkflowServiceStubs().blockingStub().terminateWorkflowExecution(request.build());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
                throw e;
            }
        }
    }

    private String namespace() {
        return client.getOptions().getNamespace();
    }

    /** Only a collection's own workflow may ask about its updates. */
    private static void requireCollection(String collectionId) {
        String caller = Activity.getExecutionContext().getInfo().getWorkflowId();
        if (!caller.equals(collectionId)) {
            throw ApplicationFailure.newNonRetryableFailure(
                    "workflow " + caller + " asks about an update of collection " + collectionId
                            + "; expected that collection's own workflow",
                    FailureType.INPUT.name());
        }
    }
}
