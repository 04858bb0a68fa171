package dev.littoral.worker;

import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.SourceRequest;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.ResetReapplyExcludeType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowOptions;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A collection as seen by a client for whom the server and the workers are unavailable at times.
 *
 * @param id the collection
 */
record Following(WorkflowClient client, String id) {
    private static final long TIMEOUT_SECONDS = 480;

    /** Many segments in few rows, and a source that may become empty. */
    static final CollectionOptions SMALL =
            new CollectionOptions(1_000, null, true, 1, CollectionOptions.DEFAULTS.keepVersionsFor(), null);

    /** Starts a collection. */
    static Following start(WorkflowClient client, String id, String taskQueue, String uri, CollectionOptions options) {
        return start(client, id, taskQueue, source(uri), options);
    }

    /** Starts a collection. */
    static Following start(
            WorkflowClient client, String id, String taskQueue, ExternalSource source, CollectionOptions options) {
        ExternalCollectionWorkflow collection = client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setWorkflowId(id)
                        .setTaskQueue(taskQueue)
                        .build());
        WorkflowClient.start(collection::run, CollectionInput.of(source, options), null);
        return new Following(client, id);
    }

    static ExternalSource source(String uri) {
        return new ExternalSource(uri, ExternalSpec.parquet());
    }

    static SourceRequest request(String uri) {
        return SourceRequest.of(source(uri));
    }

    ExternalCollectionWorkflow workflow() {
        return client.newWorkflowStub(ExternalCollectionWorkflow.class, id);
    }

    /** Sends a message, and returns whether it certainly arrived. */
    boolean send(Consumer<ExternalCollectionWorkflow> message) {
        try {
            message.accept(workflow());
            return true;
        } catch (WorkflowException | StatusRuntimeException e) {
            // The server or every worker is unavailable; the caller tries again.
            return false;
        }
    }

    /** Sends something until it arrives. */
    void insist(String what, Consumer<ExternalCollectionWorkflow> message) {
        await(what + " of " + id, () -> send(message));
    }

    /**
     * Resets the run to one of its workflow tasks, as an operator does, and returns whether that is done.
     *
     * @param choice picks the task
     * @param reapplies whether messages that came since are applied again
     */
    boolean reset(int choice, boolean reapplies) {
        try {
            String run = run();
            List<Long> tasks = tasks(run);
            if (tasks.isEmpty()) {
                return false;
            }
            reset(run, tasks.get(Math.floorMod(choice, tasks.size())), reapplies);
            return true;
        } catch (WorkflowException | StatusRuntimeException e) {
            return false;
        }
    }

    /** The newest run. */
    String run() {
        return client.newUntypedWorkflowStub(id).describe().getExecution().getRunId();
    }

    /** The events of a run to which it can be reset. */
    List<Long> tasks(String run) {
        return client.fetchHistory(id, run).getEvents().stream()
                .filter(event -> event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
                .map(HistoryEvent::getEventId)
                .toList();
    }

    /**
     * Has a new run go on from an event of an older one.
     *
     * @param reapplies whether what came since is applied again; else nothing of it is, as
     *     {@code --reapply-exclude All} says: the ends of children are among that, though no type names them
     */
    void reset(String run, long event, boolean reapplies) {
        ResetWorkflowExecutionRequest.Builder request = ResetWorkflowExecutionRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setWorkflowExecution(
                        WorkflowExecution.newBuilder().setWorkflowId(id).setRunId(run))
                .setReason("a test")
                .setRequestId(UUID.randomUUID().toString())
                .setWorkflowTaskFinishEventId(event);
        if (!reapplies) {
            Stream.of(ResetReapplyExcludeType.values())
                    .filter(type -> type != ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UNSPECIFIED
                            && type != ResetReapplyExcludeType.UNRECOGNIZED)
                    .forEach(request::addResetReapplyExcludeTypes);
        }
        client.getWorkflowServiceStubs().blockingStub().resetWorkflowExecution(request.build());
    }

    /** Waits until nothing runs or waits. */
    CollectionStatus awaitIdle() {
        CollectionStatus[] last = new CollectionStatus[1];
        try {
            await(id + " to become idle", () -> send(collection -> last[0] = collection.status()) && isIdle(last[0]));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ": " + last[0] + ", " + recentEvents(), e);
        }
        return last[0];
    }

    /** The last events of the newest run, what a person looks at first when a collection does not go on. */
    private List<String> recentEvents() {
        List<HistoryEvent> events = client.fetchHistory(id, run()).getEvents();
        return events.subList(Math.max(0, events.size() - 30), events.size()).stream()
                .map(event -> event.getEventId() + " " + event.getEventType() + " "
                        + Instant.ofEpochSecond(event.getEventTime().getSeconds()))
                .toList();
    }

    private static boolean isIdle(CollectionStatus status) {
        return status.last() != null && status.update() == null && status.pending() == null;
    }

    static void await(String what, BooleanSupplier condition) {
        await(what, TIMEOUT_SECONDS, condition);
    }

    static void await(String what, long seconds, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited too long for " + what);
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
