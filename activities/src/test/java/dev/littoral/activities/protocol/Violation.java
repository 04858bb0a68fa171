package dev.littoral.activities.protocol;

/** An invariant does not hold. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int invariant;

    /**
     * A finding.
     *
     * @param invariant its number in the document on the protocol
     */
    Violation(int invariant, String finding) {
        super("invariant " + invariant + ": " + finding, null, false, false);
        this.invariant = invariant;
    }

    int invariant() {
        return invariant;
    }
}
