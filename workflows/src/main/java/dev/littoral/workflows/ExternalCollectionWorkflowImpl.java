package dev.littoral.workflows;

import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.AcknowledgeRequest;
import dev.littoral.workflows.model.CarriedInput;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.JobsRequest;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.LeaseRequest;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RollbackAnswer;
import dev.littoral.workflows.model.ServingStatus;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.VersionRequest;
import dev.littoral.workflows.spec.AcknowledgeParser;
import dev.littoral.workflows.spec.CollectionId;
import dev.littoral.workflows.spec.CollectionStart;
import dev.littoral.workflows.spec.JobsPage;
import dev.littoral.workflows.spec.LeaseParser;
import dev.littoral.workflows.spec.ProgressParser;
import dev.littoral.workflows.spec.RollbackTarget;
import dev.littoral.workflows.spec.SourceParser;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The message handlers of a collection's workflow. They put messages into the inbox; {@link CollectionLoop} handles
 * them.
 */
public final class ExternalCollectionWorkflowImpl implements ExternalCollectionWorkflow {
    private final String collectionId = Workflow.getInfo().getWorkflowId();
    private final Deque<Message> inbox = new ArrayDeque<>();
    private final CollectionState state;
    private final CollectionStart start;
    private final Policies.History history;
    private final SourcePolicy policy;
    private final CollectionObserver observer;
    private final RegisteredAttributes registered;
    private final ConsumerCalls consumers;

    /** What is wrong with the input, or null. Kept, as a constructor that throws would block the workflow for ever. */
    private final String problem;

    /** Whether the previous run passed on its state. */
    private final boolean continued;

    // Runs before any handler, so that a signal or update that comes with the start finds its state.
    @WorkflowInit
    public ExternalCollectionWorkflowImpl(CollectionInput input, CarriedInput carried) {
        this(input, carried, SourcePolicy.NONE, CollectionObserver.NONE, RegisteredAttributes.NONE, Policies.HISTORY);
    }

    ExternalCollectionWorkflowImpl(
            CollectionInput input,
            CarriedInput carried,
            SourcePolicy policy,
            CollectionObserver observer,
            RegisteredAttributes registered,
            Policies.History history) {
        this.policy = policy;
        this.observer = observer;
        this.registered = registered;
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
        consumers = new ConsumerCalls(collectionId, state, inbox);
        if (continued) {
            state.restore(carried.state());
        }
    }

    private static boolean isGiven(CarriedInput carried) {
        return carried != null && carried.json() != null && !carried.json().isNull();
    }

    @Override
    public void run(CollectionInput input, CarriedInput carried) {
        requireNoProblem();
        int version =
                Workflow.getVersion(WorkflowVersions.COLLECTION, Workflow.DEFAULT_VERSION, WorkflowVersions.NEWEST);
        if (version >= WorkflowVersions.CHECKS_UPDATES) {
            state.jobs().checkUpdates();
        }
        if (version >= WorkflowVersions.ROLLS_BACK) {
            state.rollbacks().enable();
        }
        if (version >= WorkflowVersions.EVENTS) {
            state.outbox().enable();
        }
        if (version >= WorkflowVersions.FRESHNESS) {
            state.freshness().enable();
        }
        if (version >= WorkflowVersions.HEAD_BEFORE_CHANGE) {
            state.requests().readHeadFirst();
        }
        state.consumers().begin(version >= WorkflowVersions.CONSUMERS);
        UnknownMessages.register(inbox::addLast);
        CollectionLoop loop = new CollectionLoop(
                state, inbox, history, observer, new CollectionAttributes(registered, version), consumers, version);
        try {
            if (!continued) {
                loop.open(start.source());
            }
            loop.run(input);
        } catch (CanceledFailure e) {
            // Its update is cancelled with it, and removes its staging first.
            Workflow.newDetachedCancellationScope(loop::awaitUpdates).run();
            throw e;
        }
    }

    @Override
    public void sourceChanged(SourceRequest source) {
        try {
            inbox.addLast(new Message.ChangeSource(SourceParser.parse(source), MessageNames.SOURCE_CHANGED, null));
        } catch (InvalidRequestException e) {
            inbox.addLast(new Message.Rejected(MessageNames.SOURCE_CHANGED, e.getMessage()));
        }
    }

