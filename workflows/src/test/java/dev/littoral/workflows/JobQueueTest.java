package dev.littoral.workflows;

import static dev.littoral.workflows.model.UpdateState.CANCELED;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.FAILED;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import io.temporal.api.enums.v1.TimeoutType;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TerminatedFailure;
import io.temporal.failure.TimeoutFailure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobQueueTest extends CollectionFixture {
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
            JobQueueTest each = new JobQueueTest();
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
                JobQueueTest each = new JobQueueTest();
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
    void aJobHasNoNumbersOfRowsThatATableDidNotMove() {
        running(A);
        commit(1);
        closed(1, report(1, COMMITTED, 0L, 0L));
        state.inspected(1, head, Head.NONE, now);

        assertEnd(1, COMMITTED, "committed by 1");
        assertThat(job(1).movedRows()).isNull();
        assertThat(job(1).keptRows()).isNull();
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
        assertThat(CollectionFixture.jobs(state)).hasSize(1);
    }
}
