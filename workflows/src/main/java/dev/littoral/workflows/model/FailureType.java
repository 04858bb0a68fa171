package dev.littoral.workflows.model;

/** Why something failed, and with it whether trying again can help. The name is the failure's type in Temporal. */
public enum FailureType {
    /** The source, its spec or a file is wrong. Terminal at once: only a person can mend it. */
    INPUT,
    /** Credentials or permissions are missing. Terminal at once: only a person can mend it. */
    ACCESS,
    /** Throttling, time-outs, a store that is away. Retried with backoff, a bounded number of times. */
    TRANSIENT,
    /** A bug in Littoral. Terminal; the stack trace is in the worker's log only. */
    INTERNAL
}
