package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateState;
import java.time.Instant;
import java.util.List;

/**
 * The state machine of a collection. Pure: it has no clock and calls no Temporal API; the workflow reports events to it
 * and carries out its decisions. One thread.
 *
 * <p>{@link CollectionPhase} has the table of its transitions.
 */
final class CollectionState {
    private static final String RETIRED = "the collection is retired";

    private final CollectionOptions options;
    private final SourceDeclaration declaration = new SourceDeclaration();
    private final ProgressView progress = new ProgressView();
    private final JobQueue jobs = new JobQueue(declaration, progress);
    private final ActiveUpdates active = jobs.active();
    private final JobHistory history = jobs.history();
    private final RequestLedger ledger = new RequestLedger();
    private final UpdateWatchdog watchdog = new UpdateWatchdog();
    private final RequestHandler requests = new RequestHandler(declaration, jobs, ledger, watchdog);
    private final RollbackHandler rollbacks = new RollbackHandler(declaration, jobs, requests);
    private final UpdateSchedule schedule;
    private final EventOutbox outbox;
    private final Freshness freshness;
    private final ConsumerWatch consumers;
    private final CollectionView view;

    private boolean opened;
    private boolean retiring;
    private boolean closed;

    CollectionState(String collectionId, CollectionOptions options) {
        this.options = options;
        this.schedule = new UpdateSchedule(options.refreshEvery());
        this.outbox = new EventOutbox(collectionId, options.sinks());
        this.freshness = new Freshness(options.maxStaleness(), declaration, history);
        freshness.onTransition(turn -> outbox.turned(turn, lastUpdate(), head().version()));
        this.consumers = new ConsumerWatch(collectionId, options);
        this.view = new CollectionView(collectionId, this, declaration, jobs, ledger, progress, schedule);
    }

    /** Continues from the previous run. */
    void restore(CarriedState carried) {
        opened = true;
        schedule.restore(carried);
        declaration.restore(carried);
        jobs.restore(carried);
        ledger.restore(carried);
        outbox.restore(carried.events());
        freshness.restore(carried);
        consumers.restore(carried);
    }

    /** The state that the next run continues from. */
    CarriedState carry() {
        return new CarriedState(
                head(),
                declaration.desired(),
                jobs.nextUpdate(),
                jobs.pending(),
                history.jobs(),
                history.lastFailure(),
                ledger.answered(),
                declaration.unconfirmed(),
                schedule.isPaused(),
                declaration.isPausedByRollback(),
                history.lastEndedAt(),
                ledger.note(),
                ledger.rejected(),
                outbox.carry(),
                freshness.carry(),
                consumers.carry());
    }

    void handle(Message message, Instant now) {
        if (closed && message instanceof Message.Request request) {
            requests.refuse(request, RETIRED + "; expected another collectionId", now);
            return;
        }
        switch (message) {
            case Message.ChangeSource change -> requests.change(change, now);
            case Message.Refresh refresh -> requests.refresh(refresh, now);
            case Message.Rejected rejected -> ledger.reject(rejected.signal(), rejected.reason(), now);
            case Message.CancelUpdate ignored -> requests.cancelUpdate(now);
            case Message.Pause ignored -> schedule.pause();
            case Message.Resume ignored -> rollbacks.resume(schedule);
            case Message.Rollback rollback -> rollbacks.request(rollback, now);
            case Message.Retire ignored -> retiring = true;
            case Message.UpdateClosed result -> updateClosed(result, now);
            case Message.EventsSent sent -> outbox.sent(sent, now);
            case Message.ConsumerSaid ignored -> consumers.expect(now);
            case Message.ConsumersLooked looked -> consumers.looked(looked, now);
        }
    }

    private void updateClosed(Message.UpdateClosed result, Instant now) {
        if (active.isRunning(result.update())) {
            schedule.endedByItself();
            freshness.closed(result.report(), schedule.launchedAt(), now);
        }
        jobs.updateClosed(result, now);
    }

    /** Active updates were checked; {@code absent} are those whose workflow is not there. */
    void checked(List<Long> absent, Instant now) {
        watchdog.checked(absent, now).forEach(active::vanish);
    }

    /** The waiting job's workflow is started; returns the job. In runs of older builds the launchId is null. */
    Job launched(Job job, String launchId, Instant now) {
        schedule.launched(now);
        watchdog.restart();
        return jobs.launch(job, launchId);
    }

    void inspected(long update, Head newest, Head commit, Instant now) {
        jobs.inspected(update, newest, commit, retiring, now);
    }

    /** The catalog was read for the first time: numbers and source continue from there. */
    void opened(Head newest) {
        opened = true;
        advanceHead(newest);
        declaration.desire(newest.source());
    }

    void advanceHead(Head newest) {
        jobs.advanceHead(newest);
    }

    void moved(Head newest, Instant now) {
        jobs.moved(newest, now);
    }

    void declared(Instant now) {
        jobs.declared(now);
    }

    /** The waiting job's declaration failed for good. Its source stays desired: the next refresh declares it. */
    void declarationFailed(FailureReason failure, Instant now) {
        declaration.failed();
        jobs.endPending(UpdateState.FAILED, failure.type(), failure.reason(), now);
    }

    /** The worker may not read the waiting job's source: the collection keeps the one it had. */
    void declarationRefused(String reason, Instant now) {
        declaration.refused();
        ledger.reject(jobs.pending().trigger(), reason, now);
        jobs.endPending(UpdateState.FAILED, FailureType.INPUT, reason, now);
    }

    /** The collection's end is written, or there is nothing to end. */
    void retired(Instant now) {
        closed = true;
        if (jobs.pending() != null) {
            jobs.endPending(UpdateState.CANCELED, null, RETIRED, now);
        }
    }

