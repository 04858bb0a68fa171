package dev.littoral.starter;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.activities.LittoralException;
import dev.littoral.worker.LittoralWorker;
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
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/** Starts a collection and follows its first update to the end. */
final class Follower {
    private static final long POLL_MILLIS = 50;

    /** A busy machine may answer late; a service in the same process does not go away. */
    private static final int MAX_UNANSWERED = 10;

    /** So many looks in a row at an update that is to stop and does nothing mean that its workflow is stuck. */
    private static final int MAX_IDLE = 60;

    private final WorkflowClient client;
    private final LittoralWorker worker;
    private final String collectionId;
    private final Interrupt interrupt;
    private final Progress progress;

    Follower(
            WorkflowClient client, LittoralWorker worker, String collectionId, Interrupt interrupt, Progress progress) {
        this.client = client;
        this.worker = worker;
        this.collectionId = collectionId;
        this.interrupt = interrupt;
        this.progress = progress;
    }

    UpdateReport follow(CollectionInput input) throws InterruptedException {
        ExternalCollectionWorkflow collection = client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setWorkflowId(collectionId)
                        .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                        .build());
        interrupt.expect();
        WorkflowClient.start(collection::run, input, null);
        WorkflowStub stub = WorkflowStub.fromTyped(collection);
        CompletableFuture<Void> closed = stub.getResultAsync(Void.class);
        try {
            return follow(collection, closed);
        } finally {
            if (!closed.isDone()) {
                // The collection has done its work; what is not waited for any more does not delay the service's end.
                stub.terminate("the update has ended");
            }
        }
    }

    private UpdateReport follow(ExternalCollectionWorkflow collection, CompletableFuture<Void> closed)
            throws InterruptedException {
        boolean cancelling = false;
        int unanswered = 0;
        int idle = 0;
        while (true) {
            if (cancelling) {
                Thread.sleep(POLL_MILLIS);
            }
            boolean requested = cancelling || interrupt.isRequestedWithin(POLL_MILLIS);
            if (closed.isDone()) {
                throw failed(closed);
            }
            try {
                if (requested && !cancelling) {
                    progress.say("cancelling");
                    collection.cancelUpdate();
                    cancelling = true;
                }
                CollectionStatus status = collection.status();
                if (status.last() != null && status.update() == null && status.pending() == null) {
                    return report(status);
                }
                unanswered = 0;
                if (!cancelling) {
                    show(status);
                } else if (status.update() == null || !isIdle(status.update())) {
                    idle = 0;
                } else if (++idle == MAX_IDLE) {
                    return givenUp(status);
                }
            } catch (WorkflowException | StatusRuntimeException e) {
                if (++unanswered > MAX_UNANSWERED) {
                    throw e;
                }
            }
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
        return reportOf(job, status);
    }

    private UpdateReport reportOf(Job job, CollectionStatus status) {
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

    private boolean isIdle(Job job) {
        return pendingActivities(update(job)).isEmpty();
    }

    /**
     * Ends an update that is stuck: the in-memory service loses a workflow's answer, for good, when that asks to cancel an
     * activity that ends at the same moment. It asks only before its commit, so nothing was committed.
     */
    private UpdateReport givenUp(CollectionStatus status) throws InterruptedException {
        Job job = status.update();
        // No activity of it runs, so nobody writes there any more.
        worker.discardStaging(collectionId, job.update());
        return reportOf(job.ended(UpdateState.CANCELED, status.version(), null, null, "cancelled by request"), status);
    }

    private void show(CollectionStatus status) {
        try {
            progress.show(step(status));
        } catch (WorkflowException | StatusRuntimeException e) {
            // The update's workflow starts or ends just now; the next look sees it.
        }
    }

    /** What the update's workflow says of itself, and its activities of theirs. */
    private Progress.Step step(CollectionStatus status) {
        Job job = status.update();
        if (job == null) {
            List<PendingActivityInfo> activities = pendingActivities(client.newUntypedWorkflowStub(collectionId));
            return new Progress.Step("open", Map.of(), 0, trouble(activities));
        }
        UpdateProgress said = client.newWorkflowStub(
                        UpdateExternalCollectionWorkflow.class,
                        UpdateExternalCollectionWorkflow.id(collectionId, job.update()))
                .progress();
        List<PendingActivityInfo> activities = pendingActivities(update(job));
        Map<String, Long> done =
                activities.stream().collect(Collectors.toMap(PendingActivityInfo::getActivityId, Follower::heartbeat));
        return new Progress.Step(said.step(), done, said.listed(), trouble(activities));
    }

    private List<PendingActivityInfo> pendingActivities(WorkflowStub workflow) {
        return client.getWorkflowServiceStubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setExecution(workflow.getExecution())
                        .build())
                .getPendingActivitiesList();
    }

    /** Why an activity is tried again, or null. */
    private static String trouble(List<PendingActivityInfo> activities) {
        return activities.stream()
                .filter(activity -> activity.getAttempt() > 1 && activity.hasLastFailure())
                .map(activity -> activity.getLastFailure().getMessage())
                .findFirst()
                .orElse(null);
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
