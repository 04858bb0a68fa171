package dev.littoral.workflows;

/**
 * The versions of the workflows' code, for {@code Workflow.getVersion}. A run of a collection keeps to the version it
 * began with until it continues as new; an update keeps to the version it had when it first reached a difference.
 */
final class WorkflowVersions {
    /** The name in a collection's history. */
    static final String COLLECTION = "collection";

    /** The name in an update's history. */
    static final String UPDATE = "update";

    /** The list of workflows shows each collection's state in its memo. */
    static final int MEMO = 1;

    /** Short requests to the catalog are local activities. */
    static final int QUICK_STEPS = 1;

    /** An update that is cancelled waits for all its shards before it removes staging. */
    static final int ALL_SHARDS = 2;

    /** Updates that do not report are checked, and one that met a conflict is followed by another. */
    static final int CHECKS_UPDATES = 3;

    /** Each launch of an update has an id, by which its commits are known in the log. */
    static final int LAUNCH_IDS = 4;

    /** A collection rolls back, and a version that does so ends the update that meets it. */
    static final int ROLLS_BACK = 5;

    /** A collection keeps a promise of freshness, and its memo says as of when it serves its source. */
    static final int FRESHNESS = 6;

    /** A collection sends events to sinks. */
    static final int EVENTS = 6;

    /** A collection looks at its consumers, and writes what they say by messages. */
    static final int CONSUMERS = 6;

    /** A collection sets search attributes. */
    static final int SEARCH_ATTRIBUTES = 7;

    /** A collection takes up an update anew whose worker deployment version has no workers any more. */
    static final int DEPLOYMENTS = 7;

    /** An update commits at once what its listing has prepared. */
    static final int PREPARED_SNAPSHOTS = 8;

    /** A change to the source that a collection believes to be declared is held against the head first. */
    static final int HEAD_BEFORE_CHANGE = 9;

    static final int NEWEST = 9;

    private WorkflowVersions() {}
}
