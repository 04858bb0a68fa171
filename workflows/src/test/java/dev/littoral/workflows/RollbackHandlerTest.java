package dev.littoral.workflows;

import static dev.littoral.workflows.model.UpdateState.CANCELED;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.spec.RollbackTarget;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a rollback does to a collection, and what ends it. */
class RollbackHandlerTest extends CollectionFixture {
    private static final String HELD = "rolled back to version 1, refreshing is paused until resume: a bad load";

    @BeforeEach
    void enable() {
        state.jobs().checkUpdates();
        state.rollbacks().enable();
    }

    /** A collection that has committed update 1. */
    private void idle() {
        running(A);
        finish(1);
    }

    private PendingReply ask(long version) {
        PendingReply reply = new PendingReply();
        state.handle(new Message.Rollback(new RollbackTarget(version, null), reply), now);
        return reply;
    }

    @Test
    void refreshingIsPausedUntilItIsResumed() {
        idle();
        rollBack();
        assertThat(state.view().status().state()).isEqualTo("paused");
        assertThat(state.view().status().rolledBack()).isEqualTo(HELD);
        assertThat(state.view().status().nextRefresh()).isNull();
        now = now.plus(Duration.ofDays(1));
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(refresh().refusal().reason()).isEqualTo("the collection is " + HELD + "; expected resume first");
        assertThat(change(A).refusal().reason()).startsWith("it names the current source, and the collection is ");
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));

        state.handle(new Message.Resume(), now);
        assertThat(state.view().status().rolledBack()).isNull();
        assertThat(state.next(now)).isInstanceOf(Decision.Launch.class);
        assertThat(state.lastUpdate()).isEqualTo(2);
    }

    @Test
    void aSourceChangeEndsThePause() {
        idle();
        rollBack();
        change(B);
        declare();
        assertThat(state.view().status().rolledBack()).isNull();
        launch();
        assertThat(state.view().status().state()).isEqualTo("updating");
    }

    @Test
    void aChangeThatIsTakenBackBeforeItWasDeclaredIsDeclaredAgain() {
        idle();
        rollBack();
        change(B);
        change(A);
        assertThat(((Decision.Declare) state.next(now)).job().source()).isEqualTo(A);
    }

    @Test
    void theUpdateThatRunsIsStoppedWhenItIsWrittenAndNotBefore() {
        running(A);
        commit(1);
        finish(1);
        refresh();
        launch();
        refresh();
        PendingReply refused = ask(9);
        assertThat(state.next(now)).isInstanceOf(Decision.RollBack.class);
        assertThat(stopping(state)).isEmpty();
        state.rollbacks().refuse(FailureReason.input("version 9 is not in the catalog"), now);
        assertThat(refused.refusal().reason()).isEqualTo("version 9 is not in the catalog");
        assertThat(state.phase()).isEqualTo(CollectionPhase.RUNNING_NEXT);

        rollBack();
        assertEnd(2, SUPERSEDED, "rolled back to version 1: a bad load");
        assertEnd(3, SUPERSEDED, "rolled back to version 1: a bad load");
        assertThat(state.phase()).isEqualTo(CollectionPhase.IDLE);
        closed(2, cancelled());
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(ends()).containsExactly("3 SUPERSEDED", "2 SUPERSEDED", "1 COMMITTED");
    }

    @Test
    void aRefreshThatWaitedBeforeDoesNotOutlastIt() {
        idle();
        refresh();
        rollBack();
        state.handle(new Message.Resume(), now);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Duration.ofHours(1))));
        assertThat(ends()).containsExactly("2 SUPERSEDED", "1 COMMITTED");
    }

    @Test
    void aRunDoesNotEndWhileOneWaits() {
        idle();
        assertThat(state.isBetweenUpdates()).isTrue();
        ask(1);
        assertThat(state.isBetweenUpdates()).isFalse();
    }

    @Test
    void anUpdateThatHasCommittedBeforeItHasCommitted() {
        running(A);
        ask(1);
        commit(1);
        state.moved(head, now);
        assertEnd(1, COMMITTED, null);
        assertThat(state.next(now)).isInstanceOf(Decision.RollBack.class);
        rolledBack();
        closed(1, report(1, COMMITTED));
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(ends()).containsExactly("1 COMMITTED");
    }

    @Test
    void whereVersionsWereMissedTheLogIsSearchedForWhatItStops() {
        running(A);
        ask(1);
        commit(1);
        Head commit = head;
        head = next(head, HeadKind.COMMITTED, A, 5);
        state.moved(head, now);
        rolledBack();
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        assertThat(state.active().isSearchedFor(1, head)).isTrue();
        state.inspected(1, head, commit, now);
        assertEnd(1, COMMITTED, null);
    }

    @Test
    void aChangeThatCameBeforeIsDeclaredFirstAndNotListed() {
        idle();
        change(B);
        ask(1);
        declare();
        assertThat(state.next(now)).isInstanceOf(Decision.RollBack.class);
        rolledBack();
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertEnd(2, SUPERSEDED, "rolled back to version 1");
        assertThat(head.source()).isEqualTo(B);
        assertThat(state.view().status().source()).isEqualTo(B);
    }

    @Test
    void anUpdateThatStopsAlreadyEndsAsItWasStopped() {
        running(A);
        state.handle(new Message.CancelUpdate(), now);
        rollBack();
        assertEnd(1, CANCELED, "cancelled by request");
    }

    @Test
    void oneThatFailsChangesNothingAndSaysWhy() {
        idle();
        PendingReply reply = ask(1);
        assertThat(state.next(now)).isInstanceOf(Decision.RollBack.class);
        state.rollbacks().refuse(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
        assertThat(reply.refusal().type()).isEqualTo(FailureType.TRANSIENT);
        assertThat(state.view().status().rejected().getLast().reason()).isEqualTo("TRANSIENT: no answer");
        assertThat(state.view().status().state()).isEqualTo("idle");
    }

    /** As one whose answer was lost, or that another service wrote. */
    @Test
    void oneThatAnUpdateMeetsPausesRefreshingToo() {
        idle();
        refresh();
        launch();
        refresh();
        head = next(head, HeadKind.ROLLED_BACK, A, 1);
        closed(2, report(2, SUPERSEDED));
        state.next(now);
        state.inspected(2, head, Head.NONE, now);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(state.view().status().rolledBack()).isEqualTo(HELD);
        assertThat(ends()).containsExactly("3 SUPERSEDED", "2 SUPERSEDED", "1 COMMITTED");
    }

    @Test
    void aCollectionThatStartsUponOneBeginsPaused() {
        state.opened(next(next(Head.NONE, HeadKind.DECLARED, A, 1), HeadKind.ROLLED_BACK, A, 1));
        assertThat(state.view().status().state()).isEqualTo("paused");
        assertThat(state.view().status().rolledBack()).isEqualTo(HELD);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
    }

    @Test
    void theNextRunKnowsOfIt() throws JsonProcessingException {
        idle();
        rollBack();
        CollectionState next = restored(state);
        next.rollbacks().enable();
        assertThat(next.view().status().rolledBack()).isEqualTo(HELD);
        state.handle(new Message.Resume(), now);
        assertThat(restored(state).view().status().rolledBack()).isNull();
    }

    @Test
    void aPauseThatAPersonAskedForOutlastsIt() {
        idle();
        state.handle(new Message.Pause(), now);
        rollBack();
        change(B);
        declare();
        launch();
        finish(2);
        assertThat(state.view().status().state()).isEqualTo("paused");
    }

    @Test
    void aCollectionThatEndsRefusesIt() {
        idle();
        ask(1);
        head = next(head, HeadKind.RETIRED, A, 1);
        state.moved(head, now);
        assertThat(state.next(now)).isInstanceOf(Decision.Retire.class);
        retire();
        assertThat(state.view().status().rejected().getLast().reason())
                .isEqualTo("the collection is retired; expected another collectionId");
        assertThat(ask(1).refusal().reason()).isEqualTo("the collection is retired; expected another collectionId");
    }

    @Test
    void aRunThatAnOlderBuildBeganRefusesIt() {
        CollectionState older = new CollectionState("orders", HOURLY);
        older.jobs().checkUpdates();
        older.opened(next(next(Head.NONE, HeadKind.DECLARED, A, 1), HeadKind.ROLLED_BACK, A, 1));
        assertThat(older.view().status().rolledBack()).isNull();
        PendingReply reply = new PendingReply();
        older.handle(new Message.Rollback(new RollbackTarget(1, null), reply), now);
        assertThat(reply.refusal().reason()).contains("began with an older build");
        assertThat(older.next(now)).isInstanceOf(Decision.Idle.class);
    }
}
