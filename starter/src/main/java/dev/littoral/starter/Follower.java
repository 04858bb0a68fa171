package dev.littoral.starter;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.activities.LittoralException;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.SegmentCounts;
import dev.littoral.workflows.model.UpdateProgress;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.Wire;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Starts a collection and follows its first update to the end. */
final class Follower {
    private static final long POLL_MILLIS = 100;

    private final WorkflowClient client;
    private final String collectionId;

    Follower(WorkflowClient client, String collectionId) {
        this.client = client;
        this.collectionId = collectionId;
    }

    UpdateReport follow(CollectionInput input, Interrupt interrupt, Progress progress) throws InterruptedException {
        ExternalCollectionWorkflow collection = client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setWorkflowId(collectionId)
                        .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                        .build());
        WorkflowClient.start(collection::run, input, null);
        CompletableFuture<Void> closed = WorkflowStub.fromTyped(collection).getResultAsync(Void.class);
        boolean cancelling = false;
        while (true) {
            if (closed.isDone()) {
                throw failed(closed);
            }
            if (interrupt.requested() && !cancelling) {
                cancelling = true;
                progress.say("cancelling");
                collection.cancelUpdate();
            }
            CollectionStatus status = collection.status();
            if (status.last() != null && status.update() == null && status.pending() == null) {
                return report(status);
            }
            if (status.update() != null) {
                progress.show(progressOf(status.update()));
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** A collection that closes by itself could not start. */
    private static LittoralException failed(CompletableFuture<Void> closed) {
        try {
            closed.join();
        } catch (CompletionException e) {
            ApplicationFailure cause = applicationFailure(e);
            if (cause != null) {
                return new LittoralException(type(cause), cause.getOriginalMessage());
            }
            return new LittoralException(FailureType.INTERNAL, "The collection's workflow failed", e);
        }
        return new LittoralException(FailureType.INTERNAL, "The collection's workflow ended before its update did");
    }

    private static ApplicationFailure applicationFailure(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof ApplicationFailure)) {
            cause = cause.getCause();
        }
        return (ApplicationFailure) cause;
    }

    private static FailureType type(ApplicationFailure failure) {
        try {
            return FailureType.valueOf(failure.getType());
        } catch (IllegalArgumentException e) {
            return FailureType.INTERNAL;
        }
    }

    /** The report of the update that ended, from its own workflow; one that was stopped leaves only its job. */
    private UpdateReport report(CollectionStatus status) {
        Job job = status.last();
        try {
            UpdateReport report = update(job).getResult(UpdateReport.class);
            if (report.outcome() == job.state()) {
                return report;
            }
        } catch (WorkflowFailedException e) {
            ApplicationFailure cause = applicationFailure(e);
            if (cause != null
                    && job.state() == UpdateState.FAILED
                    && cause.getDetails().getSize() > 0) {
                return cause.getDetails().get(UpdateReport.class);
            }
        } catch (WorkflowNotFoundException e) {
            // It ended before its workflow started.
        }
        return new UpdateReport(
                collectionId,
                job.update(),
                job.state(),
                job.reason(),
                job.failure(),
                status.version(),
                status.generation(),
                job.source(),
                FileCounts.NONE,
                List.of(),
                0,
                status.snapshot().fragments(),
                status.snapshot().rows(),
                new SegmentCounts(
                        status.snapshot().segments(), status.snapshot().segments(), 0, 0),
                0,
                Map.of(),
                Map.of());
    }

    private WorkflowStub update(Job job) {
        return client.newUntypedWorkflowStub(UpdateExternalCollectionWorkflow.id(collectionId, job.update()));
    }

    /** What the update's workflow says of itself, and its activities of theirs; null when it starts or ends just now. */
    private Progress.Step progressOf(Job job) {
        try {
            UpdateProgress progress = client.newWorkflowStub(
                            UpdateExternalCollectionWorkflow.class,
                            UpdateExternalCollectionWorkflow.id(collectionId, job.update()))
                    .progress();
            long done = 0;
            String trouble = null;
            for (PendingActivityInfo activity : pendingActivities(job)) {
                done += heartbeat(activity);
                if (activity.getAttempt() > 1 && activity.hasLastFailure()) {
                    trouble = activity.getLastFailure().getMessage();
                }
            }
            return new Progress.Step(progress.step(), done, progress.listed(), trouble);
        } catch (WorkflowServiceException | StatusRuntimeException e) {
            return null;
        }
    }

    private List<PendingActivityInfo> pendingActivities(Job job) {
        return client.getWorkflowServiceStubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setExecution(update(job).getExecution())
                        .build())
                .getPendingActivitiesList();
    }

    private static long heartbeat(PendingActivityInfo activity) {
        if (activity.getHeartbeatDetails().getPayloadsCount() == 0) {
            return 0;
        }
        try {
            return Wire.JSON
                    .readTree(activity.getHeartbeatDetails()
                            .getPayloads(0)
                            .getData()
                            .toStringUtf8())
                    .path("done")
                    .asLong();
        } catch (JsonProcessingException e) {
            return 0;
        }
    }
}
