package dev.littoral.workflows.model;

/** The kind of cause for which a collection is not kept as fresh as it could be. */
public enum CauseKind {
    /** A store, Temporal or a worker does not answer; it is tried again. */
    UNREACHABLE,
    /** An update failed by what a person has to mend. */
    FAILED,
    /** An object of the catalog is damaged or missing. */
    DAMAGED,
    /** Updates take longer than freshness allows. */
    SLOW,
    /** The update that would help has not begun. */
    WAITING,
    /** A consumer serves something old or wrong, or a refresh waits for it. */
    CONSUMER,
    /** A sink does not take the collection's events. */
    SINK,
    /** An update, or the collection, was stopped and nothing takes its place. */
    STOPPED,
    /** Refreshing is paused by request. */
    PAUSED,
    /** Refreshing is paused since a rollback. */
    ROLLED_BACK,
    /** The collection follows no source yet. */
    NO_SOURCE,
    /** The collection has ended. */
    RETIRED
}
