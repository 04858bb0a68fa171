package dev.littoral.workflows;

/**
 * What a collection's run does that runs begun by older builds did not. A run keeps to the version it began with, in its history,
 * until it continues as new.
 */
final class Builds {
    /** The name of the change in histories. */
    static final String COLLECTION = "collection";

    /** The list of workflows shows each collection's state in its memo. */
    static final int MEMO = 1;

    /** Short requests to the catalog are local activities. */
    static final int QUICK_STEPS = 1;

    static final int NEWEST = 1;

    private Builds() {}
}
