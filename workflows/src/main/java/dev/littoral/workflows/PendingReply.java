package dev.littoral.workflows;

/**
 * The reply that an update handler waits for: what serves the request, or why nothing does. Set by the main loop.
 */
final class PendingReply {
    private long job;
    private FailureReason refusal;

    boolean isSet() {
        return job > 0 || refusal != null;
    }

    /** The number of the job that serves the request, or of the version that rolls back; or 0. */
    long job() {
        return job;
    }

    /** Why the request cannot be served, or null. */
    FailureReason refusal() {
        return refusal;
    }

    void serve(long number) {
        job = number;
    }

    void refuse(FailureReason reason) {
        refusal = reason;
    }
}
