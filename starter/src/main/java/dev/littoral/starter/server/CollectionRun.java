package dev.littoral.starter.server;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.Timestamp;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.StatusText;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import java.time.Instant;

/**
 * The newest run of a collection's workflow, as the Temporal service knows it.
 *
 * @param status running, or how it ended: completed, failed, canceled, terminated or timed out
 * @param taskQueue where its workers are
 * @param closed when it ended, or null
 * @param reason why it failed, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CollectionRun(
        String status,
        String taskQueue,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant closed,
        String reason) {
    @JsonIgnore
    public boolean isRunning() {
        return closed == null;
    }

    /** How and when it ended. */
    String end() {
        return switch (status) {
                    case "completed" -> "was retired";
                    case "failed" -> "failed";
                    case "timed out" -> "timed out";
                    default -> "was " + status;
                }
                + " at " + StatusText.time(closed)
                + (reason == null ? "" : " (" + Output.path(reason) + ")");
    }

    /** A status in one or two words. */
    static String text(WorkflowExecutionStatus status) {
        return switch (status) {
            case WORKFLOW_EXECUTION_STATUS_RUNNING, WORKFLOW_EXECUTION_STATUS_PAUSED -> "running";
            case WORKFLOW_EXECUTION_STATUS_COMPLETED -> "completed";
            case WORKFLOW_EXECUTION_STATUS_FAILED -> "failed";
            case WORKFLOW_EXECUTION_STATUS_CANCELED -> "canceled";
            case WORKFLOW_EXECUTION_STATUS_TERMINATED -> "terminated";
            case WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW -> "continued as new";
            case WORKFLOW_EXECUTION_STATUS_TIMED_OUT -> "timed out";
            case WORKFLOW_EXECUTION_STATUS_UNSPECIFIED, UNRECOGNIZED -> "in an unknown state";
        };
    }

    static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
