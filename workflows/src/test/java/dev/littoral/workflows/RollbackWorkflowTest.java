package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.B;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.RollbackAnswer;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.VersionRequest;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.failure.ApplicationFailure;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rollbacks of a collection's workflow. */
@Timeout(600)
class RollbackWorkflowTest {
    private final FakeLake lake = new FakeLake();
    private Lab lab = new Lab(lake, RecordedHistories.SHORT);

    @AfterEach
    void close() {
        lab.close();
    }

    /** Versions 2 and 3 have the two states of source A. */
    private void twoVersions() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lake.touch(A);
        lab.collection().signalRefresh();
        lab.awaitEnd(2, COMMITTED);
    }

    private Head newest() {
        return lake.newest(ID);
    }

    private static void refused(Runnable request, String sentence) {
        assertThatThrownBy(request::run)
                .isInstanceOf(WorkflowUpdateException.class)
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(FailureType.INPUT.name());
                    assertThat(failure.getOriginalMessage()).contains(sentence);
                });
    }

    @Test
    void anOlderVersionIsServedUntilRefreshingIsResumed() throws InterruptedException {
        twoVersions();
        RollbackAnswer answer = lab.collection().updateRollback(VersionRequest.of(2, "a bad load"));
        assertThat(answer).isEqualTo(new RollbackAnswer(4, 2));
        assertThat(newest().kind()).isEqualTo(HeadKind.ROLLED_BACK);
        assertThat(newest().snapshot()).isEqualTo(lake.log(ID).get(1).snapshot());
        assertThat(newest().nextSegmentId()).isEqualTo(lake.log(ID).get(2).nextSegmentId());
        String held = "rolled back to version 2, refreshing is paused until resume: a bad load";
        assertThat(lab.awaitStatus(status -> status.state().equals("paused")).rolledBack())
                .isEqualTo(held);
        refused(() -> lab.collection().updateRefresh(), held);
        refused(() -> lab.collection().updateRollback(VersionRequest.of(2, null)), "version 2 cannot be served");

        lab.collection().resume();
        lab.collection().updateRefresh();
        lab.awaitEnd(3, COMMITTED);
        assertThat(newest().snapshot()).isNotEqualTo(lake.log(ID).get(1).snapshot());
        assertThat(lake.listings().getLast().base().version()).isEqualTo(4);
        assertThat(newest().update()).isGreaterThan(lake.log(ID).get(3).update());
    }

    @Test
    void theCommitOfTheUpdateThatRunsIsNotWrittenOverIt() throws InterruptedException {
        twoVersions();
        lake.touch(A);
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.collection().signalRefresh();
        commit.awaitReached();
        refused(() -> lab.collection().updateRollback(VersionRequest.of(9, null)), "version 9");
        assertThat(lab.collection().status().update().update()).isEqualTo(3);
        lab.collection().updateRollback(VersionRequest.of(2, null));
        assertThat(lab.awaitEnd(3, SUPERSEDED).reason()).isEqualTo("rolled back to version 2");
        lab.awaitCancelRequested(3);
        commit.release();
        lab.awaitClosed(lab.update(3), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED);
        assertThat(newest().version()).isEqualTo(4);
        assertThat(newest().kind()).isEqualTo(HeadKind.ROLLED_BACK);
        assertThat(lake.garbage()).isEmpty();
    }

    /** As of a collection that was reset to before the rollback, or another service's. */
    @Test
    void anUpdateThatMeetsOneEndsAndRefreshingIsPaused() throws InterruptedException {
        twoVersions();
        lake.touch(A);
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.collection().signalRefresh();
        commit.awaitReached();
        lake.write(ID, HeadKind.ROLLED_BACK, A, 2);
        commit.release();
        assertThat(lab.awaitEnd(3, SUPERSEDED).reason()).isEqualTo("version 4 is rolled back to version 1: a bad load");
        lab.awaitStatus(status -> status.rolledBack() != null && status.state().equals("paused"));
        assertThat(newest().version()).isEqualTo(4);
    }

    @Test
    void aSourceChangeEndsThePause() throws InterruptedException {
        twoVersions();
        lab.collection().updateRollback(VersionRequest.of(2, null));
        lab.collection().changeSource(SourceRequest.of(B));
        lab.awaitEnd(3, COMMITTED);
        assertThat(newest().source()).isEqualTo(B);
        assertThat(lab.collection().status().rolledBack()).isNull();
    }

    @Test
    void theNextRunAndACollectionThatIsStartedAgainArePausedToo() throws InterruptedException {
        twoVersions();
        lab.collection().updateRollback(VersionRequest.of(2, "x"));
        String first = lab.untyped().describe().getExecution().getRunId();
        while (lab.untyped().describe().getExecution().getRunId().equals(first)) {
            lab.collection().signalRefresh();
            lab.collection().status();
        }
        assertThat(lab.collection().status().rolledBack()).contains("rolled back to version 2");
        lab.untyped().terminate("a test");
        lab.start(A);
        assertThat(lab.awaitStatus(status -> status.state().equals("paused")).rolledBack())
                .contains("rolled back to version 2");
        assertThat(newest().version()).isEqualTo(4);
        lab.collection().resume();
        assertThat(lab.collection().updateRefresh().update()).isEqualTo(3);
        lab.awaitEnd(3, COMMITTED);
    }

    @Test
    void oneWhoseAnswerIsLostIsWrittenOnce() throws InterruptedException {
        twoVersions();
        lake.fail("rolledBack", FailureType.TRANSIENT, 2);
        assertThat(lab.collection().updateRollback(VersionRequest.of(2, null)).version())
                .isEqualTo(4);
        assertThat(newest().version()).isEqualTo(4);
    }

    @Test
    void oneThatCannotBeWrittenIsRefusedAndTheCollectionGoesOn() throws InterruptedException {
        twoVersions();
        lake.fail("rollBack", FailureType.ACCESS, 1);
        assertThatThrownBy(() -> lab.collection().updateRollback(VersionRequest.of(2, null)))
                .isInstanceOf(WorkflowUpdateException.class)
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(FailureType.ACCESS.name());
                    assertThat(failure.getOriginalMessage()).isEqualTo("rollBack fails with ACCESS");
                });
        assertThat(lab.collection().status().state()).isEqualTo("idle");
        assertThat(lab.collection().updateRollback(VersionRequest.of(2, null))).isEqualTo(new RollbackAnswer(4, 2));
    }

    @Test
    void oneThatIsSentAgainGetsTheSameAnswer() throws InterruptedException, ExecutionException {
        twoVersions();
        UpdateOptions<RollbackAnswer> options = UpdateOptions.newBuilder(RollbackAnswer.class)
                .setUpdateName(MessageNames.ROLLBACK)
                .setUpdateId("once")
                .setWaitForStage(WorkflowUpdateStage.ACCEPTED)
                .build();
        for (int i = 0; i < 2; i++) {
            assertThat(lab.untyped()
                            .startUpdate(options, VersionRequest.of(2, null))
                            .getResultAsync()
                            .get())
                    .isEqualTo(new RollbackAnswer(4, 2));
        }
    }

    @Test
    void whatIsNotRightIsRefusedAndChangesNothing() throws InterruptedException {
        twoVersions();
        refused(
                () -> lab.collection().updateRollback(new VersionRequest(TextNode.valueOf("2"))),
                "rollback is a text; expected an object");
        assertThat(lab.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED))
                .as("refused before it enters the history")
                .isZero();
        lab.collection().signalRollback(VersionRequest.of(0, null));
        lab.awaitStatus(status -> !status.rejected().isEmpty()
                && status.rejected().getLast().reason().startsWith("rollback.version is 0; expected"));
        lab.collection().signalRollback(VersionRequest.of(1, null));
        lab.awaitStatus(status -> status.rejected().getLast().reason().equals("version 1 cannot be served"));
        assertThat(lab.collection().status().state()).isEqualTo("idle");
        lab.collection().signalRollback(VersionRequest.of(2, null));
        lab.awaitStatus(status -> status.state().equals("paused"));
    }

    @Test
    void aMessageThatComesAfterFindsItDone() throws InterruptedException {
        twoVersions();
        FakeLake.Hold writing = lake.hold("rollBack");
        lab.collection().signalRollback(VersionRequest.of(2, null));
        writing.awaitReached();
        lab.collection().resume();
        lab.collection().signalRefresh();
        writing.release();
        lab.awaitEnd(3, COMMITTED);
        assertThat(lake.log(ID)).extracting(Head::kind).endsWith(HeadKind.ROLLED_BACK, HeadKind.COMMITTED);
    }
}
