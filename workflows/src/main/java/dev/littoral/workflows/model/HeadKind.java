package dev.littoral.workflows.model;

/** What a head version says. */
public enum HeadKind {
    /** Another source is wanted; the snapshot is the one before. */
    DECLARED,
    /** A new snapshot. */
    COMMITTED,
    /** An older snapshot serves again. */
    ROLLED_BACK,
    /** The collection has ended for good. */
    RETIRED
}
