package dev.littoral.activities.steps;

import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.spec.RollbackTarget;
import java.time.Clock;
import java.time.Instant;

/**
 * The factory of the commit log's next entry, from its base.
 *
 * @param clock gives the times in entries, which are for people and for retention
 */
record NextHead(Clock clock) {
    /** An entry with another source, which serves the base's snapshot. */
    Head declared(Head base, DeclareRequest request) {
        return next(
                base,
                request.commitId(),
                HeadKind.DECLARED,
                request.source(),
                base.generation() + 1,
                request.update(),
                base.snapshot(),
                base.nextSegmentId(),
                request.reason());
    }

    /** The collection's last entry, which serves the base's snapshot. */
    Head retired(Head base, RetireRequest request) {
        return next(
                base,
                request.commitId(),
                HeadKind.RETIRED,
                base.source(),
                base.generation(),
                request.update(),
                base.snapshot(),
                base.nextSegmentId(),
                "retired by request");
    }

    /** An entry that serves an older entry's snapshot. */
    Head rolledBack(Head base, RollbackRequest request, SnapshotRef older) {
        return next(
                base,
                request.commitId(),
                HeadKind.ROLLED_BACK,
                base.source(),
                base.generation(),
                request.update(),
                older,
                base.nextSegmentId(),
                new RollbackTarget(request.version(), request.reason()).sentence());
    }

    /** An entry that serves a new snapshot. */
    Head committed(Head base, CommitRequest request, SnapshotRef snapshot) {
        return next(
                base,
                request.commitId(),
                HeadKind.COMMITTED,
                request.source(),
                base.generation(),
                request.update(),
                snapshot,
                request.nextSegmentId(),
                request.reason());
    }

    private Head next(
            Head base,
            String commitId,
            HeadKind kind,
            ExternalSource source,
            long generation,
            long update,
            SnapshotRef snapshot,
            long nextSegmentId,
            String reason) {
        return new Head(
                base.version() + 1,
                commitId,
                kind,
                source,
                generation,
                update,
                snapshot,
                nextSegmentId,
                time(base),
                reason);
    }

    /**
     * Never before the base's: another worker's clock may be ahead, or this one be set back, and retention counts from
     * it.
     */
    private Instant time(Head base) {
        Instant now = clock.instant();
        return base.exists() && now.isBefore(base.time()) ? base.time() : now;
    }
}
