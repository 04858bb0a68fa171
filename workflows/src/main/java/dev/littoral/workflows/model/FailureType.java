package dev.littoral.workflows.model;

/** The class of a failure, which decides whether a retry can help. The name is the failure's type in Temporal. */
public enum FailureType {
    /** The source, its spec or a file is wrong. Never retried: only a person can correct it. */
    INPUT,
    /** Credentials or permissions are missing. Never retried: only a person can correct it. */
    ACCESS,
    /** Throttling, timeouts, a store that is away. Retried with backoff, a limited number of times. */
    TRANSIENT,
    /** A bug in Littoral. Never retried; the stack trace is in the worker's log only. */
    INTERNAL
}
