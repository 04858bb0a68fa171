package dev.littoral.workflows;

import static dev.littoral.workflows.model.UpdateState.CANCELED;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.FAILED;
import static dev.littoral.workflows.model.UpdateState.PENDING;
import static dev.littoral.workflows.model.UpdateState.RUNNING;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.UpdateState;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class CollectionStateTest extends CollectionFixture {
    @Test
    void aCollectionWithoutSourceWaitsForOne() {
        assertThat(state.view().status().state()).isEqualTo("starting");
        state.opened(Head.NONE);

        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(state.view().status().state()).isEqualTo("idle");
        PendingReply refused = refresh();
        assertThat(refused.isSet()).isTrue();
        assertThat(refused.refusal().reason()).contains("no source yet");
        assertThat(state.view().status().rejected()).hasSize(1);
        assertThat(state.lastUpdate()).isZero();
    }

    @Test
    void aFirstSourceIsDeclaredThenListedThenCommitted() {
        state.opened(Head.NONE);
        long job = change(A).job();

        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(job)));
        assertThat(state.view().isSettled(job)).isFalse();
        declare();
        assertThat(state.view().isSettled(job)).isTrue();
        assertThat(state.view().answer(job)).isEqualTo(new ChangeAnswer(1, 1, PENDING, null));
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(job)));
        launch();
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(state.view().status().state()).isEqualTo("updating");
        assertThat(state.view().status().update().state()).isEqualTo(RUNNING);
        assertThat(state.isBetweenUpdates()).isFalse();

        commit(job);
        closed(job, report(job, COMMITTED));
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(job));
        state.inspected(job, head, Head.NONE, now);
        assertEnd(job, COMMITTED, "committed by " + job);
        assertThat(job(job).version()).isEqualTo(2);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Duration.ofHours(1))));
        assertThat(state.view().status().state()).isEqualTo("idle");
        assertThat(state.view().status().last()).isEqualTo(job(job));
        assertThat(state.isBetweenUpdates()).isTrue();
    }

    @Test
    void anAnswerHasTheStateOfAJobWhereverThatIs() {
        running(A);
        assertThat(state.view().answer(1).state()).isEqualTo(RUNNING);
        long next = change(B).job();
        assertThat(state.view().answer(next)).isEqualTo(new ChangeAnswer(next, 0, PENDING, null));
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        assertThat(CollectionFixture.stopping(state)).containsExactly(1L);
        assertThat(state.view().answer(1)).as("while it is stopped").isEqualTo(new ChangeAnswer(1, 1, RUNNING, null));
        assertThat(state.view().answer(77).reason()).isEqualTo("too long ago to be listed");
        assertThat(state.isRetired()).isFalse();
        assertThat(state.isClosed()).isFalse();
    }

    @Test
    void aHeadThatTheWaitingJobItselfHasWrittenLeavesItsNumber() {
        state.opened(Head.NONE);
        long job = change(A).job();
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        head = next(head, HeadKind.DECLARED, A, job);
        state.moved(head, now);

        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(job)));
    }

    @Test
    void aCollectionThatStartsAgainGoesOnFromTheCatalog() {
        Head old = new Head(7, "x", HeadKind.COMMITTED, A, 3, 41, snapshot(), 9, START, "r");
        state.opened(old);

        assertThat(refresh().job()).isEqualTo(42);
        assertThat(state.next(now)).isInstanceOf(Decision.Launch.class);
        assertThat(job(42).generation()).isEqualTo(3);
        assertThat(state.view().status().source()).isEqualTo(A);
        assertThat(state.view().status().version()).isEqualTo(7);
    }

    @Test
    void theSameSourceAgainIsNothingToDo() {
        state.opened(Head.NONE);
        long first = change(A).job();
        assertThat(change(A).job()).as("while it waits").isEqualTo(first);
        declare();
        launch();
        assertThat(change(A).job()).as("while it runs").isEqualTo(first);
        finish(first);
        assertThat(change(A).job()).as("when it is good").isEqualTo(first);

        assertThat(state.view().status().note()).contains("names the current source", "update 1 is COMMITTED");
        assertThat(state.lastUpdate()).isEqualTo(1);
        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
    }

    @Test
    void aSourceThatSomebodyElseDeclaredIsNotServedByTheLastUpdateOfAnother() {
        running(A);
        commit(1);
        head = next(head, HeadKind.DECLARED, B, 99);
        closed(1, report(1, COMMITTED));
        state.inspected(1, head, Head.NONE, now);
        assertEnd(1, COMMITTED, null);

        long job = change(B).job();
        assertThat(job).isEqualTo(100);
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(job)));
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "CANCELED"})
    void theSameSourceAgainIsTriedAgainWhenItsUpdateEndedBadly(UpdateState end) {
        running(A);
        closed(1, end == FAILED ? failed(FailureType.INPUT, "bad file") : cancelled());
        state.inspected(1, head, Head.NONE, now);
        assertEnd(1, end, null);

        assertThat(change(A).job()).isEqualTo(2);
        assertThat(state.next(now)).isInstanceOf(Decision.Launch.class);
    }

    @Test
    void aSourceWithAnotherSpecIsAnotherSource() {
        running(A);
        ExternalSource stricter = new ExternalSource(
                A.uri(), new FolderSpec("parquet", null, null, List.of(new RequiredColumn("id", null)), null, null));
        change(stricter);

        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
    }

    @Test
    void aChangeStopsWhatRunsAndGoesOnAtOnce() {
        running(A);
        long job = change(B).job();

        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(job)));
        assertThat(CollectionFixture.stopping(state)).containsExactly(1L);
        assertThat(state.active().stopping(1).reason()).contains("update 2 takes its place");
        declare();
        assertEnd(1, SUPERSEDED, "update 2 takes its place");
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(job)));
        launch();
        closed(1, cancelled());
        assertThat(state.next(now)).as("nobody listens to a straggler").isInstanceOf(Decision.Idle.class);
        finish(2);
        assertThat(ends()).containsExactly("2 COMMITTED", "1 SUPERSEDED");
    }

    @Test
    void ofAThousandChangesTheLastWins() {
        running(A);
        List<PendingReply> replies = IntStream.range(0, 1_000)
                .mapToObj(i -> change(source("s3://lake/" + i + "/")))
                .toList();

        assertThat(replies).extracting(PendingReply::job).doesNotHaveDuplicates();
        assertThat(state.next(now))
                .isEqualTo(new Decision.Declare(job(replies.get(999).job())));
        declare();
        launch();
        finish(1_001);
        assertThat(head.source().uri()).isEqualTo("s3://lake/999/");
        assertThat(replies).allMatch(reply -> state.view().isSettled(reply.job()));
        assertThat(state.view().answer(replies.get(998).job()).state()).isEqualTo(SUPERSEDED);
        assertThat(state.view().answer(replies.get(0).job()).state()).isEqualTo(SUPERSEDED);
        assertThat(CollectionFixture.jobs(state)).hasSize(100);
    }

    @Test
    void backToTheOldSourceBeforeTheNewOneWasDeclaredStopsNothing() {
        running(A);
        change(B);
        long back = change(A).job();

        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
        assertThat(CollectionFixture.stopping(state)).isEmpty();
        assertEnd(2, SUPERSEDED, "update 3 took its place before it started");
        finish(1);
        // A run of the task that was lost may have declared the new one.
        assertThat(state.view().isSettled(back)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(back)));
    }

    @Test
    void backToTheOldSourceAfterTheNewOneWasDeclaredDeclaresItAgain() {
        running(A);
        change(B);
        declare();
        long back = change(A).job();

        assertThat(state.view().isSettled(back)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(back)));
        declare();
        launch();
        finish(back);
        assertThat(ends()).containsExactly("3 COMMITTED", "2 SUPERSEDED", "1 SUPERSEDED");
        assertThat(head.generation()).isEqualTo(3);
    }

    @Test
    void aChangeTakesThePlaceOfARefreshThatWaits() {
        running(A);
        long refresh = refresh().job();
        long change = change(B).job();

        assertEnd(refresh, SUPERSEDED, "update " + change);
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(change)));
    }

    @Test
    void aRefreshWaitsForWhatRunsAndOthersJoinIt() {
        running(A);
        long waiting = refresh().job();

        assertThat(waiting).isEqualTo(2);
        assertThat(refresh().job()).isEqualTo(waiting);
        assertThat(change(A).job()).isEqualTo(waiting);
        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
        assertThat(state.view().status().pending().update()).isEqualTo(waiting);
        finish(1);
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(waiting)));
        launch();
        closed(waiting, report(waiting, UNCHANGED));
        assertEnd(waiting, UNCHANGED, "said so");
        assertThat(ends()).containsExactly("2 UNCHANGED", "1 COMMITTED");
    }

    @Test
    void theNextRefreshIsCountedFromTheLastEndUnlessItIsPaused() {
        running(A);
        now = START.plusSeconds(5);
        finish(1);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(START.plusSeconds(3_605)));
        assertThat(state.view().status().nextRefresh()).isEqualTo(START.plusSeconds(3_605));

        state.handle(new Message.Pause(), now);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(state.view().status().state()).isEqualTo("paused");
        assertThat(refresh().job()).as("by request it is listed while paused").isEqualTo(2);
        launch();
        assertThat(state.view().status().state()).isEqualTo("updating");
        now = START.plusSeconds(20);
        closed(2, report(2, UNCHANGED));
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        state.handle(new Message.Resume(), now);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(START.plusSeconds(3_620)));
    }

    @Test
    void withoutRefreshEveryNothingIsListedByItself() {
        CollectionState once = new CollectionState("orders", CollectionOptions.DEFAULTS);
        once.opened(new Head(1, "x", HeadKind.COMMITTED, A, 1, 1, snapshot(), 1, START, "r"));
        once.handle(new Message.Refresh("start", null), now);
        once.launched(once.view().status().pending(), LAUNCH, now);
        once.handle(new Message.UpdateClosed(2, report(2, UNCHANGED), null), now);

        assertThat(once.next(now)).isEqualTo(new Decision.Idle(null));
    }

    @Test
    void cancelUpdateStopsWhatRunsAndWhatWaits() {
        running(A);
        refresh();
        state.handle(new Message.CancelUpdate(), now);

        assertEnd(2, CANCELED, "before it started");
        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
        assertThat(CollectionFixture.stopping(state)).containsExactly(1L);
        assertThat(state.view().status().state()).isEqualTo("updating");
        closed(1, cancelled());
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        state.inspected(1, head, Head.NONE, now);
        assertEnd(1, CANCELED, "cancelled by request");
        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
    }

    /** A run of the task that was lost may have declared the change that is cancelled. */
    @Test
    void theOldSourceIsDeclaredAgainAfterAChangeThatWaitedWasCancelled() {
        running(A);
        change(B);
        state.handle(new Message.CancelUpdate(), now);
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);
        long back = change(A).job();

        assertThat(state.view().isSettled(back)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(back)));
    }

    @Test
    void aDeclarationThatFailsLeavesEveryVersionInDoubtThatWasSo() {
        running(A);
        finish(1);
        change(B);
        state.handle(new Message.CancelUpdate(), now);
        change(A);
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "the store is away"), now);
        // Somebody else's, which says nothing of what a lost run of the task has written.
        head = next(head, HeadKind.COMMITTED, A, 99);
        state.advanceHead(head);

        refresh();
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
    }

    @Test
    void anOlderHeadThanTheOneKnownChangesNothing() {
        running(A);
        Head older = head;
        finish(1);
        state.advanceHead(older);

        assertThat(state.head()).isEqualTo(head);
    }

    @Test
    void aChangeThatWaitsStaysWantedWhenSomebodyElseDeclaredAnother() {
        running(A);
        change(B);
        state.next(now);
        head = next(head, HeadKind.DECLARED, C, 99);
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);
        declare();
        launch();
        finish(2);

        assertThat(job(refresh().job()).source()).isEqualTo(B);
    }

    @Test
    void cancelUpdateWithNothingToCancelIsNothing() {
        state.opened(Head.NONE);
        state.handle(new Message.CancelUpdate(), now);

        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(CollectionFixture.jobs(state)).isEmpty();
    }

    @Test
    void aCancelThatCameAfterTheCommitLeavesItCommitted() {
        running(A);
        state.handle(new Message.CancelUpdate(), now);
        commit(1);
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);

        assertEnd(1, COMMITTED, "committed by 1");
    }

    @Test
    void anUpdateThatIsStoppedIsWaitedForWhenTheNextHasTheSameSource() {
        running(A);
        state.handle(new Message.CancelUpdate(), now);
        long next = refresh().job();

        assertThat(state.next(now)).as("the first may still commit").isEqualTo(new Decision.Idle(null));
        commit(1);
        closed(1, cancelled());
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        state.inspected(1, head, Head.NONE, now);
        assertEnd(1, COMMITTED, "committed by 1");
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(next)));
    }

    @Test
    void anUpdateThatIsCancelledIsNotWaitedForWhenTheSourceChanges() {
        running(A);
        state.handle(new Message.CancelUpdate(), now);
        change(B);
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        declare();

        assertEnd(1, CANCELED, "cancelled by request");
        assertThat(state.next(now)).isInstanceOf(Decision.Launch.class);
    }

    @Test
    void aWishWhoseUpdateWasCancelledIsDeclaredByTheNextRefresh() {
        running(A);
        finish(1);
        change(B);
        state.handle(new Message.CancelUpdate(), now);
        assertEnd(2, CANCELED, "before it started");
        assertThat(state.view().isSettled(2)).isTrue();

        refresh();
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        assertThat(state.view().status().pending().source()).isEqualTo(B);
    }

    @Test
    void retiringAnIdleCollectionWritesItsEnd() {
        running(A);
        finish(1);
        state.handle(new Message.Retire(), now);

        assertThat(state.next(now)).isEqualTo(new Decision.Retire());
        retire();
        assertThat(state.isClosed()).isTrue();
        assertThat(state.isRetired()).isTrue();
        assertThat(state.view().status().state()).isEqualTo("retired");
        assertThat(state.view().status().nextRefresh()).isNull();
    }

    @Test
    void retiringStopsWhatRunsBeforeTheEndIsWritten() {
        running(A);
        refresh();
        state.handle(new Message.Retire(), now);

        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(CollectionFixture.stopping(state)).containsExactly(1L);
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);
        assertEnd(1, CANCELED, "retired");
        assertThat(state.next(now)).isEqualTo(new Decision.Retire());
        long late = change(B).job();
        retire();
        assertEnd(late, CANCELED, "retired");
        assertThat(state.view().isSettled(late)).isTrue();
        assertThat(ends()).containsExactly("3 CANCELED", "2 SUPERSEDED", "1 CANCELED");
    }

    @Test
    void afterTheEndEveryRequestIsRefused() {
        running(A);
        finish(1);
        state.handle(new Message.Retire(), now);
        retire();

        assertThat(change(B).refusal().reason()).contains("retired", "another collectionId");
        assertThat(refresh().refusal().reason()).contains("retired");
        assertThat(state.lastUpdate()).isEqualTo(1);
        assertThat(state.view().status().rejected()).hasSize(2);
    }

    @Test
    void aCollectionThatSomebodyElseRetiredStopsWhatRunsAndEnds() {
        running(A);
        refresh();
        head = next(head, HeadKind.RETIRED, A, 99);
        closed(1, report(1, SUPERSEDED));
        state.inspected(1, head, Head.NONE, now);

        assertThat(state.next(now)).isEqualTo(new Decision.Retire());
        state.retired(now);
        assertThat(ends()).containsExactly("2 CANCELED", "1 SUPERSEDED");
    }

    @Test
    void aChangeOfACollectionThatSomebodyElseRetiredIsNotAnsweredAsDeclared() {
        running(A);
        finish(1);
        long job = change(B).job();
        state.next(now);
        head = next(head, HeadKind.RETIRED, A, 99);
        state.moved(head, now);
        state.declared(now);

        assertThat(state.view().isSettled(job)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Retire());
        state.retired(now);
        assertThat(state.view().answer(job).state()).isEqualTo(CANCELED);
        assertThat(state.view().answer(job).generation()).isZero();
    }

    @Test
    void anEndThatCannotBeWrittenIsReportedAndTheCollectionGoesOn() {
        running(A);
        finish(1);
        state.handle(new Message.Retire(), now);
        state.next(now);
        state.retireFailed(new FailureReason(FailureType.ACCESS, "no permission to write"), now);

        assertThat(state.view().status().rejected().get(0).reason()).isEqualTo("ACCESS: no permission to write");
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Duration.ofHours(1))));
        assertThat(change(B).job()).isEqualTo(2);
    }

    @Test
    void aCollectionWithoutSourceCanBeRetired() {
        state.opened(Head.NONE);
        state.handle(new Message.Retire(), now);

        assertThat(state.next(now)).isEqualTo(new Decision.Retire());
        state.retired(now);
        assertThat(state.isClosed()).isTrue();
        assertThat(state.view().status().state()).isEqualTo("retired");
    }
}
