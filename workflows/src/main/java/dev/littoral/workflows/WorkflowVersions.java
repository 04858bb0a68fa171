package dev.littoral.workflows;

/**
 * What runs do that runs begun by older builds did not. A collection's run keeps to the version it began with, in its history,
 * until it continues as new; an update's to the version it was at when it first came to something that differs.
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

    /** A collection looks whether updates that say nothing are still there, and follows one that another's version was in the way of. */
    static final int CHECKS_UPDATES = 3;

    static final int NEWEST = 3;

    private WorkflowVersions() {}
}
