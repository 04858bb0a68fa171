package dev.littoral.activities.catalog;

/**
 * A staged object is gone, was staged by a build that did so otherwise, or is of no use any more. No damage: a second
 * service that opens the collection removes staging, and the update lists again.
 */
public final class StagingGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StagingGoneException(String object) {
        super("what was staged as " + object + " is gone: another service or build keeps this collection too");
    }

    private StagingGoneException(String object, long version) {
        super("what was staged as " + object + " is of no use: it is for version " + version
                + ", which was written and cleaned away");
    }

    /** A plan is for a version that was cleaned away. */
    public static StagingGoneException expired(String plan, long version) {
        return new StagingGoneException(plan, version);
    }
}
