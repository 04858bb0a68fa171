package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CommitId;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.spec.RollbackTarget;
import io.temporal.api.enums.v1.ParentClosePolicy;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.ChildWorkflowCancellationType;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Workflow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;

/**
 * The main loop of a collection's workflow, and the only writer of its state: it takes messages from the inbox, asks
 * {@link CollectionState} for a decision, and carries that out. The order of its commands is part of every history.
 */
final class CollectionLoop {
    private final Logger log = Workflow.getLogger(ExternalCollectionWorkflowImpl.class);
    private final String collectionId = Workflow.getInfo().getWorkflowId();
    private final CollectionState state;
    private final Deque<Message> inbox;
    private final RunSuccession runs;
    private final StatusReporter reporter;
    private final CatalogCalls catalog;
    private final HeadReader heads;
    private final EventDelivery events;
    private final ConsumerCalls consumers;
    private final DeploymentCalls deployments;
    private final int version;

    /** The scopes of the updates whose workflow has not closed. */
    private final Map<Long, CancellationScope> updates = new TreeMap<>();

    /** A loop of a run that keeps to a version of the workflow's code; see {@link WorkflowVersions}. */
    CollectionLoop(
            CollectionState state,
            Deque<Message> inbox,
            Policies.History history,
            CollectionObserver observer,
            CollectionAttributes attributes,
            ConsumerCalls consumers,
            int version) {
        this.state = state;
        this.inbox = inbox;
        this.runs = new RunSuccession(state, inbox, history, attributes);
        this.reporter = new StatusReporter(state, observer, attributes, version);
        this.catalog = new CatalogCalls(version);
        this.heads = new HeadReader(collectionId, state, catalog);
        this.events = new EventDelivery(collectionId, state, inbox);
        this.consumers = consumers;
        this.deployments = new DeploymentCalls(collectionId, version);
        this.version = version;
        reporter.report();
    }

    /** Opens the catalog: the first run of a collection only. */
    void open(ExternalSource source) {
        events.checkSinks();
        Head head;
        try {
            head = CatalogCalls.ordinary("open the catalog").openCollection(collectionId, source);
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            throw FailureReason.of(e).thrown();
        }
        state.opened(head);
        if (state.isRetired()) {
            throw FailureReason.input("collection " + collectionId + " was retired at version " + head.version()
                            + "; expected another collectionId")
                    .thrown();
        }
        state.progress().clearRetry();
        // Requests that came with the start are newer than its input.
        if (source != null && !source.equals(head.source())) {
            inbox.addFirst(new Message.ChangeSource(source, "start", null));
        } else if (head.exists() && state.view().status().rolledBack() == null) {
            inbox.addFirst(new Message.Refresh("start", null));
        }
    }

    /** Runs until the collection is retired, or continues as new. */
    void run(CollectionInput input) {
        while (!state.isClosed()) {
            handleInbox();
            if (runs.isTooLong()) {
                state.jobs().renew(now());
            }
            Decision decision = state.next(now());
            cancelStopping();
            reporter.report();
            switch (decision) {
                case Decision.Declare declare -> declare(declare.job());
                case Decision.Launch launch -> {
                    runs.continueIfLong(input);
                    launch(launch.job());
                }
                case Decision.ReadHead read -> heads.after(read.update());
                case Decision.CheckUpdates check -> check(check.updates());
                case Decision.RollBack rollback -> rollBack(rollback.target());
                case Decision.Retire ignored -> retire();
                case Decision.Idle idle -> {
                    // What goes on beside the next run would begin again; nothing more is begun.
                    boolean ends = runs.endsWhenQuiet();
                    if (ends
                            && !state.outbox().isSending()
                            && !state.consumers().isLooking()) {
                        runs.continueIfLong(input);
                    }
                    Instant beside = ends ? null : UpdateSchedule.earlier(events.send(), consumers.look());
                    reporter.looked(UpdateSchedule.earlier(idle.until(), beside));
                    InboxWait.until(idle.until(), beside, inbox);
                }
            }
        }
        finish();
    }

    /** Late requests are answered too, and sinks get the collection's end. */
    private void finish() {
        Instant end = now().plus(Policies.LAST_EVENTS);
        do {
            handleInbox();
            reporter.report();
            if (events.isGoingOn(end)) {
                InboxWait.until(end, events.send(), inbox);
            } else {
                Workflow.await(() -> !inbox.isEmpty() || Workflow.isEveryHandlerFinished());
            }
        } while (!inbox.isEmpty() || events.isGoingOn(end));
    }

    void awaitUpdates() {
        Workflow.await(Policies.CLEAN_UP_TIMEOUT, updates::isEmpty);
    }

    private void handleInbox() {
        // What comes after a rollback finds it done.
        while (!inbox.isEmpty() && !state.rollbacks().isWaiting()) {
            Message message = inbox.removeFirst();
            if (heads.before(message)) {
                state.handle(message, now());
            }
        }
    }

    private void cancelStopping() {
        for (ActiveUpdates.Stopping stopped : state.active().stopping()) {
            CancellationScope scope = updates.remove(stopped.job().update());
            if (scope != null) {
                scope.cancel(stopped.reason());
            }
        }
    }

