package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;

/**
 * The desired source of a collection, the newest head known, whether that head's declaration of a source is final, and
 * whether it pauses refreshing.
 */
final class SourceDeclaration {
    private static final long ANY_VERSION = Long.MAX_VALUE;

    private Head head = Head.NONE;
    private ExternalSource desired;

    /**
     * The base of a declaration that failed; while that is the head, the write may still take effect. 0 for none,
     * {@link #ANY_VERSION} while a declaration on an unknown base may take effect.
     */
    private long unconfirmed;

    /** Whether versions were written since the last declaration that this collection has not read. */
    private boolean missedVersions;

    /** Whether a version that rolls back pauses refreshing; in runs of older builds it does not. */
    private boolean honorsRollbacks;

    /** Whether the head rolls back and refreshing was not resumed. */
    private boolean pausedByRollback;

    void restore(CarriedState carried) {
        pausedByRollback = carried.held();
        head = carried.head();
        desired = carried.desiredSource();
        unconfirmed = carried.unconfirmedDeclaration();
    }

    Head head() {
        return head;
    }

    void honorRollbacks() {
        honorsRollbacks = true;
    }

    /** Whether refreshing is paused because the head rolls back. */
    boolean isPausedByRollback() {
        return pausedByRollback;
    }

    /** Refreshing is resumed. */
    void release() {
        pausedByRollback = false;
    }

    /** The source asked for last, or null. */
    ExternalSource desired() {
        return desired;
    }

    /** See {@link CarriedState#unconfirmedDeclaration}. */
    long unconfirmed() {
        return unconfirmed;
    }

    void desire(ExternalSource source) {
        desired = source;
    }

    /** Follows the source that another writer declared: otherwise the two would take turns. */
    void follow(Head newest) {
        if (newest.exists() && !newest.source().equals(head.source())) {
            desired = newest.source();
        }
    }

    /** Whether a source is the head's, and no failed declaration can still replace it. */
    boolean isDeclared(ExternalSource source) {
        return source.equals(head.source()) && unconfirmed != ANY_VERSION && unconfirmed != head.version();
    }

    /** The head is at least this version. */
    void advance(Head newest) {
        if (unconfirmed == ANY_VERSION && newest.version() > head.version() && newest.kind() == HeadKind.DECLARED) {
            unconfirmed = 0;
        }
        if (newest.version() > head.version()) {
            pausedByRollback = honorsRollbacks && newest.kind() == HeadKind.ROLLED_BACK;
        }
        if (newest.version() >= head.version()) {
            head = newest;
        }
    }

    /** Another writer created the version after the head. */
    void moved(Head newest) {
        missedVersions |= newest.version() > head.version() + 1;
    }

    /** Whether versions were missed since the last call. */
    boolean takeMissedVersions() {
        boolean missed = missedVersions;
        missedVersions = false;
        return missed;
    }

    /**
     * A waiting job is dropped before its declaration. A lost run of this workflow task may have written that all the
     * same, on a base that this run does not know; only a declaration that is answered settles it.
     */
    void dropped(ExternalSource source) {
        if (!isDeclared(source)) {
            unconfirmed = ANY_VERSION;
        }
    }

    /** A declaration on the head failed for good; its write may still take effect. */
    void failed() {
        unconfirmed = unconfirmed == ANY_VERSION ? ANY_VERSION : head.version();
    }

    /** A worker refused to declare the desired source. */
    void refused() {
        desired = head.source();
    }
}
