package dev.littoral.activities.catalog;

/**
 * A staged object that is not there any more, or not yet as this build stages it. No damage: staging is removed by whoever takes
 * the collection up on another service, and the update lists again.
 */
public final class StagingGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StagingGoneException(String object) {
        super("what was staged as " + object + " is gone: another service or build keeps this collection too");
    }
}
