package dev.littoral.workflows;

import dev.littoral.workflows.spec.SourceParser;
import dev.littoral.workflows.spec.ProgressParser;
import dev.littoral.workflows.spec.CollectionId;
import dev.littoral.workflows.spec.SecretScanner;
import dev.littoral.workflows.spec.JobsPage;
import dev.littoral.workflows.spec.CollectionStart;
import dev.littoral.workflows.model.CarriedInput;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.JobsRequest;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateReport;
import io.temporal.api.enums.v1.ParentClosePolicy;
import io.temporal.common.converter.EncodedValues;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.ChildWorkflowCancellationType;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.CompletablePromise;
import io.temporal.workflow.DynamicQueryHandler;
import io.temporal.workflow.DynamicSignalHandler;
import io.temporal.workflow.DynamicUpdateHandler;
import io.temporal.workflow.Promise;
import io.temporal.workflow.TimerOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;

/** Feeds {@link CollectionState} what happens and carries out what it decides. Handlers enqueue; one loop acts. */
public final class ExternalCollectionWorkflowImpl implements ExternalCollectionWorkflow {
    private final Logger log = Workflow.getLogger(ExternalCollectionWorkflowImpl.class);

    private final String collectionId = Workflow.getInfo().getWorkflowId();
    private final Deque<Message> inbox = new ArrayDeque<>();
    private final Map<Long, CancellationScope> updates = new TreeMap<>();
    private final CollectionState state;
    private final CollectionStart start;
    private final Policies.History history;
    private final SourcePolicy rules;

    /** What is wrong with the input, or null. Kept, as a constructor that fails would block the workflow for ever. */
    private final String problem;

    /** Whether the run before handed over its state. */
    private final boolean continued;

    /** What the list of workflows shows of this one. */
    private Map<String, Object> memo = Map.of();

    /** The history's length in the last task that did something quickly. */
    private long quickAt;

    /** What this run may do that runs of older builds did not; see the ADR on versions. */
    private int build;

    // Built before any handler runs, so that a signal or update that comes with the start finds its state.
    @WorkflowInit
    public ExternalCollectionWorkflowImpl(CollectionInput input, CarriedInput carried) {
        this(input, carried, SourcePolicy.NONE, Policies.HISTORY);
    }

    ExternalCollectionWorkflowImpl(
            CollectionInput input, CarriedInput carried, SourcePolicy rules, Policies.History history) {
        this.rules = rules;
        this.history = history;
        this.continued = Workflow.getInfo().getContinuedExecutionRunId().isPresent() && isGiven(carried);
        CollectionStart parsed = null;
        String wrong = null;
        try {
            CollectionId.check(collectionId);
            parsed = CollectionStart.parse(input);
            if (isGiven(carried) && !continued) {
                throw new InvalidRequestException(
                        "input has a second value; expected one object with the keys options, source");
            }
        } catch (InvalidRequestException e) {
            wrong = e.getMessage();
        }
        start = parsed;
        problem = wrong;
        state = new CollectionState(collectionId, parsed == null ? CollectionOptions.DEFAULTS : parsed.options());
        if (continued) {
            state.restore(carried.state());
        }
    }

    private static boolean isGiven(CarriedInput carried) {
        return carried != null && carried.json() != null && !carried.json().isNull();
    }

    @Override
    public void run(CollectionInput input, CarriedInput carried) {
        if (problem != null) {
            throw FailureReason.input(problem).thrown();
        }
        build = Workflow.getVersion(WorkflowVersions.COLLECTION, Workflow.DEFAULT_VERSION, WorkflowVersions.NEWEST);
        if (build >= WorkflowVersions.LOOKS) {
            state.looks();
        }
        Workflow.registerListener(new OtherSignals());
        Workflow.registerListener(new OtherUpdates());
        Workflow.registerListener(new OtherQueries());
        try {
            tell();
            if (!continued) {
                open();
            }
            serve(input);
        } catch (CanceledFailure e) {
            // Its update is cancelled with it, and removes its staging first.
            Workflow.newDetachedCancellationScope(() -> Workflow.await(Policies.CLEAN_UP_TIMEOUT, updates::isEmpty))
                    .run();
            throw e;
        }
    }

