package dev.littoral.starter.cli;

import dev.littoral.activities.verify.Severity;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.UpdateState;

/** The exit codes of the command line. */
public enum ExitCode {
    /** Done: committed, or nothing had changed. */
    OK(0),
    /** A bug in Littoral, or the JVM has run out of memory. */
    INTERNAL(1),
    /** The command line is not right. */
    USAGE(2),
    /** The source, its spec, a file, the catalog or what was asked for is not right; or a located row is deleted. */
    INPUT(3),
    /** Credentials or permissions are missing. */
    ACCESS(4),
    /** The update was superseded or cancelled, or the command was interrupted. */
    STOPPED(5),
    /** A store, Temporal or a worker did not answer, and tries are used up. */
    UNAVAILABLE(6),
    /** What was verified is right, but something is left over. */
    LEFT_OVER(7),
    /** What was verified is damaged. */
    DAMAGED(8),
    /** A lease was refused, or a consumer does not serve what it should. */
    REFUSED(9);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static ExitCode of(FailureType type) {
        return switch (type) {
            case INPUT -> INPUT;
            case ACCESS -> ACCESS;
            case TRANSIENT -> UNAVAILABLE;
            case INTERNAL -> INTERNAL;
        };
    }

    /**
     * How verifying ends.
     *
     * @param worst the worst finding, or null when there is none
     */
    public static ExitCode of(Severity worst) {
        return switch (worst) {
            case ERROR -> DAMAGED;
            case WARNING -> LEFT_OVER;
            case INFO -> OK;
            case null -> OK;
        };
    }

    public static ExitCode of(UpdateState state, FailureType failure) {
        return switch (state) {
            case COMMITTED, UNCHANGED -> OK;
            case SUPERSEDED, CANCELED -> STOPPED;
            case FAILED -> of(failure == null ? FailureType.INTERNAL : failure);
            case PENDING, RUNNING -> INTERNAL;
        };
    }
}
