package dev.littoral.starter.server;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.MessageNames;
import dev.littoral.workflows.StatusText;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.JobsRequest;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.RollbackAnswer;
import dev.littoral.workflows.model.ServingStatus;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateProgress;
import dev.littoral.workflows.model.VersionRequest;
import dev.littoral.workflows.spec.CollectionStart;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateHandle;
import io.temporal.client.WorkflowUpdateStage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A client of one collection's workflow. Where no worker answers, calls fail within a bounded time. */
public final class CollectionClient {
    /** How long a worker may take to answer. One that took over from another is asked after some seconds. */
    private static final Duration WORKER = Duration.ofSeconds(10);

    /** How long a change may take to be written to the catalog; a bit longer than a store that is away is tried. */
    private static final Duration CATALOG = Duration.ofMinutes(5);

    /** The number of updates that a collection lists at once, and that it remembers. */
    static final int MAX_PAGE = 100;

    private static final int MAX_DETAILS_CHARS = 4_000;

    private final TemporalService server;
    private final String id;

    public CollectionClient(TemporalService server, String id) {
        this.server = server;
        this.id = id;
    }

    public String id() {
        return id;
    }

    public TemporalService server() {
        return server;
    }

    /** Its newest run, or empty where the server has none. */
    public Optional<CollectionRun> run() {
        Optional<WorkflowExecutionInfo> found = describe(id)
                .map(DescribeWorkflowExecutionResponse::getWorkflowExecutionInfo)
                .filter(info -> info.getType().getName().equals(ExternalCollectionWorkflow.TYPE));
        return found.map(info -> new CollectionRun(
                CollectionRun.text(info.getStatus()),
                info.getTaskQueue(),
                info.hasCloseTime() ? CollectionRun.instant(info.getCloseTime()) : null,
                info.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED ? failure() : null));
    }

    /**
     * Its newest run.
     *
     * @throws LittoralException where the server has none
     */
    CollectionRun existing() {
        return run().orElseThrow(() -> LittoralException.input("Temporal at " + server.place() + " has no collection "
                + id + "; expected one that littoral start has started there"));
    }

    /**
     * Its newest run, which is open.
     *
     * @throws LittoralException where it does not
     */
    CollectionRun running() {
        CollectionRun run = existing();
        if (!run.isRunning()) {
            throw LittoralException.input("Collection " + id + " does not run at " + server.place() + ": it "
                    + run.end()
                    + (run.status().equals("completed")
                            ? "; expected another collectionId"
                            : "; littoral start starts it again"));
        }
        return run;
    }

    /** Why its run failed, or null. */
    private String failure() {
        return server.ask(() -> {
            try {
                stub().getResult(1, TimeUnit.SECONDS, Void.class);
                return null;
            } catch (WorkflowFailedException e) {
                return ServerFailures.application(e)
                        .map(failure -> failure.getOriginalMessage())
                        .orElse(null);
            } catch (TimeoutException e) {
                return null;
            }
        });
    }

