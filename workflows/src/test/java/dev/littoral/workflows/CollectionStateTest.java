package dev.littoral.workflows;

import static dev.littoral.workflows.model.UpdateState.CANCELED;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.FAILED;
import static dev.littoral.workflows.model.UpdateState.PENDING;
import static dev.littoral.workflows.model.UpdateState.RUNNING;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ParquetSpec;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.RetryInfo;
import dev.littoral.workflows.model.RunningProgress;
import dev.littoral.workflows.model.SegmentCounts;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.spec.JobsPage;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.RetryState;
import io.temporal.api.enums.v1.TimeoutType;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.failure.TerminatedFailure;
import io.temporal.failure.TimeoutFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class CollectionStateTest {
    static final ExternalSource A = source("s3://lake/a/");
    static final ExternalSource B = source("s3://lake/b/");
    static final ExternalSource C = source("s3://lake/c/");
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final CollectionOptions HOURLY =
            new CollectionOptions(1_000, Duration.ofHours(1), false, 1, Duration.ofDays(7));

    private final CollectionState state = new CollectionState("orders", HOURLY);
    private Instant now = START;
    private Head head = Head.NONE;

    // ------------------------------------------------------------------ the way of one update

    @Test
    void aCollectionWithoutSourceWaitsForOne() {
        assertThat(state.view().status().state()).isEqualTo("starting");
        state.opened(Head.NONE);

        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(state.view().status().state()).isEqualTo("idle");
        PendingReply refused = refresh();
        assertThat(refused.isSet()).isTrue();
        assertThat(refused.refusal()).contains("no source yet");
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
        assertThat(state.next(now)).isEqualTo(new Decision.Inspect(job));
        state.inspected(job, head, Head.NONE, now);
        assertEnd(job, COMMITTED, "committed by " + job);
        assertThat(job(job).version()).isEqualTo(2);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Duration.ofHours(1))));
        assertThat(state.view().status().state()).isEqualTo("idle");
        assertThat(state.view().status().last()).isEqualTo(job(job));
        assertThat(state.isBetweenUpdates()).isTrue();
    }

    @Test
    void anAnswerTellsWhereAJobIsWhereverThatIs() {
        running(A);
        assertThat(state.view().answer(1).state()).isEqualTo(RUNNING);
        long next = change(B).job();
        assertThat(state.view().answer(next)).isEqualTo(new ChangeAnswer(next, 0, PENDING, null));
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        assertThat(state.active().stoppingUpdates()).containsExactly(1L);
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
                A.uri(), new ParquetSpec("parquet", null, null, List.of(new RequiredColumn("id", null)), null, null));
        change(stricter);

        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
    }

    // ------------------------------------------------------------------ changes

    @Test
    void aChangeStopsWhatRunsAndGoesOnAtOnce() {
        running(A);
        long job = change(B).job();

        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(job)));
        assertThat(state.active().stoppingUpdates()).containsExactly(1L);
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
        assertThat(state.view().jobs()).hasSize(100);
    }

    @Test
    void backToTheOldSourceBeforeTheNewOneWasDeclaredStopsNothing() {
        running(A);
        change(B);
        long back = change(A).job();

        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
        assertThat(state.active().stoppingUpdates()).isEmpty();
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

    // ------------------------------------------------------------------ refreshes

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
        once.launched(once.view().status().pending(), now);
        once.handle(new Message.UpdateClosed(2, report(2, UNCHANGED), null), now);

        assertThat(once.next(now)).isEqualTo(new Decision.Idle(null));
    }

    // ------------------------------------------------------------------ stops

    @Test
    void cancelUpdateStopsWhatRunsAndWhatWaits() {
        running(A);
        refresh();
        state.handle(new Message.CancelUpdate(), now);

        assertEnd(2, CANCELED, "before it started");
        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
        assertThat(state.active().stoppingUpdates()).containsExactly(1L);
        assertThat(state.view().status().state()).isEqualTo("updating");
        closed(1, cancelled());
        assertThat(state.next(now)).isEqualTo(new Decision.Inspect(1));
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
        assertThat(state.view().jobs()).isEmpty();
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
        assertThat(state.next(now)).isEqualTo(new Decision.Inspect(1));
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

    // ------------------------------------------------------------------ retiring

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
        assertThat(state.active().stoppingUpdates()).containsExactly(1L);
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

        assertThat(change(B).refusal()).contains("retired", "another collectionId");
        assertThat(refresh().refusal()).contains("retired");
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
    void anEndThatCannotBeWrittenIsSaidAndTheCollectionGoesOn() {
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

    // ------------------------------------------------------------------ how a workflow closes

    @Test
    void aFailureEndsAnUpdateWithItsClass() {
        running(A);
        closed(1, failed(FailureType.ACCESS, "no permission"));
        state.inspected(1, head, Head.NONE, now);

        assertEnd(1, FAILED, "no permission");
        assertThat(job(1).failure()).isEqualTo(FailureType.ACCESS);
    }

    @Test
    void everyOtherWayToCloseEndsAnUpdateToo() {
        for (RuntimeException failure : List.of(
                child(new TerminatedFailure("", null)),
                child(new TimeoutFailure("", null, TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE)),
                child(ApplicationFailure.newFailure("boom", "java.lang.NullPointerException")),
                new IllegalArgumentException("no report"))) {
            CollectionStateTest each = new CollectionStateTest();
            each.running(A);
            each.closed(1, failure);
            each.state.inspected(1, each.head, Head.NONE, each.now);
            assertThat(each.job(1).state()).as("%s", failure).isEqualTo(FAILED);
            assertThat(each.job(1).failure()).isIn(FailureType.TRANSIENT, FailureType.INTERNAL);
            assertThat(each.job(1).reason()).isNotBlank();
        }
    }

    @Test
    void anUpdateThatWasCancelledFromOutsideIsCancelled() {
        running(A);
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);

        assertEnd(1, CANCELED, "its workflow was cancelled");
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Duration.ofHours(1))));
    }

    @Test
    void howeverItClosesAnUpdateThatCommittedIsCommitted() {
        for (RuntimeException failure :
                List.of(cancelled(), failed(FailureType.TRANSIENT, "lost"), child(new TerminatedFailure("", null)))) {
            for (boolean stopped : List.of(true, false)) {
                CollectionStateTest each = new CollectionStateTest();
                each.running(A);
                if (stopped) {
                    each.state.handle(new Message.CancelUpdate(), each.now);
                }
                each.commit(1);
                each.closed(1, failure);
                each.state.inspected(1, each.head, Head.NONE, each.now);
                each.assertEnd(1, COMMITTED, "committed by 1");
                assertThat(each.ends()).hasSize(1);
            }
        }
    }

    @Test
    void whatAStoppedUpdateReportsCounts() {
        running(A);
        state.handle(new Message.CancelUpdate(), now);
        closed(1, report(1, UNCHANGED));

        assertEnd(1, UNCHANGED, "said so");
    }

    @Test
    void aStoppedUpdateThatFailsEndsAsItWasStopped() {
        running(A);
        state.handle(new Message.CancelUpdate(), now);
        closed(1, failed(FailureType.INPUT, "bad file"));
        state.inspected(1, head, Head.NONE, now);

        assertEnd(1, CANCELED, "cancelled by request");
        assertThat(job(1).failure()).isNull();
    }

    @Test
    void whenTheHeadCannotBeReadAReportIsBelieved() {
        running(A);
        closed(1, report(1, COMMITTED));
        state.inspected(1, null, Head.NONE, now);

        assertEnd(1, COMMITTED, "said so");
        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
    }

    /** A run of the workflow's task that was lost has written with numbers that this one has not given yet. */
    @Test
    void numbersInTheLogDoNotGoBackWhereALostRunHasWritten() {
        running(A);
        finish(1);
        long lost = change(B).job();
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        head = next(head, HeadKind.DECLARED, C, 7);
        state.moved(head, now);

        assertEnd(lost, SUPERSEDED, "update 8 takes its place: the catalog knows an update 7 already");
        assertThat(state.view().isSettled(lost)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(8)));
    }

    @Test
    void aCommitThatADeclarationRunsIntoIsSeen() {
        running(A);
        change(B);
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        commit(1);
        state.moved(head, now);
        assertEnd(1, COMMITTED, "committed by 1");
        declare();
        launch();
        finish(2);
        closed(1, cancelled());

        assertThat(ends()).containsExactly("2 COMMITTED", "1 COMMITTED");
        assertThat(head.version()).isEqualTo(4);
    }

    @Test
    void anUpdateWhoseNumberIsTakenGetsAnother() {
        running(A);
        closed(1, alreadyStarted());

        assertEnd(1, SUPERSEDED, "a workflow of this number runs already");
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(2)));
        assertThat(job(2).source()).isEqualTo(A);
        launch();
        finish(2);
    }

    @Test
    void anUpdateWhoseNumberIsTakenLeavesItsPlaceToARefreshThatWaits() {
        running(A);
        long waiting = refresh().job();
        closed(1, alreadyStarted());

        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(waiting)));
        assertThat(state.lastUpdate()).isEqualTo(waiting);
    }

    @Test
    void anUpdateThatWasStoppedIsNotTriedAgainWhenItsNumberIsTaken() {
        running(A);
        state.handle(new Message.CancelUpdate(), now);
        closed(1, alreadyStarted());

        assertEnd(1, CANCELED, "cancelled by request");
        assertThat(state.view().status().pending()).isNull();
        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
    }

    @Test
    void anUpdateNobodyKnowsIsNothing() {
        running(A);
        closed(77, report(77, COMMITTED));
        closed(77, cancelled());

        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
        assertThat(state.view().jobs()).hasSize(1);
    }

    // ------------------------------------------------------------------ declarations

    @Test
    void aDeclarationThatFailedIsTriedAgainByTheNextRefresh() {
        running(A);
        change(B);
        state.next(now);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);

        assertEnd(2, FAILED, "no answer");
        assertThat(state.view().isSettled(2)).isTrue();
        assertThat(state.view().status().source()).isEqualTo(B);
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);
        assertEnd(1, SUPERSEDED, "takes its place");
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Duration.ofHours(1))));
        refresh();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(3)));
        assertThat(job(3).source()).isEqualTo(B);
        assertThat(change(B).job()).isEqualTo(3);
    }

    @Test
    void afterADeclarationThatFailedEvenTheOldSourceIsDeclaredSoThatItCannotComeBetween() {
        running(A);
        finish(1);
        change(B);
        state.next(now);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
        long back = change(A).job();

        assertThat(state.view().isSettled(back)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(back)));
        assertThat(state.isDeclared(A)).isFalse();
        declare();
        assertThat(state.isDeclared(A)).isTrue();
        launch();
        finish(back);
        assertThat(head.generation()).isEqualTo(2);
    }

    @Test
    void aDeclarationThatComesThroughLateDoesNotTakeTheNewerWishAway() {
        running(A);
        finish(1);
        change(B);
        state.next(now);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
        long back = change(A).job();
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        head = next(head, HeadKind.DECLARED, B, 2);
        state.moved(head, now);

        assertThat(state.isDeclared(A)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(back)));
        assertThat(state.view().status().source()).isEqualTo(A);
    }

    @Test
    void theNextRunKnowsOfADeclarationThatMayComeThrough() throws JsonProcessingException {
        running(A);
        finish(1);
        change(B);
        state.next(now);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
        CollectionState next = restored(state);

        assertThat(next.isDeclared(A)).isFalse();
    }

    @Test
    void aDeclarationThatComesThroughLateIsUsedByTheSameWish() {
        running(A);
        finish(1);
        change(B);
        state.next(now);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
        long again = change(B).job();
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        head = next(head, HeadKind.DECLARED, B, 2);
        state.moved(head, now);

        assertThat(state.view().isSettled(again)).isTrue();
        assertThat(state.view().answer(again).generation()).isEqualTo(2);
        state.declared(now);
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(again)));
    }

    @Test
    void aSourceThatWasDeclaredElsewhereIsFollowed() {
        running(A);
        head = next(head, HeadKind.DECLARED, C, 55);
        closed(1, report(1, SUPERSEDED));
        state.inspected(1, head, Head.NONE, now);

        assertThat(state.view().status().source()).isEqualTo(C);
        assertThat(state.view().status().generation()).isEqualTo(2);
        assertThat(refresh().job()).as("numbers go on after the other's").isEqualTo(56);
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(56)));
    }

    @Test
    void aWishThatWaitsIsDeclaredOverWhatWasDeclaredElsewhere() {
        running(A);
        change(B);
        state.next(now);
        head = next(head, HeadKind.DECLARED, C, 55);
        state.moved(head, now);

        assertThat(state.view().isSettled(2)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(56)));
        declare();
        assertThat(head.generation()).isEqualTo(3);
        assertThat(state.view().isSettled(2)).isTrue();
        assertThat(state.view().answer(2)).isEqualTo(state.view().answer(56));
    }

    @Test
    void aRefreshThatWaitsAnswersWithTheGenerationOfWhatItWillList() {
        running(A);
        long waiting = refresh().job();
        assertThat(state.view().answer(waiting).generation()).isEqualTo(1);
        head = next(head, HeadKind.DECLARED, C, 55);
        closed(1, report(1, SUPERSEDED));
        state.inspected(1, head, Head.NONE, now);

        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(waiting)));
        assertThat(state.view().answer(waiting).generation()).isZero();
    }

    // ------------------------------------------------------------------ the next run

    @Test
    void whatIsCarriedIsWhatWasThere() throws JsonProcessingException {
        running(A);
        finish(1);
        state.handle(new Message.Rejected("sourceChanged", "no uri"), now);
        state.handle(new Message.Pause(), now);
        change(A);
        state.ledger().served("request-1", 1);
        change(B);
        declare();

        assertThat(state.isBetweenUpdates()).isTrue();
        CollectionState next = restored(state);
        assertThat(next.carry()).isEqualTo(state.carry());
        assertThat(next.view().status()).isEqualTo(state.view().status());
        assertThat(next.view().jobs()).isEqualTo(state.view().jobs());
        assertThat(next.next(now)).isEqualTo(state.next(now)).isInstanceOf(Decision.Launch.class);
        assertThat(next.ledger().servedBefore("request-1")).isEqualTo(1);
        assertThat(next.ledger().servedBefore("request-2")).isZero();
    }

    @Test
    void nothingIsCarriedWhileSomethingRunsOrIsStopped() {
        assertThat(state.isBetweenUpdates()).isFalse();
        running(A);
        assertThat(state.isBetweenUpdates()).isFalse();
        state.handle(new Message.CancelUpdate(), now);
        state.next(now);
        assertThat(state.isBetweenUpdates()).isFalse();
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);
        assertThat(state.isBetweenUpdates()).isTrue();
        state.handle(new Message.Retire(), now);
        assertThat(state.isBetweenUpdates()).isFalse();
    }

    @Test
    void whatIsCarriedHasABoundHoweverLargeTheSourcesAre() throws JsonProcessingException {
        state.opened(Head.NONE);
        for (int i = 0; i < 1_000; i++) {
            change(new ExternalSource(
                    "s3://lake/" + i + "/",
                    new ParquetSpec("parquet", List.of("x".repeat(60_000)), null, null, null, null)));
            state.handle(new Message.Rejected("sourceChanged", "x".repeat(600)), now);
            state.ledger().served("request-" + i, i);
        }

        assertThat(Json.JSON.writeValueAsBytes(state.carry())).hasSizeLessThan(1_500_000);
        assertThat(Json.JSON.writeValueAsBytes(state.view().jobs())).hasSizeLessThan(1_500_000);
        assertThat(state.view().status().rejected()).hasSize(20);
        assertThat(state.ledger().servedBefore("request-799")).isZero();
        assertThat(state.ledger().servedBefore("request-800")).isEqualTo(800);
        assertThat(restored(state).carry()).isEqualTo(state.carry());
    }

    @Test
    void anUpdateIsRenewedWhenTheHistoryIsTooLong() {
        running(A);
        state.renew(now);

        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(state.active().stoppingUpdates()).containsExactly(1L);
        state.renew(now);
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);
        assertEnd(1, SUPERSEDED, "history is too long: update 2 takes its place");
        assertThat(state.isBetweenUpdates()).isTrue();
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(2)));
    }

    // ------------------------------------------------------------------ changes in a row

    @Test
    void changesThatFollowOnOneAnotherStartFewerAndFewerUpdates() {
        running(A);
        List<Instant> launches = new ArrayList<>(List.of(now));
        Instant end = now.plusSeconds(60);
        for (int i = 0; now.isBefore(end); i++) {
            change(source("s3://lake/" + i + "/"));
            Decision decision = state.next(now);
            while (!(decision instanceof Decision.Idle)) {
                if (decision instanceof Decision.Declare) {
                    declare();
                } else {
                    launches.add(now);
                    launch();
                }
                decision = state.next(now);
            }
            now = now.plusMillis(10);
        }

        assertThat(launches).hasSizeBetween(8, 14);
        assertThat(Duration.between(launches.get(0), launches.get(1)))
                .as("the first change is not waited for")
                .isLessThan(Duration.ofMillis(20));
        assertThat(Duration.between(launches.get(launches.size() - 2), launches.getLast()))
                .isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void theLastChangeOfABurstIsStartedWhenItsTimeComesThoughNoMessageDoes() {
        running(A);
        for (ExternalSource next : List.of(B, C)) {
            now = now.plusMillis(500);
            change(next);
            declare();
            launch();
        }
        change(A);
        Decision.Idle waiting = (Decision.Idle) state.next(now);
        assertThat(waiting.until()).isEqualTo(now.plusSeconds(1));
        assertThat(state.active().stoppingUpdates())
                .as("what runs is stopped at once")
                .contains(3L);

        now = waiting.until();
        declare();
        launch();
        finish(4);
        change(B);
        assertThat(state.next(now))
                .as("one that ended by itself ends the waiting")
                .isInstanceOf(Decision.Declare.class);
    }

    // ------------------------------------------------------------------ what is said

    @Test
    void aSourceThatTheWorkerMayNotReadChangesNothing() {
        running(A);
        finish(1);
        state.handle(new Message.Change(B, "sourceChanged", null), now);
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        state.declarationRefused("not allowed", now);

        assertEnd(2, FAILED, "not allowed");
        assertThat(job(2).failure()).isEqualTo(FailureType.INPUT);
        assertThat(state.view().status().source()).isEqualTo(A);
        assertThat(state.view().status().rejected())
                .singleElement()
                .satisfies(rejection -> assertThat(rejection.message()).isEqualTo("sourceChanged"));
        refresh();
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(3)));
    }

    @Test
    void theLastFailureIsSaidUntilThereIsAnother() throws JsonProcessingException {
        running(A);
        closed(1, failed(FailureType.INPUT, "bad file"));
        state.inspected(1, head, Head.NONE, now);
        assertThat(state.view().status().state()).isEqualTo("failed");
        refresh();
        launch();
        assertThat(state.view().status().state()).isEqualTo("updating");
        finish(2);

        assertThat(state.view().status().state()).isEqualTo("idle");
        assertThat(state.view().status().lastFailure()).isEqualTo(job(1));
        assertThat(restored(state).view().status().lastFailure()).isEqualTo(job(1));
        assertThat(state.takeNewlyEnded()).extracting(Job::update).containsExactly(1L, 2L);
        assertThat(state.takeNewlyEnded()).isEmpty();
    }

    @Test
    void progressAddsUpOverWorkersAndTroubleIsSaidUntilItPasses() {
        running(A);
        RetryInfo trouble = new RetryInfo("list", "the store answers 503", 2, now, now.plusSeconds(1));
        state.onProgress(new ProgressSignal.News(1, null, "w1", 0, 0, trouble), now);
        assertThat(state.view().status().trouble()).isEqualTo(trouble);
        state.onProgress(new ProgressSignal.News(1, "list", "w1", 70, 0, null), now);
        assertThat(state.view().status().trouble()).isNull();
        assertThat(state.view().status().progress()).isEqualTo(new RunningProgress(1, "list", 70, 0, now));
        state.onProgress(new ProgressSignal.News(1, "read", "w1", 10, 100, null), now);
        state.onProgress(new ProgressSignal.News(1, "read", "w2", 20, 100, null), now);
        state.onProgress(new ProgressSignal.News(1, "read", "w1", 15, 100, null), now);
        assertThat(state.view().status().progress()).isEqualTo(new RunningProgress(1, "read", 35, 100, now));
        state.onProgress(new ProgressSignal.News(7, "read", "w1", 99, 100, null), now);
        assertThat(state.view().status().progress().done())
                .as("another update's")
                .isEqualTo(35);

        finish(1);
        assertThat(state.view().status().progress()).isNull();
    }

    @Test
    void progressIsAddedUpOverABoundedNumberOfWorkers() {
        running(A);
        for (int worker = 0; worker < 1_000; worker++) {
            state.onProgress(new ProgressSignal.News(1, "read", "w" + worker, 1, 0, null), now);
        }
        assertThat(state.view().status().progress().done()).isEqualTo(100);
    }

    @Test
    void jobsComeInPages() {
        state.opened(Head.NONE);
        for (int i = 0; i < 5; i++) {
            change(source("s3://lake/" + i + "/"));
        }
        assertThat(state.view().jobs(new JobsPage(Long.MAX_VALUE, 2)))
                .extracting(Job::update)
                .containsExactly(5L, 4L);
        assertThat(state.view().jobs(new JobsPage(4, 2)))
                .extracting(Job::update)
                .containsExactly(3L, 2L);
        assertThat(state.view().jobs(new JobsPage(1, 2))).isEmpty();
    }

    @Test
    void jobsAreListedByNumberWhicheverEndedFirst() {
        running(A);
        change(B);
        change(C);
        assertEnd(2, SUPERSEDED, "before it started");
        declare();
        assertEnd(1, SUPERSEDED, "takes its place");
        assertThat(state.view().jobs()).extracting(Job::update).containsExactly(3L, 2L, 1L);
        assertThat(state.view().jobs(new JobsPage(3, 1)))
                .extracting(Job::update)
                .containsExactly(2L);
    }

    // ------------------------------------------------------------------ what happens, in short

    private PendingReply change(ExternalSource source) {
        PendingReply reply = new PendingReply();
        state.handle(new Message.Change(source, "changeSource", reply), now);
        assertThat(reply.isSet()).isTrue();
        return reply;
    }

    private PendingReply refresh() {
        PendingReply reply = new PendingReply();
        state.handle(new Message.Refresh("refresh", reply), now);
        assertThat(reply.isSet()).isTrue();
        return reply;
    }

    private void declare() {
        Decision.Declare declare = (Decision.Declare) state.next(now);
        head = next(
                head, HeadKind.DECLARED, declare.job().source(), declare.job().update());
        state.advanceHead(head);
        state.declared(now);
    }

    private void launch() {
        Decision.Launch launch = (Decision.Launch) state.next(now);
        state.launched(launch.job(), now);
    }

    /** A collection whose update 1 runs. */
    private void running(ExternalSource source) {
        state.opened(Head.NONE);
        change(source);
        declare();
        launch();
    }

    private void commit(long update) {
        head = next(head, HeadKind.COMMITTED, head.source(), update);
    }

    private void finish(long update) {
        commit(update);
        closed(update, report(update, COMMITTED));
        assertThat(state.next(now)).isEqualTo(new Decision.Inspect(update));
        state.inspected(update, head, Head.NONE, now);
        assertThat(job(update).state()).isEqualTo(COMMITTED);
    }

    private void retire() {
        head = next(head, HeadKind.RETIRED, head.source(), state.lastUpdate());
        state.advanceHead(head);
        state.retired(now);
    }

    private void closed(long update, UpdateReport report) {
        state.handle(new Message.UpdateClosed(update, report, null), now);
    }

    private void closed(long update, RuntimeException failure) {
        state.handle(new Message.UpdateClosed(update, null, failure), now);
    }

    private Job job(long update) {
        return state.view().jobs().stream()
                .filter(job -> job.update() == update)
                .findFirst()
                .orElseThrow();
    }

    private void assertEnd(long update, UpdateState end, String reason) {
        assertThat(job(update).state()).isEqualTo(end);
        assertThat(job(update).ended()).isEqualTo(now);
        if (reason != null) {
            assertThat(job(update).reason()).contains(reason);
        }
    }

    private List<String> ends() {
        return state.view().jobs().stream()
                .filter(job -> job.state().isEnd())
                .map(job -> job.update() + " " + job.state())
                .toList();
    }

    // ------------------------------------------------------------------ many jobs

    private void refreshAndCancel(int times) {
        for (int i = 0; i < times; i++) {
            refresh();
            state.handle(new Message.CancelUpdate(), now);
        }
    }

    @Test
    void ofManyJobsTheLastHundredAreListed() {
        state.opened(next(Head.NONE, HeadKind.COMMITTED, A, 0));
        refreshAndCancel(100);
        assertThat(state.view().jobs())
                .extracting(Job::update)
                .hasSize(100)
                .startsWith(100L)
                .endsWith(1L);
        refreshAndCancel(1);
        assertThat(state.view().jobs())
                .extracting(Job::update)
                .hasSize(100)
                .startsWith(101L)
                .endsWith(2L);
    }

    /** They are in an answer and in what a run hands to the next, each of which may have 2 MB. */
    @Test
    void jobsOfLargeSourcesAreListedUpToAMegabyteAndMakeRoomAgain() throws JsonProcessingException {
        ExternalSource large = new ExternalSource(
                "s3://lake/large/",
                new ParquetSpec("parquet", Collections.nCopies(60, "x".repeat(1_000)), null, null, null, null));
        state.opened(next(Head.NONE, HeadKind.COMMITTED, large, 0));
        refreshAndCancel(120);
        int bytes = Json.bytes(state.view().jobs().get(0));
        assertThat(bytes).isGreaterThan(60_000);
        assertThat(state.view().jobs()).hasSize((1 << 20) / bytes);
        state.advanceHead(next(state.head(), HeadKind.DECLARED, A, state.lastUpdate()));
        state.handle(new Message.Change(A, "sourceChanged", null), now);
        state.handle(new Message.CancelUpdate(), now);
        refreshAndCancel(98);
        assertThat(state.view().jobs())
                .hasSize(100)
                .filteredOn(job -> job.source().equals(large))
                .hasSize(1);
        refreshAndCancel(1);
        assertThat(state.view().jobs())
                .hasSize(100)
                .allMatch(job -> job.source().equals(A));
        assertThat(restored(state).view().jobs()).isEqualTo(state.view().jobs());
    }

    // ------------------------------------------------------------------ values, also for other tests

    static ExternalSource source(String uri) {
        return new ExternalSource(uri, ExternalSpec.parquet());
    }

    static Head next(Head base, HeadKind kind, ExternalSource source, long update) {
        return new Head(
                base.version() + 1,
                "commit-" + (base.version() + 1),
                kind,
                source,
                base.generation() + (kind == HeadKind.DECLARED ? 1 : 0),
                update,
                kind == HeadKind.COMMITTED ? snapshot() : base.snapshot(),
                base.nextSegmentId(),
                START,
                "committed by " + update);
    }

    static SnapshotRef snapshot() {
        return new SnapshotRef("snapshots/x", "00", new Totals(1, 1, 1, 1, 1, 0));
    }

    static UpdateReport report(long update, UpdateState outcome) {
        return new UpdateReport(
                "orders",
                update,
                outcome,
                "said so",
                null,
                1,
                1,
                A,
                FileCounts.NONE,
                List.of(),
                0,
                0,
                0,
                SegmentCounts.NONE,
                null,
                null,
                0,
                Map.of(),
                Map.of());
    }

    static RuntimeException failed(FailureType type, String reason) {
        return child(ApplicationFailure.newNonRetryableFailure(reason, type.name()));
    }

    static RuntimeException cancelled() {
        return child(new CanceledFailure("cancelled"));
    }

    static RuntimeException alreadyStarted() {
        return child(new WorkflowExecutionAlreadyStarted(
                WorkflowExecution.getDefaultInstance(), UpdateExternalCollectionWorkflow.TYPE, null));
    }

    static RuntimeException child(Exception cause) {
        return new ChildWorkflowFailure(
                1,
                2,
                UpdateExternalCollectionWorkflow.TYPE,
                WorkflowExecution.getDefaultInstance(),
                "default",
                RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE,
                cause);
    }

    /** A state that took over from another, over the wire. */
    static CollectionState restored(CollectionState state) throws JsonProcessingException {
        CollectionState next = new CollectionState("orders", state.options());
        next.restore(Json.JSON.readValue(Json.JSON.writeValueAsString(state.carry()), CarriedState.class));
        return next;
    }
}