    @Override
    public void validateChangeSource(SourceRequest source) {
        // The policy is the worker's own, so only a validator may ask it: it is not replayed.
        policy.refusal(checked(() -> SourceParser.parse(source))).ifPresent(refusal -> {
            throw FailureReason.input(refusal).thrown();
        });
    }

    @Override
    public ChangeAnswer changeSource(SourceRequest source) {
        ExternalSource desired = checked(() -> SourceParser.parse(source));
        long job = served(reply -> new Message.ChangeSource(desired, MessageNames.CHANGE_SOURCE, reply));
        // Once this has answered, nothing of an older source can commit.
        Workflow.await(() -> state.view().isSettled(job));
        return state.view().answer(job);
    }

    @Override
    public void signalRefresh() {
        inbox.addLast(new Message.Refresh(MessageNames.REFRESH, null));
    }

    @Override
    public ChangeAnswer updateRefresh() {
        return state.view().answer(served(reply -> new Message.Refresh(MessageNames.REFRESH, reply)));
    }

    /** What serves a request. Temporal forgets update ids when a run ends, so the ledger has them. */
    private long served(Function<PendingReply, Message> request) {
        requireNoProblem();
        String id = Workflow.getCurrentUpdateInfo().orElseThrow().getUpdateId();
        long before = state.ledger().servedBefore(id);
        if (before > 0) {
            return before;
        }
        PendingReply reply = new PendingReply();
        inbox.addLast(request.apply(reply));
        Workflow.await(reply::isSet);
        if (reply.refusal() != null) {
            throw reply.refusal().thrown();
        }
        state.ledger().served(id, reply.job());
        return reply.job();
    }

    @Override
    public void signalRollback(VersionRequest version) {
        try {
            inbox.addLast(new Message.Rollback(RollbackTarget.parse(version), null));
        } catch (InvalidRequestException e) {
            inbox.addLast(new Message.Rejected(MessageNames.ROLLBACK, e.getMessage()));
        }
    }

    @Override
    public void validateRollback(VersionRequest version) {
        checked(() -> RollbackTarget.parse(version));
    }

    @Override
    public RollbackAnswer updateRollback(VersionRequest version) {
        RollbackTarget target = checked(() -> RollbackTarget.parse(version));
        return new RollbackAnswer(served(reply -> new Message.Rollback(target, reply)), target.version());
    }

    @Override
    public void validateLease(LeaseMessage lease) {
        parsed(lease);
    }

    @Override
    public LeaseAnswer lease(LeaseMessage lease) {
        return consumers.lease(parsed(lease));
    }

    private LeaseRequest parsed(LeaseMessage lease) {
        requireNoProblem();
        return checked(() -> LeaseParser.parse(collectionId, lease));
    }

    @Override
    public void validateAcknowledge(AcknowledgeMessage answer) {
        parsed(answer);
    }

    @Override
    public ConsumerStatus acknowledge(AcknowledgeMessage answer) {
        return consumers.acknowledge(parsed(answer));
    }

    private AcknowledgeRequest parsed(AcknowledgeMessage answer) {
        requireNoProblem();
        return checked(() -> AcknowledgeParser.parse(collectionId, answer));
    }

    /** Refuses whatever is asked of a collection whose ID or input is none. */
    private void requireNoProblem() {
        if (problem != null) {
            throw FailureReason.input(problem).thrown();
        }
    }

    /** What a message asks for; any other exception than a failure would block the workflow. */
    private static <T> T checked(Supplier<T> parsed) {
        try {
            return parsed.get();
        } catch (InvalidRequestException e) {
            throw FailureReason.input(e.getMessage()).thrown();
        }
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
    public void onProgress(ProgressSignal signal) {
        try {
            // Not through the inbox: it is shown while the loop waits for the activity that it is about.
            state.progress()
                    .onProgress(ProgressParser.parse(signal), state.active().running(), CollectionLoop.now());
            StatusReporter.details(state.view().status());
        } catch (InvalidRequestException e) {
            inbox.addLast(new Message.Rejected(MessageNames.PROGRESS_SIGNAL, e.getMessage()));
        }
    }

    @Override
    public CollectionStatus status() {
        return state.view().status();
    }

    @Override
    public List<Job> jobs(JobsRequest page) {
        return state.view().jobs(JobsPage.parse(page));
    }

    @Override
    public ServingStatus consumers() {
        ServingStatus serving = state.view().status().serving();
        return serving == null ? ServingStatus.NONE : serving;
    }
}