    private void open() {
        Head head;
        try {
            head = catalog("open the catalog").openCollection(collectionId, start.source());
        } catch (ActivityFailure e) {
            throw ended(e);
        }
        state.opened(head);
        if (state.isRetired()) {
            throw FailureReason.input("collection " + collectionId + " was retired at version " + head.version()
                            + "; expected another collectionId")
                    .thrown();
        }
        state.worked();
        // Requests that came with the start are newer than its input.
        if (start.source() != null && !start.source().equals(head.source())) {
            inbox.addFirst(new Message.Change(start.source(), "start", null));
        } else if (head.exists()) {
            inbox.addFirst(new Message.Refresh("start", null));
        }
    }

    private void serve(CollectionInput input) {
        while (!state.isOver()) {
            handleInbox();
            if (Workflow.getInfo().getHistoryLength() > history.most()) {
                state.renew(now());
            }
            Decision decision = state.next(now());
            stopUpdates();
            tell();
            switch (decision) {
                case Decision.Declare declare -> declare(declare.job());
                case Decision.Launch launch -> {
                    continueAsNewIfLong(input);
                    launch(launch.job());
                }
                case Decision.Inspect inspect -> inspect(inspect.update());
                case Decision.Look look -> look(look.updates());
                case Decision.Retire ignored -> retireForGood();
                case Decision.Idle idle -> {
                    // While a job waits, a handler may wait for its declaration, which only this loop makes.
                    if (!state.isWaiting()) {
                        continueAsNewIfLong(input);
                    }
                    rest(idle.until());
                }
            }
        }
        // Requests that came too late get an answer too.
        do {
            handleInbox();
            tell();
            Workflow.await(() -> !inbox.isEmpty() || Workflow.isEveryHandlerFinished());
        } while (!inbox.isEmpty());
    }

    /** Lets people and metrics know. */
    private void tell() {
        for (Job job : state.ended()) {
            Workflow.getMetricsScope()
                    .tagged(Map.of("outcome", job.state().name()))
                    .counter("littoral_updates")
                    .inc(1);
        }
        CollectionStatus status = state.status();
        Workflow.setCurrentDetails(StatusText.details(status));
        Map<String, Object> words = new TreeMap<>();
        words.put("state", status.state());
        words.put("rows", status.snapshot().rows());
        if (status.source() != null) {
            words.put("source", status.source().uri());
        }
        if (build >= WorkflowVersions.MEMO && !words.equals(memo)) {
            memo = words;
            Workflow.upsertMemo(words);
        }
    }

    private void handleInbox() {
        while (!inbox.isEmpty()) {
            state.handle(inbox.removeFirst(), now());
        }
    }

    private void rest(Instant until) {
        if (until == null) {
            Workflow.await(() -> !inbox.isEmpty());
            return;
        }
        // Workflow.await with a time-out would leave its timer behind each time a message comes first.
        CompletablePromise<Void> over = Workflow.newPromise();
        CancellationScope scope = Workflow.newCancellationScope(() -> Workflow.newTimer(
                        Duration.between(now(), until),
                        TimerOptions.newBuilder()
                                .setSummary("until the next update")
                                .build())
                // Also where it is cancelled: a failure that nobody looks at would be logged as one.
                .handle((fired, cancelled) -> {
                    over.complete(null);
                    return null;
                }));
        scope.run();
        Workflow.await(() -> !inbox.isEmpty() || over.isCompleted());
        if (!over.isCompleted()) {
            scope.cancel("a message came first");
        }
    }

    /** A child that runs would be lost to the next run, and so would a handler that waits: neither is left behind. */
    private void continueAsNewIfLong(CollectionInput input) {
        boolean isLong = Workflow.getInfo().isContinueAsNewSuggested()
                || Workflow.getInfo().getHistoryLength() > history.enough();
        if (!isLong || !state.isBetweenUpdates()) {
            return;
        }
        // What the handlers wait for is done, and they finish as soon as this thread waits.
        Workflow.await(() -> !inbox.isEmpty() || Workflow.isEveryHandlerFinished());
        if (inbox.isEmpty()) {
            Workflow.continueAsNew(input, CarriedInput.of(state.carry()));
        }
    }