    /**
     * Where another version was in the way, the state learns of it and decides again: another writer may have declared.
     */
    private void declare(Job job) {
        String reason = "update " + job.update() + ", " + job.trigger();
        try {
            CommitOutcome outcome = write(commitId -> {
                DeclareRequest request =
                        new DeclareRequest(collectionId, job.update(), job.source(), state.head(), commitId, reason);
                return catalog.write("declare the source", activities -> activities.declareSource(request));
            });
            if (outcome instanceof CommitOutcome.Refused refused) {
                log.warn("Update {} ended FAILED before it began: {}", job.update(), refused.reason());
                state.declarationRefused(refused.reason(), now());
            } else if (state.isRetired() || state.isDeclared(job.source())) {
                state.declared(now());
            }
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            FailureReason failure = FailureReason.of(e);
            log.warn("Update {} ended FAILED before it began: {}", job.update(), failure.sentence());
            state.declarationFailed(failure, now());
        }
    }

    private void rollBack(RollbackTarget target) {
        try {
            CommitOutcome outcome = write(commitId -> {
                RollbackRequest request = new RollbackRequest(
                        collectionId, state.lastUpdate(), target.version(), state.head(), commitId, target.reason());
                return catalog.write(
                        "roll back to version " + target.version(), activities -> activities.rollBack(request));
            });
            switch (outcome) {
                case CommitOutcome.Created ignored -> {
                    state.rollbacks().written(now());
                    cancelStopping();
                    state.declared(now());
                }
                case CommitOutcome.Refused refused ->
                    state.rollbacks().refuse(FailureReason.input(refused.reason()), now());
                case CommitOutcome.Moved ignored -> log.info("Another version was in the way of a rollback");
            }
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            state.rollbacks().refuse(FailureReason.of(e), now());
        }
    }

    private void retire() {
        try {
            if (!state.head().exists()) {
                // A first declaration that seemed to fail may have been written.
                state.moved(heads.read(), now());
            }
            while (state.head().exists() && !state.isRetired()) {
                write(commitId -> CatalogCalls.ordinary("write the collection's end")
                        .retireCollection(new RetireRequest(collectionId, state.lastUpdate(), state.head(), commitId)));
            }
            state.retired(now());
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            state.retireFailed(FailureReason.of(e), now());
        }
    }

    /**
     * Writes on the newest known head; the state learns of the version after it, whichever writer created it.
     *
     * @param write from a commitId
     */
    private CommitOutcome write(Function<String, CommitOutcome> write) {
        // A lost run of this workflow task may have used the same number for another version.
        CommitOutcome outcome = write.apply(state.head().version() + 1 + "-" + Workflow.randomUUID());
        state.progress().clearRetry();
        switch (outcome) {
            case CommitOutcome.Created created -> state.advanceHead(created.head());
            case CommitOutcome.Moved moved -> state.moved(moved.newest(), now());
            case CommitOutcome.Refused ignored -> {
                // Nothing was written.
            }
        }
        return outcome;
    }

    private void launch(Job waiting) {
        String launchId = version >= WorkflowVersions.LAUNCH_IDS ? CommitId.launchId(Workflow.randomUUID()) : null;
        Job job = state.launched(waiting, launchId, now());
        reporter.report();
        UpdateExternalCollectionWorkflow child = Workflow.newChildWorkflowStub(
                UpdateExternalCollectionWorkflow.class,
                ChildWorkflowOptions.newBuilder()
                        .setWorkflowId(UpdateExternalCollectionWorkflow.id(collectionId, job.update()))
                        .setStaticSummary(StatusText.update(job))
                        .setPriority(
                                Policies.priority(collectionId, state.head().kind() == HeadKind.DECLARED))
                        .setWorkflowExecutionTimeout(Policies.UPDATE_LIMIT)
                        // A terminated collection cancels its update, which then removes its staging.
                        .setParentClosePolicy(ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL)
                        .setCancellationType(ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED)
                        .build());
        UpdateInput input =
                new UpdateInput(collectionId, job.update(), job.source(), state.options(), state.head(), launchId);
        CancellationScope scope = Workflow.newCancellationScope(() -> {
            Async.function(child::run, input).handle((result, failure) -> {
                updates.remove(job.update());
                String unreported = FailureReason.unreported(failure);
                if (unreported != null) {
                    log.warn("Update {} ended without a report: {}", job.update(), unreported);
                }
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

    /**
     * Checks by a signal whether updates are still there, and whether there are workers for them. The server does not
     * notify a collection that was reset of updates that had closed before.
     */
    private void check(List<Long> unclosed) {
        List<Long> absent = new ArrayList<>();
        List<Long> abandoned = new ArrayList<>();
        for (long update : unclosed) {
            try {
                Workflow.newExternalWorkflowStub(
                                UpdateExternalCollectionWorkflow.class,
                                UpdateExternalCollectionWorkflow.id(collectionId, update))
                        .ping();
                if (deployments.isAbandoned(update)) {
                    log.info("Update {} has no workers any more", update);
                    abandoned.add(update);
                }
            } catch (ApplicationFailure e) {
                // Not the SignalExternalWorkflowException that the SDK documents. Any other failure does not mean that
                // it is gone.
                if (FailureReason.isNotThere(e)) {
                    log.info("Update {} is not there", update);
                    absent.add(update);
                }
            }
        }
        // Results that came meanwhile count first.
        handleInbox();
        state.checked(absent, now());
        // Known as such before it is terminated: that its workflow ends is then no failure.
        abandoned.forEach(state.active()::abandon);
        abandoned.forEach(deployments::terminate);
    }

    static Instant now() {
        return Instant.ofEpochMilli(Workflow.currentTimeMillis());
    }
}
