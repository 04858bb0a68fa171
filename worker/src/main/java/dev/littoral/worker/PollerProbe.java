package dev.littoral.worker;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.client.WorkflowClient;
import java.util.concurrent.TimeUnit;

/** Probes whether the service sees a client's process poll a task queue. */
record PollerProbe(WorkflowClient client, String taskQueue) {
    private static final long TIMEOUT_SECONDS = 5;

    /**
     * Asks the service. True where the service does not report pollers, as the in-memory one.
     *
     * @throws StatusRuntimeException when the service does not answer
     */
    boolean isKnown() {
        return isKnown(TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW) && isKnown(TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY);
    }

    private boolean isKnown(TaskQueueType type) {
        String identity = client.getOptions().getIdentity();
        try {
            return client
                    .getWorkflowServiceStubs()
                    .blockingStub()
                    .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .describeTaskQueue(DescribeTaskQueueRequest.newBuilder()
                            .setNamespace(client.getOptions().getNamespace())
                            .setTaskQueue(TaskQueue.newBuilder().setName(taskQueue))
                            .setTaskQueueType(type)
                            .build())
                    .getPollersList()
                    .stream()
                    .anyMatch(poller -> poller.getIdentity().equals(identity));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
                return true;
            }
            throw e;
        }
    }
}