    private void stopUpdates() {
        for (long update : state.stoppingJobs()) {
            CancellationScope scope = updates.remove(update);
            if (scope != null) {
                scope.cancel(state.stopReason(update));
            }
        }
    }

    /** Where the head has moved, the state sees it and the need is looked at again: somebody else may have met it. */
    private void declare(Job job) {
        String reason = "update " + job.update() + ", " + job.trigger();
        try {
            Optional<String> refusal = write(commitId -> {
                DeclareRequest request =
                        new DeclareRequest(collectionId, job.update(), job.source(), state.head(), commitId, reason);
                return isHistory()
                        ? quickly("declare the source", activities -> activities.declareSource(request))
                        : catalog("declare the source").declareSource(request);
            });
            if (refusal.isPresent()) {
                state.declarationRefused(refusal.get(), now());
            } else if (state.isRetired() || state.isDeclared(job.source())) {
                state.declared(now());
            }
        } catch (ActivityFailure e) {
            throwIfCancelled(e);
            state.declarationFailed(FailureReason.of(e), now());
        }
    }

    private void retireForGood() {
        try {
            if (!state.head().exists()) {
                // A first declaration that seemed to fail may have come through.
                state.moved(readHead(), now());
            }
            while (state.head().exists() && !state.isRetired()) {
                write(commitId -> catalog("write the collection's end")
                        .retireCollection(new RetireRequest(collectionId, state.lastUpdate(), state.head(), commitId)));
            }
            state.retired(now());
        } catch (ActivityFailure e) {
            throwIfCancelled(e);
            state.retireFailed(FailureReason.of(e), now());
        }
    }

    private interface HeadWrite {
        CommitOutcome upon(String commitId);
    }

    /**
     * Tries to write upon the newest head known; whoever wrote the version after it, the state sees it.
     *
     * @return why the worker does not write it, or empty
     */
    private Optional<String> write(HeadWrite write) {
        // A run of this task that was lost may have used the same number for another version.
        CommitOutcome outcome = write.upon(state.head().version() + 1 + "-" + Workflow.randomUUID());
        state.worked();
        return switch (outcome) {
            case CommitOutcome.Created created -> {
                state.saw(created.head());
                yield Optional.empty();
            }
            case CommitOutcome.Moved moved -> {
                state.moved(moved.newest(), now());
                yield Optional.empty();
            }
            case CommitOutcome.Refused refused -> Optional.of(refused.reason());
        };
    }

    private Head readHead() {
        return quickly("read the head", activities -> activities.readHead(collectionId));
    }

    /**
     * Does within the workflow's task what mostly takes no time, as each activity costs two hops more. A catalog that does not
     * answer at once is an ordinary activity's to wait for.
     */
    private <T> T quickly(String summary, Function<CatalogActivities, T> work) {
        if (build >= WorkflowVersions.QUICK_STEPS) {
            try {
                T answer = work.apply(Workflow.newLocalActivityStub(CatalogActivities.class, Policies.quick(summary)));
                quickAt = Workflow.getInfo().getHistoryLength();
                return answer;
            } catch (ActivityFailure e) {
                throwIfCancelled(e);
                if (FailureReason.of(e).type() != FailureType.TRANSIENT) {
                    throw e;
                }
            }
        }
        return work.apply(catalog(summary));
    }

    /**
     * Whether all that is known of the head is history. What this very task has learned is not: the server may have given the task
     * to another worker, and what this one would write upon it nobody would know of. It waits for a step that the server hands out.
     */
    private boolean isHistory() {
        return Workflow.getInfo().getHistoryLength() > quickAt;
    }

    private static CatalogActivities catalog(String summary) {
        return Workflow.newActivityStub(CatalogActivities.class, Policies.catalog(summary));
    }