    /** The server's description of a workflow, or empty where it has none of that ID. */
    private Optional<DescribeWorkflowExecutionResponse> describe(String workflowId) {
        DescribeWorkflowExecutionRequest.Builder request =
                DescribeWorkflowExecutionRequest.newBuilder().setNamespace(server.namespace());
        request.getExecutionBuilder().setWorkflowId(workflowId);
        return server.ask(() -> {
            try {
                return Optional.of(server.client()
                        .getWorkflowServiceStubs()
                        .blockingStub()
                        .describeWorkflowExecution(request.build()));
            } catch (RuntimeException e) {
                if (ServerFailures.isAbsent(e)) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /** The activities that are under way of an update or, without one, of the collection itself. */
    List<PendingActivityInfo> pendingActivities(Job update) {
        return describe(update == null ? id : UpdateExternalCollectionWorkflow.id(id, update.update()))
                .map(DescribeWorkflowExecutionResponse::getPendingActivitiesList)
                .orElse(List.of());
    }

    /** Its status. */
    public CollectionStatus status() {
        return asked(typed()::status);
    }

    /** Its status, or empty where no worker answers in time. */
    public Optional<CollectionStatus> statusWithin(Duration timeout) {
        try {
            return Optional.of(server.within(timeout, typed()::status));
        } catch (RuntimeException e) {
            if (ServerFailures.isUnanswered(e) || ServerFailures.isUnserved(e)) {
                return Optional.empty();
            }
            throw server.failures().of(e);
        }
    }

    /** Updates below a number, newest first. */
    List<Job> jobs(long before, int limit) {
        return asked(() -> typed().jobs(JobsRequest.of(before, limit)));
    }

    /** An update's progress, or empty where its workflow does not answer just now: it starts or ends. */
    Optional<UpdateProgress> progress(Job update) {
        UpdateExternalCollectionWorkflow workflow = server.client()
                .newWorkflowStub(
                        UpdateExternalCollectionWorkflow.class,
                        UpdateExternalCollectionWorkflow.id(id, update.update()));
        try {
            return Optional.of(server.within(WORKER, workflow::progress));
        } catch (WorkflowException | StatusRuntimeException e) {
            return Optional.empty();
        }
    }

    /**
     * Starts its workflow.
     *
     * @param input checked
     * @return the run's ID
     */
    public String start(CollectionInput input, String taskQueue) {
        CollectionStart start = CollectionStart.parse(input);
        Map<String, Object> memo = new TreeMap<>();
        memo.put("state", "starting");
        if (start.source() != null) {
            memo.put("source", start.source().uri());
        }
        WorkflowOptions options = WorkflowOptions.newBuilder()
                .setWorkflowId(id)
                .setTaskQueue(taskQueue)
                .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
                .setStaticSummary(StatusText.follows(start.source()))
                .setStaticDetails(details(start))
                .setMemo(memo)
                .build();
        WorkflowStub stub = server.client().newUntypedWorkflowStub(ExternalCollectionWorkflow.TYPE, options);
        return server.ask(() -> {
            try {
                return stub.start(input).getRunId();
            } catch (RuntimeException e) {
                if (ServerFailures.isRunningAlready(e)) {
                    throw LittoralException.input("Collection " + id + " runs already at " + server.place()
                            + "; littoral change-source gives it another source,"
                            + " littoral refresh lists its source again");
                }
                throw e;
            }
        });
    }

    /** What it started with, for the web UI. */
    private String details(CollectionStart start) {
        ExternalSource source = start.source();
        return "Keeps the collection in step with its source; started by `littoral start " + id + "`.\n\n"
                + (source == null
                        ? ""
                        : "**Source at the start:** " + code(source.uri()) + "\n\n**Spec:** "
                                + code(Output.json(source.spec())) + "\n\n")
                + "**Options:** " + code(Output.json(start.options()));
    }

    private static String code(String text) {
        String cut = text.length() <= MAX_DETAILS_CHARS
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MAX_DETAILS_CHARS / 2)) + "…";
        return "`" + Output.path(cut).replace('`', '\'') + "`";
    }

    /** Changes its source; returns when that is in the catalog. */
    public ChangeAnswer changeSource(SourceRequest source) {
        return update(MessageNames.CHANGE_SOURCE, ChangeAnswer.class, source);
    }

    /** Refreshes it. */
    public ChangeAnswer refresh() {
        return update(MessageNames.REFRESH, ChangeAnswer.class);
    }

    /** Has it serve an older version again; answers when that is in the catalog. */
    RollbackAnswer rollback(VersionRequest version) {
        return update(MessageNames.ROLLBACK, RollbackAnswer.class, version);
    }

    /** Who serves it, and what. */
    public ServingStatus consumers() {
        return asked(typed()::consumers);
    }

    /** Has it hold a version for a consumer. */
    public LeaseAnswer lease(LeaseMessage lease) {
        return update(MessageNames.LEASE, LeaseAnswer.class, lease);
    }

    /** Tells it what a consumer serves. */
    public ConsumerStatus acknowledge(AcknowledgeMessage answer) {
        return update(MessageNames.ACKNOWLEDGE, ConsumerStatus.class, answer);
    }

    private <T> T update(String name, Class<T> answer, Object... arguments) {
        WorkflowUpdateHandle<T> accepted = asked(
                () -> stub().startUpdate(name, WorkflowUpdateStage.ACCEPTED, answer, arguments),
                "; the request may still be done when one comes");
        try {
            return accepted.getResult(CATALOG.toSeconds(), TimeUnit.SECONDS);
        } catch (RuntimeException e) {
            if (ServerFailures.isUnanswered(e)) {
                throw new LittoralException(
                        FailureType.TRANSIENT,
                        "Collection " + id + " has accepted the request and has not carried it out within "
                                + CATALOG.toMinutes() + " minutes; littoral status " + id + " says what it waits for",
                        e);
            }
            throw server.failures().of(e);
        }
    }

    void signal(String name) {
        server.ask(() -> {
            stub().signal(name);
            return null;
        });
    }

    public void terminate(String reason) {
        server.ask(() -> {
            stub().terminate(reason);
            return null;
        });
    }

    private <T> T asked(Supplier<T> question) {
        return asked(question, "");
    }

    /** A worker's answer. */
    private <T> T asked(Supplier<T> question, String hint) {
        try {
            return server.within(WORKER, question);
        } catch (RuntimeException e) {
            if (!ServerFailures.isUnanswered(e) && !ServerFailures.isUnserved(e)) {
                throw server.failures().of(e);
            }
            throw unanswered(hint, e);
        }
    }

    /** The failure that no worker answers. */
    LittoralException unanswered(String hint, Throwable cause) {
        return new LittoralException(
                FailureType.TRANSIENT,
                "No worker answers for collection " + id + " on task queue "
                        + existing().taskQueue() + " of " + server.place() + "; expected a littoral worker there"
                        + hint,
                cause);
    }

    private ExternalCollectionWorkflow typed() {
        return server.client().newWorkflowStub(ExternalCollectionWorkflow.class, id);
    }

    WorkflowStub stub() {
        return server.client().newUntypedWorkflowStub(id);
    }

    /** An update's workflow. */
    WorkflowStub update(Job job) {
        return server.client().newUntypedWorkflowStub(UpdateExternalCollectionWorkflow.id(id, job.update()));
    }
}
