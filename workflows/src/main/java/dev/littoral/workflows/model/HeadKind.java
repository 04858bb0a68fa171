package dev.littoral.workflows.model;

/** The kind of change that a version of the commit log makes. */
public enum HeadKind {
    /** Another source is declared; the snapshot is the one before. */
    DECLARED,
    /** A new snapshot. */
    COMMITTED,
    /** An older snapshot is restored. */
    ROLLED_BACK,
    /** The collection has ended for good. */
    RETIRED
}