    private void launch(Job waiting) {
        Job job = state.launched(waiting, now());
        tell();
        UpdateExternalCollectionWorkflow child = Workflow.newChildWorkflowStub(
                UpdateExternalCollectionWorkflow.class,
                ChildWorkflowOptions.newBuilder()
                        .setWorkflowId(UpdateExternalCollectionWorkflow.id(collectionId, job.update()))
                        .setStaticSummary(StatusText.update(job))
                        .setWorkflowExecutionTimeout(Policies.UPDATE_LIMIT)
                        // A collection that is terminated takes its update along, which still removes its staging.
                        .setParentClosePolicy(ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL)
                        .setCancellationType(ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED)
                        .build());
        UpdateInput input = new UpdateInput(collectionId, job.update(), job.source(), state.options(), state.head());
        CancellationScope scope = Workflow.newCancellationScope(() -> {
            Promise<UpdateReport> report = Async.function(child::run, input);
            report.handle((result, failure) -> {
                updates.remove(job.update());
                inbox.addLast(new Message.UpdateClosed(job.update(), result, failure));
                return null;
            });
        });
        updates.put(job.update(), scope);
        scope.run();
        log.info(
                "Update {} starts, {} at generation {}",
                job.update(),
                job.source().uri(),
                job.generation());
    }

    /** The server does not tell a collection that was reset of updates that had closed before; whether one is there, it answers. */
    private void look(List<Long> unclosed) {
        List<Long> absent = new ArrayList<>();
        for (long update : unclosed) {
            try {
                Workflow.newExternalWorkflowStub(
                                UpdateExternalCollectionWorkflow.class,
                                UpdateExternalCollectionWorkflow.id(collectionId, update))
                        .ping();
            } catch (ApplicationFailure e) {
                // Not the SignalExternalWorkflowException that the SDK documents. Any other answer does not say that it
                // is gone.
                if (FailureReason.isNotThere(e)) {
                    log.info("Update {} is not there", update);
                    absent.add(update);
                }
            }
        }
        // What closed meanwhile has said so itself.
        handleInbox();
        state.looked(absent, now());
    }

    private void inspect(long update) {
        Head newest = null;
        Head commit = Head.NONE;
        try {
            newest = readHead();
            if (state.isUntold(update) && newest.update() > update) {
                commit = quickly("look for the commit", activities -> activities.findCommit(collectionId, update));
            }
            state.worked();
        } catch (ActivityFailure e) {
            throwIfCancelled(e);
            log.warn("The head could not be read after update {}", update, e);
        }
        state.inspected(update, newest, commit, now());
    }

    private static void throwIfCancelled(ActivityFailure failure) {
        if (failure.getCause() instanceof CanceledFailure cancelled) {
            throw cancelled;
        }
    }

    private static RuntimeException ended(ActivityFailure failure) {
        if (failure.getCause() instanceof CanceledFailure cancelled) {
            return cancelled;
        }
        return FailureReason.of(failure).thrown();
    }

    private static Instant now() {
        return Instant.ofEpochMilli(Workflow.currentTimeMillis());
    }

    // ------------------------------------------------------------------ handlers

    /** Signals of any other name: a person's slip, which is said rather than kept for a handler that never comes. */
    private final class OtherSignals implements DynamicSignalHandler {
        @Override
        public void handle(String name, EncodedValues arguments) {
            inbox.addLast(new Message.Rejected(
                    SecretScanner.name(name),
                    "there is no such signal; expected " + MessageNames.oneOf(MessageNames.SIGNALS)));
        }

        @Override
        public String getDescription() {
            return "Any other signal is recorded as rejected";
        }
    }

    /** Updates of any other name, which the SDK would refuse with its stack. */
    private static final class OtherUpdates implements DynamicUpdateHandler {
        @Override
        public void handleValidate(String name, EncodedValues arguments) {
            handleExecute(name, arguments);
        }

