package dev.littoral.workflows;

import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a change to the source that a collection has already comes to, once the head has been read. */
class RequestHandlerTest extends CollectionFixture {
    @BeforeEach
    void enable() {
        state.jobs().checkUpdates();
        state.rollbacks().enable();
        state.requests().readHeadFirst();
    }

    /** Another writer creates versions. */
    private void write(HeadKind kind, ExternalSource source, long update) {
        head = next(head, kind, source, update);
    }

    /** Asks for a source again, as the workflow does. */
    private PendingReply again(ExternalSource source) {
        assertThat(state.requests().needsHead(new Message.ChangeSource(source, "changeSource", null)))
                .isTrue();
        state.jobs().headRead(head, now);
        return change(source);
    }

    private void declaresAgain(PendingReply reply) {
        Decision.Declare declare = (Decision.Declare) state.next(now);
        assertThat(declare.job().source()).isEqualTo(A);
        assertThat(reply.job()).isEqualTo(declare.job().update());
        assertThat(declare.job().update()).isGreaterThan(head.update());
    }

    @Test
    void theHeadIsReadForTheSourceThatItIsBelievedToDeclare() {
        running(A);
        assertThat(state.requests().needsHead(new Message.ChangeSource(A, "changeSource", null)))
                .isTrue();
        assertThat(state.requests().needsHead(new Message.ChangeSource(B, "changeSource", null)))
                .isFalse();
        assertThat(state.requests().needsHead(new Message.Refresh("refresh", null)))
                .isFalse();
        CollectionState older = new CollectionState("orders", HOURLY);
        older.opened(head);
        assertThat(older.isDeclared(A)).isTrue();
        assertThat(older.requests().needsHead(new Message.ChangeSource(A, "changeSource", null)))
                .isFalse();
    }

    @Test
    void nothingIsDoneWhereTheHeadIsAsItWas() {
        running(A);
        assertThat(again(A).job()).isEqualTo(1);
        finish(1);
        assertThat(again(A).job()).isEqualTo(1);
        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
        assertThat(state.view().status().note()).endsWith("update 1 is COMMITTED, nothing to do");
    }

    @Test
    void nothingIsDoneForADeclaredSourceWhoseUpdateFoundNothingChanged() {
        running(A);
        closed(1, report(1, UNCHANGED));
        assertThat(again(A).job()).isEqualTo(1);
    }

    @Test
    void aSourceThatAnotherWriterReplacedIsDeclaredAgain() {
        running(A);
        finish(1);
        write(HeadKind.DECLARED, B, 7);
        declaresAgain(again(A));
    }

    @Test
    void aSourceThatAnotherWriterReplacedAndDeclaredIsListedAgain() {
        running(A);
        finish(1);
        write(HeadKind.DECLARED, B, 7);
        write(HeadKind.DECLARED, A, 8);
        PendingReply reply = again(A);
        assertThat(((Decision.Launch) state.next(now)).job().update()).isEqualTo(reply.job());
        assertThat(state.view().answer(reply.job()).generation()).isEqualTo(3);
    }

    @Test
    void aWaitingUpdateDeclaresWhereAnotherWriterReplacedItsSource() {
        running(A);
        PendingReply waits = refresh();
        write(HeadKind.DECLARED, B, 7);
        state.jobs().headRead(head, now);
        assertThat(state.view().answer(waits.job()).generation()).isZero();
        PendingReply reply = change(A);
        assertThat(reply.job()).isEqualTo(state.jobs().pending().update()).isGreaterThan(7);
        assertThat(state.jobs().pending().generation()).isZero();
    }

    @Test
    void theUpdateThatRunsIsStoppedWhereItCannotCommit() {
        running(A);
        write(HeadKind.DECLARED, B, 7);
        declaresAgain(again(A));
        assertThat(stopping(state)).containsExactly(1L);
        head = next(head, HeadKind.DECLARED, A, state.lastUpdate());
        state.advanceHead(head);
        state.declared(now);
        assertEnd(1, SUPERSEDED, "another writer changed the source: update 8 takes its place");
    }

    @Test
    void theUpdateThatRunsAnswersThoughItsCommitIsReadBeforeItsReport() {
        running(A);
        commit(1);
        assertThat(again(A).job()).isEqualTo(1);
        assertThat(state.active().isRunning(1)).isTrue();
        closed(1, report(1, COMMITTED));
        state.inspected(1, head, Head.NONE, now);
        assertThat(ends()).containsExactly("1 COMMITTED");
    }

    @Test
    void anotherServicesCommitOfTheSourceIsServed() {
        running(A);
        finish(1);
        write(HeadKind.COMMITTED, A, 7);
        assertThat(again(A).job()).isEqualTo(1);
        assertThat(state.head()).isEqualTo(head);
    }

    @Test
    void anOlderSnapshotIsNotTakenForTheSource() {
        running(A);
        finish(1);
        write(HeadKind.ROLLED_BACK, A, 1);
        assertThat(again(A).refusal().reason()).contains("is rolled back to version 1");
        state.rollbacks().resume(new UpdateSchedule(null));
        PendingReply reply = again(A);
        assertThat(((Decision.Launch) state.next(now)).job().update()).isEqualTo(reply.job());
        assertThat(reply.job()).isEqualTo(2);
    }

