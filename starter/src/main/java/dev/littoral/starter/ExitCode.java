package dev.littoral.starter;

import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.UpdateState;

/** How a command ends, for the shell. */
enum ExitCode {
    /** Done: committed, or nothing had changed. */
    OK(0),
    /** A bug in Littoral. */
    INTERNAL(1),
    /** The command line is not right. */
    USAGE(2),
    /** The source, its spec, a file, the catalog or what was asked for is not right. */
    INPUT(3),
    /** Credentials or permissions are missing. */
    ACCESS(4),
    /** The update was superseded or cancelled, or the command was interrupted. */
    STOPPED(5),
    /** A store, Temporal or a worker did not answer, and tries are used up. */
    UNAVAILABLE(6);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static ExitCode of(FailureType type) {
        return switch (type) {
            case INPUT -> INPUT;
            case ACCESS -> ACCESS;
            case TRANSIENT -> UNAVAILABLE;
            case INTERNAL -> INTERNAL;
        };
    }

    static ExitCode of(UpdateState state, FailureType failure) {
        return switch (state) {
            case COMMITTED, UNCHANGED -> OK;
            case SUPERSEDED, CANCELED -> STOPPED;
            case FAILED -> of(failure == null ? FailureType.INTERNAL : failure);
            case PENDING, RUNNING -> INTERNAL;
        };
    }
}
