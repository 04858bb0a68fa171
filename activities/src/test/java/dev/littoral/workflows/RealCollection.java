package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.SegmentCounts;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.spec.RollbackTarget;
import io.temporal.failure.CanceledFailure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A collection's decisions as they ship, for tests in other packages. */
public final class RealCollection {
    private final CollectionOptions options;
    private final List<Change> changes = new ArrayList<>();
    private CollectionState state;
    private Instant now;

    public RealCollection(String collectionId, CollectionOptions options, Instant now) {
        this.options = options;
        this.state = new CollectionState(collectionId, options);
        enable();
        this.now = now;
    }

    private void enable() {
        state.jobs().checkUpdates();
        state.requests().readHeadFirst();
        state.rollbacks().enable();
        state.consumers().begin(false);
    }

    /** What a collection does next. */
    public enum Next {
        DECLARE,
        LAUNCH,
        INSPECT,
        ROLL_BACK,
        RETIRE,
        REST,
        OVER
    }

    /**
     * A decision.
     *
     * @param job what is declared or launched, or null
     * @param number the update that is inspected, the version that is rolled back to, or 0
     */
    public record Decided(Next next, Job job, long number) {}

    private record Change(ExternalSource source, PendingReply reply) {}

    /** The answer to a change to a source. */
    public record Answer(ExternalSource source, ChangeAnswer answer) {}

    public void opened(Head head) {
        state.opened(head);
    }

    /** Whether the head is read before a change is handled. */
    public boolean needsHead(ExternalSource source) {
        return state.requests().needsHead(new Message.ChangeSource(source, "changeSource", null));
    }

    public void headRead(Head newest) {
        state.jobs().headRead(newest, now);
    }

    public void change(ExternalSource source) {
        PendingReply reply = new PendingReply();
        changes.add(new Change(source, reply));
        state.handle(new Message.ChangeSource(source, "changeSource", reply), now);
    }

    public void refresh() {
        state.handle(new Message.Refresh("refresh", null), now);
    }

    public void cancelUpdate() {
        state.handle(new Message.CancelUpdate(), now);
    }

    public void rollBack(long version) {
        state.handle(new Message.Rollback(new RollbackTarget(version, null), null), now);
    }

    /** Whether a rollback waits, so that no message is taken. */
    public boolean isRollingBack() {
        return state.rollbacks().isWaiting();
    }

    /** A rollback is written; what it stops is to be stopped before {@link #declared}. */
    public void rolledBack() {
        state.rollbacks().written(now);
    }

    public void rollbackFailed(FailureType type) {
        state.rollbacks().refuse(new FailureReason(type, "a failure"), now);
    }

    public void resume() {
        state.handle(new Message.Resume(), now);
    }

    public void retire() {
        state.handle(new Message.Retire(), now);
    }

    /** An update's workflow closed with a report. */
    public void closed(long update, UpdateState outcome, Head head, ExternalSource source) {
        state.handle(
                new Message.UpdateClosed(
                        update,
                        new UpdateReport(
                                "c",
                                update,
                                outcome,
                                "a reason",
                                null,
                                head.version(),
                                head.generation(),
                                source,
                                FileCounts.NONE,
                                List.of(),
                                0,
                                0,
                                0,
                                null,
                                new SegmentCounts(0, 0, 0, 0),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                0,
                                Map.of(),
                                Map.of(),
                                null,
                                null,
                                null,
                                null),
                        null),
                now);
    }

    /** An update's workflow closed without one; the type is null where it was cancelled. */
    public void failed(long update, FailureType type) {
        state.handle(
                new Message.UpdateClosed(
                        update,
                        null,
                        type == null ? new CanceledFailure("stopped") : new FailureReason(type, "a failure").thrown()),
                now);
    }

    /** Decides; where that is to wait for a time, the time has come. */
    public Decided next() {
        while (!state.isClosed()) {
            switch (state.next(now)) {
                case Decision.Declare declare -> {
                    return new Decided(Next.DECLARE, declare.job(), 0);
                }
                case Decision.Launch launch -> {
                    return new Decided(Next.LAUNCH, launch.job(), 0);
                }
                case Decision.ReadHead read -> {
                    return new Decided(Next.INSPECT, null, read.update());
                }
                case Decision.CheckUpdates ignored -> {
                    // Nothing is reset here, so whoever has not closed is there.
                    state.checked(List.of(), now);
                    return new Decided(Next.REST, null, 0);
                }
                case Decision.RollBack back -> {
                    return new Decided(Next.ROLL_BACK, null, back.target().version());
                }
                case Decision.Retire ignored -> {
                    return new Decided(Next.RETIRE, null, 0);
                }
                case Decision.Idle idle -> {
                    if (idle.until() == null) {
                        return new Decided(Next.REST, null, 0);
                    }
                    now = idle.until();
                }
            }
        }
        return new Decided(Next.OVER, null, 0);
    }

    public Head head() {
        return state.head();
    }

    public boolean isRetired() {
        return state.isRetired();
    }

    public boolean isDeclared(ExternalSource source) {
        return state.isDeclared(source);
    }

    public long lastUpdate() {
        return state.lastUpdate();
    }

    public List<Long> stopping() {
        return state.active().stopping().stream()
                .map(each -> each.job().update())
                .toList();
    }

    public void saw(Head head) {
        state.advanceHead(head);
    }

    public void moved(Head newest) {
        state.moved(newest, now);
    }

    public void declared() {
        state.declared(now);
    }

    public void declarationFailed(FailureType type) {
        state.declarationFailed(new FailureReason(type, "a failure"), now);
    }

    /** Forgets that a declaration that failed may still arrive. */
    public void forgetDoubt() {
        CarriedState c = state.carry();
        state = new CollectionState("c", options);
        enable();
        state.restore(new CarriedState(
                c.head(),
                c.desiredSource(),
                c.nextUpdate(),
                c.pending(),
                c.jobs(),
                c.lastFailure(),
                c.requests(),
                0,
                c.paused(),
                c.held(),
                c.lastEndedAt(),
                c.note(),
                c.rejected(),
                c.events(),
                c.freshness(),
                c.consumers()));
    }

    public Job launched(Job job, String launchId) {
        return state.launched(job, launchId, now);
    }

    /** Whether the log is searched for the commit of an update that closed. */
    public boolean isSearchedFor(long update, Head newest) {
        return state.active().isSearchedFor(update, newest);
    }

    public void inspected(long update, Head newest, Head commit) {
        state.inspected(update, newest, commit, now);
    }

    public void retired() {
        state.retired(now);
    }

    public void retireFailed(FailureType type) {
        state.retireFailed(new FailureReason(type, "a failure"), now);
    }

    /** Jobs that ended since this was asked last. */
    public List<Job> ended() {
        return state.takeNewlyEnded();
    }

    /** Changes that can be answered since this was asked last. */
    public List<Answer> answers() {
        List<Answer> answers = new ArrayList<>();
        changes.removeIf(change -> {
            long job = change.reply().job();
            boolean answered = job > 0 && state.view().isSettled(job);
            if (answered) {
                answers.add(new Answer(change.source(), state.view().answer(job)));
            }
            return answered;
        });
        return answers;
    }
}
