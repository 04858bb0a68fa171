package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.FailureType;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.RetryState;
import io.temporal.api.enums.v1.TimeoutType;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TerminatedFailure;
import io.temporal.failure.TimeoutFailure;
import org.junit.jupiter.api.Test;

/** What Temporal's failures say. */
class FailureReasonTest {
    private static ActivityFailure failed(Throwable cause) {
        return new ActivityFailure(
                "Activity failed", 1, 2, "ListFiles", "a", RetryState.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED, "w", cause);
    }

    private static ApplicationFailure input(String type) {
        return ApplicationFailure.newNonRetryableFailure("the source is gone", type);
    }

    private static TimeoutFailure timeout() {
        return new TimeoutFailure("late", null, TimeoutType.TIMEOUT_TYPE_HEARTBEAT);
    }

    @Test
    void theReasonIsThatOfTheInnermostThatHasOne() {
        assertThat(FailureReason.of(failed(input("INPUT"))))
                .isEqualTo(new FailureReason(FailureType.INPUT, "the source is gone"));
        assertThat(FailureReason.of(failed(timeout())))
                .isEqualTo(new FailureReason(
                        FailureType.TRANSIENT, "timed out (TIMEOUT_TYPE_HEARTBEAT) and tries are used up"));
        assertThat(FailureReason.of(failed(new TerminatedFailure("by hand", null))))
                .isEqualTo(new FailureReason(FailureType.TRANSIENT, "its workflow was terminated"));
        assertThat(FailureReason.of(new IllegalStateException("secret")).sentence())
                .isEqualTo("INTERNAL: failed with IllegalStateException, a bug in Littoral");
    }

    @Test
    void itsClassIsSaidUnlessItIsInput() {
        assertThat(FailureReason.input("no such file").sentence()).isEqualTo("no such file");
        assertThat(new FailureReason(FailureType.ACCESS, "denied").sentence()).isEqualTo("ACCESS: denied");
    }

    @Test
    void stagingThatIsGoneIsKnownByItsType() {
        assertThat(FailureReason.stagingGone(failed(input(UpdateActivities.STAGING_GONE))))
                .isEqualTo("the source is gone");
        assertThat(FailureReason.stagingGone(failed(input("INPUT")))).isNull();
        assertThat(FailureReason.stagingGone(failed(timeout()))).isNull();
    }

    @Test
    void whoCouldNotReportWasTerminatedOrTimedOut() {
        assertThat(FailureReason.unreported(failed(timeout()))).contains("timed out");
        assertThat(FailureReason.unreported(new TerminatedFailure("by hand", null)))
                .contains("terminated");
        assertThat(FailureReason.unreported(failed(input("INPUT")))).isNull();
        assertThat(FailureReason.isCancelled(failed(new CanceledFailure("stop"))))
                .isTrue();
        assertThat(FailureReason.isCancelled(failed(timeout()))).isFalse();
    }

    @Test
    void aWorkflowThatRunsAlreadyIsKnownWhateverIsAroundIt() {
        WorkflowExecutionAlreadyStarted runs =
                new WorkflowExecutionAlreadyStarted(WorkflowExecution.getDefaultInstance(), "Update", null);
        assertThat(FailureReason.isAlreadyStarted(runs)).isTrue();
        assertThat(FailureReason.isAlreadyStarted(failed(runs))).isTrue();
        assertThat(FailureReason.isAlreadyStarted(failed(timeout()))).isFalse();
    }

    @Test
    void aFailureThatIsThrownIsASentenceWithoutATrace() {
        ApplicationFailure thrown = FailureReason.input("no such file").thrown("detail");
        assertThat(thrown.getOriginalMessage()).isEqualTo("no such file");
        assertThat(thrown.getType()).isEqualTo("INPUT");
        assertThat(thrown.isNonRetryable()).isTrue();
        assertThat(thrown.getStackTrace()).isEmpty();
        assertThat(thrown.getDetails().get(String.class)).isEqualTo("detail");
    }
}
