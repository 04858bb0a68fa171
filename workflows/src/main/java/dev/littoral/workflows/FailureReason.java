package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import io.temporal.api.enums.v1.SignalExternalWorkflowExecutionFailedCause;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.failure.TerminatedFailure;
import io.temporal.failure.TimeoutFailure;

/** The class and the sentence of a failure. Pure. */
record FailureReason(FailureType type, String reason) {
    private static final SignalExternalWorkflowExecutionFailedCause NOT_THERE =
            SignalExternalWorkflowExecutionFailedCause
                    .SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND;

    static FailureReason of(RuntimeException failure) {
        Throwable cause = failure;
        while (cause != null) {
            if (cause instanceof ApplicationFailure application) {
                return new FailureReason(type(application.getType()), application.getOriginalMessage());
            }
            if (cause instanceof TimeoutFailure timeout) {
                return new FailureReason(
                        FailureType.TRANSIENT,
                        "timed out (" + timeout.getTimeoutType().name() + ") and tries are used up");
            }
            if (cause instanceof TerminatedFailure) {
                return new FailureReason(FailureType.TRANSIENT, "its workflow was terminated");
            }
            cause = cause.getCause();
        }
        return new FailureReason(
                FailureType.INTERNAL,
                failure instanceof TemporalFailure temporal
                        ? temporal.getOriginalMessage()
                        : "failed with " + failure.getClass().getSimpleName() + ", a bug in Littoral");
    }

    /** The sentence of a failure of type {@link UpdateActivities#STAGING_GONE}, else null. */
    static String stagingGone(ActivityFailure failure) {
        return failure.getCause() instanceof ApplicationFailure application
                        && application.getType().equals(UpdateActivities.STAGING_GONE)
                ? application.getOriginalMessage()
                : null;
    }

    /** Whether a signal failed because there is no running workflow of that ID. */
    static boolean isNotThere(ApplicationFailure failure) {
        return failure.getType().equals(NOT_THERE.name());
    }

    static boolean isCancelled(Throwable failure) {
        return failure instanceof CanceledFailure || (failure != null && isCancelled(failure.getCause()));
    }

    /** Why a workflow that was terminated or has timed out could not report, else null. */
    static String unreported(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TerminatedFailure || cause instanceof TimeoutFailure) {
                return of(failure).reason();
            }
        }
        return null;
    }

    /** Whether a workflow was not started because one of that ID runs. */
    static boolean isAlreadyStarted(Throwable failure) {
        return failure instanceof WorkflowExecutionAlreadyStarted
                || (failure != null && isAlreadyStarted(failure.getCause()));
    }

    /** A failure of the class INPUT. */
    static FailureReason input(String reason) {
        return new FailureReason(FailureType.INPUT, reason);
    }

    /** The reason; its class too where that is not INPUT. */
    String sentence() {
        return type == FailureType.INPUT ? reason : type + ": " + reason;
    }

    /** The failure as Temporal shows it: one sentence, no stack trace. */
    ApplicationFailure thrown(Object... details) {
        ApplicationFailure failure = ApplicationFailure.newNonRetryableFailure(reason, type.name(), details);
        failure.setStackTrace(new StackTraceElement[0]);
        return failure;
    }

    private static FailureType type(String name) {
        for (FailureType type : FailureType.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        return FailureType.INTERNAL;
    }
}