        /** Reached by way of the validator only, as none is valid. */
        @Override
        public Object handleExecute(String name, EncodedValues arguments) {
            throw FailureReason.input("there is no update " + SecretScanner.quotedName(name) + "; expected "
                            + MessageNames.oneOf(MessageNames.UPDATES))
                    .thrown();
        }

        @Override
        public String getDescription() {
            return "Any other update is refused";
        }
    }

    /** Queries of any other name, which the SDK would refuse with its stack. */
    private static final class OtherQueries implements DynamicQueryHandler {
        @Override
        public Object handle(String name, EncodedValues arguments) {
            throw new InvalidRequestException("there is no query " + SecretScanner.quotedName(name) + "; expected "
                    + MessageNames.oneOf(MessageNames.QUERIES));
        }

        @Override
        public String getDescription() {
            return "Any other query is refused";
        }
    }

    @Override
    public void sourceChanged(SourceRequest source) {
        try {
            inbox.addLast(new Message.Change(SourceParser.parse(source), MessageNames.SOURCE_CHANGED, null));
        } catch (InvalidRequestException e) {
            inbox.addLast(new Message.Rejected(MessageNames.SOURCE_CHANGED, e.getMessage()));
        }
    }

    @Override
    public void validateChangeSource(SourceRequest source) {
        // The rules are the worker's own, so only this may look at them: it is not replayed.
        rules.refusal(checked(source)).ifPresent(refusal -> {
            throw FailureReason.input(refusal).thrown();
        });
    }

    private static ExternalSource checked(SourceRequest source) {
        try {
            return SourceParser.parse(source);
        } catch (InvalidRequestException e) {
            // Any other exception would block the workflow.
            throw FailureReason.input(e.getMessage()).thrown();
        }
    }

    @Override
    public ChangeAnswer changeSource(SourceRequest source) {
        ExternalSource wanted = checked(source);
        long job = served(reply -> new Message.Change(wanted, MessageNames.CHANGE_SOURCE, reply));
        // Once this has answered, nothing of an older source can commit.
        Workflow.await(() -> state.isSettled(job));
        return state.answer(job);
    }

    @Override
    public void signalRefresh() {
        inbox.addLast(new Message.Refresh(MessageNames.REFRESH, null));
    }

    @Override
    public ChangeAnswer updateRefresh() {
        return state.answer(served(reply -> new Message.Refresh(MessageNames.REFRESH, reply)));
    }

    private interface Request {
        Message with(PendingReply reply);
    }

    /** The job that serves a request. Temporal forgets update ids when a run ends, so they are remembered here. */
    private long served(Request request) {
        if (problem != null) {
            throw FailureReason.input(problem).thrown();
        }
        String id = Workflow.getCurrentUpdateInfo().orElseThrow().getUpdateId();
        long before = state.servedBefore(id);
        if (before > 0) {
            return before;
        }
        PendingReply reply = new PendingReply();
        inbox.addLast(request.with(reply));
        Workflow.await(reply::isSet);
        if (reply.refusal() != null) {
            throw FailureReason.input(reply.refusal()).thrown();
        }
        state.served(id, reply.job());
        return reply.job();
    }

    @Override
    public void cancelUpdate() {
        inbox.addLast(new Message.CancelUpdate());
    }

    @Override
    public void pause() {
        inbox.addLast(new Message.Pause());
    }

    @Override
    public void resume() {
        inbox.addLast(new Message.Resume());
    }

    @Override
    public void retire() {
        inbox.addLast(new Message.Retire());
    }

    @Override
    public void onProgress(ProgressSignal news) {
        try {
            // Not by way of the inbox: it is of use while the loop waits for what it tells of.
            state.heard(ProgressParser.parse(news), now());
            Workflow.setCurrentDetails(StatusText.details(state.status()));
        } catch (InvalidRequestException e) {
            inbox.addLast(new Message.Rejected(MessageNames.PROGRESS_SIGNAL, e.getMessage()));
        }
    }

    @Override
    public CollectionStatus status() {
        return state.status();
    }

    @Override
    public List<Job> jobs(JobsRequest page) {
        return state.jobs(JobsPage.parse(page));
    }
}
