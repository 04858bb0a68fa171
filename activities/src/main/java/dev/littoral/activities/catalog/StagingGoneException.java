package dev.littoral.activities.catalog;

/**
 * A staged object is gone, or was staged by a build that did so otherwise. No damage: a second service that opens the
 * collection removes staging, and the update lists again.
 */
public final class StagingGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StagingGoneException(String object) {
        super("what was staged as " + object + " is gone: another service or build keeps this collection too");
    }
}
