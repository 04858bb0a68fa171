package dev.littoral.workflows.model;

/** The state of an update. It starts PENDING, and reaches exactly one of the last five. */
public enum UpdateState {
    /** Accepted, not started. */
    PENDING,
    /** Its workflow runs. */
    RUNNING,
    /** A new snapshot is the head. */
    COMMITTED,
    /** The source lists as the head's snapshot does; nothing was written. */
    UNCHANGED,
    /** A newer source or update took its place before it could commit. */
    SUPERSEDED,
    /** A person stopped it, or its collection ended. */
    CANCELED,
    /** It failed; the reason says why. */
    FAILED;

    /** Whether this is an end. */
    public boolean isEnd() {
        return switch (this) {
            case PENDING, RUNNING -> false;
            case COMMITTED, UNCHANGED, SUPERSEDED, CANCELED, FAILED -> true;
        };
    }
}