    /** Another writer declared the source itself, after another one. */
    @Test
    void theUpdateThatRunsIsReplacedWhereItsSourceWasDeclaredAnew() {
        running(A);
        write(HeadKind.DECLARED, B, 7);
        write(HeadKind.DECLARED, A, 8);
        assertThat(again(A).job()).isEqualTo(9);
        assertThat(stopping(state)).containsExactly(1L);
    }

    @Test
    void theUpdateThatRunsGoesOnWhereItsSourceIsWantedAgain() {
        running(A);
        change(B);
        assertThat(again(A).job()).isEqualTo(3);
        assertThat(stopping(state)).isEmpty();
        assertThat(state.active().isRunning(1)).isTrue();
    }

    @Test
    void theUpdateOfAnotherSourceIsStoppedForTheChange() {
        running(A);
        write(HeadKind.DECLARED, C, 7);
        state.jobs().headRead(head, now);
        change(B);
        declare();
        assertEnd(1, SUPERSEDED, "the source changed: update 8 takes its place");
    }

    @Test
    void theUpdateThatRunsDoesNotServeASourceWhoseDeclarationFailed() {
        running(A);
        change(B);
        state.declarationFailed(FailureReason.input("no access"), now);
        assertThat(state.active().isRunning(1)).isTrue();
        assertThat(change(B).job()).isEqualTo(3);
    }

    /** The write of the declaration that failed may still take effect. */
    @Test
    void theLastUpdateDoesNotServeASourceThatMayBeReplaced() {
        running(A);
        change(B);
        change(A);
        state.declarationFailed(FailureReason.input("no access"), now);
        commit(1);
        closed(1, report(1, COMMITTED));
        state.next(now);
        state.inspected(1, head, Head.NONE, now);
        assertThat(ends()).contains("1 COMMITTED");
        assertThat(change(A).job()).isEqualTo(4);
    }

    @Test
    void aCommitOfAnUpdateThatStopsIsReadBeforeARequest() {
        running(A);
        state.handle(new Message.CancelUpdate(), now);
        commit(1);
        state.jobs().headRead(head, now);
        assertThat(state.head()).isEqualTo(head);
        assertThat(ends()).containsExactly("1 COMMITTED");
    }

    @Test
    void aVersionOfAnotherWriterWithTheNumberOfTheUpdateThatRunsIsReadBeforeARequest() {
        running(A);
        write(HeadKind.DECLARED, B, 1);
        declaresAgain(again(A));
    }

    @Test
    void aChangeThatIsRefusedWhileRolledBackIsWhatIsWantedAfterwards() {
        running(A);
        finish(1);
        change(B);
        state.handle(new Message.CancelUpdate(), now);
        write(HeadKind.DECLARED, A, 7);
        state.jobs().headRead(head, now);
        write(HeadKind.ROLLED_BACK, A, 8);
        state.jobs().headRead(head, now);
        assertThat(again(A).refusal().reason()).contains("is rolled back to version 1");
        state.rollbacks().resume(new UpdateSchedule(null));
        refresh();
        assertThat(state.jobs().pending().source()).isEqualTo(A);
    }

    @Test
    void aSignalThatIsRefusedIsNoted() {
        state.opened(Head.NONE);
        state.handle(new Message.Refresh("refresh", null), now);
        assertThat(state.view().status().rejected()).hasSize(1);
    }

    /** A collection of an older build whose update 1 runs, and whose source another writer has replaced. */
    private CollectionState older() {
        CollectionState older = new CollectionState("orders", HOURLY);
        older.opened(Head.NONE);
        older.handle(new Message.ChangeSource(A, "changeSource", null), now);
        write(HeadKind.DECLARED, A, 1);
        older.advanceHead(head);
        older.declared(now);
        older.launched(((Decision.Launch) older.next(now)).job(), null, now);
        write(HeadKind.DECLARED, B, 7);
        older.moved(head, now);
        return older;
    }

    private long serves(CollectionState older) {
        PendingReply reply = new PendingReply();
        older.handle(new Message.ChangeSource(A, "changeSource", reply), now);
        return reply.job();
    }

    /** Its history says so. */
    @Test
    void inARunOfAnOlderBuildWhatRunsOrEndedWellServesItsSource() {
        CollectionState older = older();
        assertThat(serves(older)).isEqualTo(1);
        older.handle(new Message.UpdateClosed(1, report(1, UNCHANGED), null), now);
        assertThat(older.active().isEmpty()).isTrue();
        assertThat(serves(older)).isEqualTo(1);
    }

    @Test
    void inARunOfAnOlderBuildAnUpdateThatCannotCommitGoesOn() {
        CollectionState older = older();
        older.handle(new Message.ChangeSource(B, "changeSource", null), now);
        assertThat(serves(older)).isEqualTo(9);
        assertThat(older.active().isRunning(1)).isTrue();
    }
}