    /** The collection's end could not be written: it continues. */
    void retireFailed(FailureReason failure, Instant now) {
        retiring = false;
        ledger.reject(MessageNames.RETIRE, failure.type() + ": " + failure.reason(), now);
    }

    CollectionPhase phase() {
        if (closed) {
            return CollectionPhase.CLOSED;
        }
        if (!opened) {
            return CollectionPhase.STARTING;
        }
        if (active.toInspect() != null) {
            return CollectionPhase.INSPECTING;
        }
        if (isRetiring()) {
            return active.isEmpty() ? CollectionPhase.RETIRING : CollectionPhase.ENDING;
        }
        if (rollbacks.isNext()) {
            return CollectionPhase.RESTORING;
        }
        if (active.running() != null) {
            return jobs.pending() == null ? CollectionPhase.RUNNING : CollectionPhase.RUNNING_NEXT;
        }
        if (jobs.pending() == null) {
            return active.isEmpty() ? CollectionPhase.IDLE : CollectionPhase.STOPPING;
        }
        if (!declaration.isDeclared(jobs.pending().source())) {
            return CollectionPhase.DECLARING;
        }
        return active.isEmpty() ? CollectionPhase.LAUNCHING : CollectionPhase.STOPPING_NEXT;
    }

    /** What to do next. Carrying it out changes the state through the methods above. */
    Decision next(Instant now) {
        stopReplaced(now);
        consumers.notice(opened && !closed && !isRetiring(), head(), history.lastEndedAt(), now);
        boolean kept = opened && !closed && !isRetiring() && declaration.desired() != null;
        freshness.look(kept, () -> Diagnosis.ofBehind(view.status()), now);
        Decision decision = switch (phase()) {
            case INSPECTING -> new Decision.ReadHead(active.toInspect());
            case DECLARING, LAUNCHING -> declareOrLaunch(now);
            case RESTORING -> new Decision.RollBack(rollbacks.target());
            case RETIRING -> new Decision.Retire();
            case STARTING, IDLE, RUNNING, RUNNING_NEXT, STOPPING, STOPPING_NEXT, ENDING, CLOSED ->
                new Decision.Idle(UpdateSchedule.earlier(refreshAt(), freshness.endsAt()));
        };
        return decision instanceof Decision.Idle idle
                ? watchdog.idle(jobs.checksUpdates() ? active.unclosed() : List.of(), idle.until(), now)
                : decision;
    }

    private Decision declareOrLaunch(Instant now) {
        Job job = jobs.pending();
        if (!rollbacks.isWaiting() && schedule.launchesAt().isAfter(now)) {
            return new Decision.Idle(schedule.launchesAt());
        }
        ConsumerWatch.BackPressure pressure = rollbacks.isWaiting() ? null : consumers.backPressure(jobs, declaration);
        if (pressure != null && !pressure.isOver(now)) {
            return new Decision.Idle(pressure.until());
        }
        if (pressure != null) {
            ledger.note("update " + job.update() + " has waited long enough, and goes ahead: " + pressure.consumer());
        }
        return declaration.isDeclared(job.source()) ? new Decision.Launch(job) : new Decision.Declare(job);
    }

    /** A timer that ended becomes a job; an update that another one replaces is stopped. */
    private void stopReplaced(Instant now) {
        if (isRetiring()) {
            rollbacks.retire(now);
            active.stop(UpdateState.CANCELED, RETIRED);
            return;
        }
        if (active.toInspect() != null) {
            return;
        }
        Instant refreshAt = refreshAt();
        if (refreshAt != null && !refreshAt.isAfter(now)) {
            jobs.joinOrEnqueue("timer", declaration.desired(), now);
        }
        rollbacks.prepare(now);
        Job pending = jobs.pending();
        if (pending != null
                && active.running() != null
                && !active.running().source().equals(pending.source())) {
            schedule.superseded();
            active.stop(UpdateState.SUPERSEDED, "the source changed: update " + pending.update() + " takes its place");
        }
    }

    /** Requested, or written by another process: the running update is stopped first. */
    private boolean isRetiring() {
        return retiring || isRetired();
    }

    /** When the collection is refreshed next, or null. */
    Instant refreshAt() {
        boolean idle = active.running() == null && jobs.pending() == null && !isRetiring() && !rollbacks.isPausing();
        return idle && declaration.desired() != null
                ? schedule.refreshAt(history.lastEndedAt(), freshness.listsAt())
                : null;
    }

    Head head() {
        return declaration.head();
    }

    CollectionOptions options() {
        return options;
    }

    CollectionView view() {
        return view;
    }

    Freshness freshness() {
        return freshness;
    }

    ConsumerWatch consumers() {
        return consumers;
    }

    RequestLedger ledger() {
        return ledger;
    }

    JobQueue jobs() {
        return jobs;
    }

    RequestHandler requests() {
        return requests;
    }

    RollbackHandler rollbacks() {
        return rollbacks;
    }

    ProgressView progress() {
        return progress;
    }

    EventOutbox outbox() {
        return outbox;
    }

    boolean isRetired() {
        return head().retired();
    }

    /** Whether the collection has ended: nothing runs or waits, and every request is rejected. */
    boolean isClosed() {
        return closed;
    }

    boolean isDeclared(ExternalSource source) {
        return declaration.isDeclared(source);
    }

    ActiveUpdates active() {
        return active;
    }

    /** The number of the last update, or 0. */
    long lastUpdate() {
        return jobs.nextUpdate() - 1;
    }

    /** Whether nothing is under way that a next run could not know of. */
    boolean isBetweenUpdates() {
        return opened && active.isEmpty() && !isRetiring() && !rollbacks.isWaiting();
    }

    List<Job> takeNewlyEnded() {
        return history.takeNewlyEnded();
    }
}
