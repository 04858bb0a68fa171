package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.SnapshotRef;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Validates what activities are asked for about a prepared snapshot, as {@link StepInputs} does: what comes through
 * Temporal names it, and what is in the catalog says what it is.
 */
final class PreparedInputs {
    /** As much as leaves room for what an attempt adds. */
    private static final Pattern COMMIT_ID = Pattern.compile("[0-9]{1,10}-[0-9a-z-]{1,69}");

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    private PreparedInputs() {}

    /** What the commitId begins with of a snapshot that a listing may prepare. */
    static void checkCommitId(ListRequest request) {
        String commitId = request.commitId();
        if (!COMMIT_ID.matcher(commitId).matches() || !commitId.startsWith(request.update() + "-")) {
            throw InputChecks.refused("commitId is " + InputChecks.quoted(commitId) + "; expected " + request.update()
                    + "-<id>, of at most 80 characters of 0-9 a-z -");
        }
    }

    /** How a commit names a prepared snapshot. */
    static void checkNamed(CommitRequest request) {
        SnapshotRef snapshot = request.snapshot();
        String expected = CatalogLayout.root(request.objects());
        if (!expected.equals(snapshot.key())
                || snapshot.sha256() == null
                || !SHA_256.matcher(snapshot.sha256()).matches()
                || snapshot.totals() == null) {
            throw InputChecks.refused("snapshot is " + InputChecks.quoted(snapshot.key()) + "; expected " + expected
                    + ", with its SHA-256 and its totals");
        }
    }

    /** A prepared snapshot against the commit that names it. */
    static void check(CommitRequest request, Head base, SnapshotRoot root) {
        CollectionOptions options = request.options();
        boolean isForIt = root.version() == base.version() + 1
                && root.generation() == base.generation()
                && root.source().equals(request.source())
                && root.targetRowsPerSegment() == options.targetRowsPerSegment()
                && Objects.equals(root.maxDeadShare(), options.maxDeadShare())
                && Objects.equals(root.listedAt(), request.snapshot().listedAt())
                && Objects.equals(root.table(), request.snapshot().table());
        if (!isForIt) {
            throw InputChecks.refused("snapshot is "
                    + InputChecks.quoted(request.snapshot().key())
                    + ", which is of version " + root.version() + ", generation " + root.generation() + " and source "
                    + InputChecks.quoted(root.source().uri()) + "; expected one of version " + (base.version() + 1)
                    + " with the source, the options and the times of the request");
        }
    }
}
