package dev.littoral.workflows;

/**
 * The reply that an update handler waits for: the job that serves the request, or why none does. Set by the main loop.
 */
final class PendingReply {
    private long job;
    private String refusal;

    boolean isSet() {
        return job > 0 || refusal != null;
    }

    /** The number of the job that serves the request, or 0. */
    long job() {
        return job;
    }

    /** Why the request cannot be served, or null. */
    String refusal() {
        return refusal;
    }

    void serve(long number) {
        job = number;
    }

    void refuse(String reason) {
        refusal = reason;
    }
}
