package dev.littoral.activities.catalog;

import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Totals;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The validator of catalog objects whose digest is right: returns what is wrong in words, or null. A digest says that
 * an object is the one that was named, but not that its writer followed the format.
 */
final class SnapshotValidator {
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    private SnapshotValidator() {}

    /** Checks a version and how it names its root. */
    static String of(Head head) {
        String key = head.snapshot().key();
        return CatalogLayout.isRoot(key) ? null : "it names the snapshot " + key + "; expected the key of a root";
    }

    /** Checks a root that a version names. */
    static String of(SnapshotRoot root, Head head, String collectionId) {
        if (root == null) {
            return "it is null; expected a root";
        }
        if (root.format() != SnapshotRoot.FORMAT) {
            return "its format is " + root.format() + "; expected " + SnapshotRoot.FORMAT
                    + ", the one that this version of Littoral reads";
        }
        if (!collectionId.equals(root.collectionId())) {
            return "its collectionId is " + root.collectionId() + "; expected " + collectionId;
        }
        if (root.version() < 1 || root.version() > head.version()) {
            return "its version is " + root.version() + "; expected 1 to " + head.version();
        }
        if (root.source() == null
                || root.source().uri() == null
                || root.source().spec() == null) {
            return "it has no source";
        }
        if (root.targetRowsPerSegment() < 1) {
            return "its targetRowsPerSegment is " + root.targetRowsPerSegment() + "; expected 1 or more";
        }
        if (root.shards() == null || root.skipped() == null) {
            return "its shards or its skipped are missing";
        }
        if (root.skipped().key() != null
                && (!CatalogLayout.isSkipReport(root.skipped().key())
                        || !isDigest(root.skipped().sha256()))) {
            return "it names the skip report " + root.skipped().key() + "; expected the key of one, and its SHA-256";
        }
        Totals sum = Totals.NONE;
        for (int i = 0; i < root.shards().size(); i++) {
            ShardRef shard = root.shards().get(i);
            String fault =
                    of(shard, root.version(), i == 0 ? null : root.shards().get(i - 1));
            if (fault != null) {
                return "shards[" + i + "] " + fault;
            }
            sum = sum.plus(shard.totals());
        }
        if (!sum.equals(root.totals()) || !sum.equals(head.snapshot().totals())) {
            return "its totals, those of its shards and those of version " + head.version() + " differ";
        }
        return null;
    }

    private static String of(ShardRef shard, long version, ShardRef before) {
        if (shard == null || shard.from() == null || shard.key() == null || shard.totals() == null) {
            return "lacks a field";
        }
        if (!CatalogLayout.isShard(shard.key(), version)) {
            return "has the key " + shard.key() + "; expected that of a shard of version " + version + " or older";
        }
        if (!isDigest(shard.sha256()) || !isDigest(shard.listing())) {
            return "has no right SHA-256";
        }
        if (shard.schemas() == null || shard.schemas().stream().anyMatch(Objects::isNull)) {
            return "has no right schemas";
        }
        if (before == null ? !shard.from().isEmpty() : PathOrder.compare(before.from(), shard.from()) >= 0) {
            return "starts from '" + shard.from() + "'; expected an empty text for the first, and then rising ones";
        }
        return null;
    }

    private static boolean isDigest(String text) {
        return text != null && SHA_256.matcher(text).matches();
    }

    /**
     * Checks a file in a shard.
     *
     * @param before the path before it, or null
     */
    static String of(FileEntry file, String before) {
        if (file == null || file.path() == null || file.version() == null || file.fragments() == null) {
            return "a file lacks a path, a version or its fragments";
        }
        if (before != null && PathOrder.compare(before, file.path()) >= 0) {
            return "it has " + file.path() + " after " + before + "; expected rising paths";
        }
        if (file.bytes() < 0 || file.served() == (file.schema() == null) || file.served() == (file.rows() == 0)) {
            return file.path() + " is " + (file.served() ? "served" : "left out") + " with " + file.bytes() + " bytes, "
                    + file.rows() + " rows and the schema " + file.schema();
        }
        long row = 0;
        for (FragmentEntry fragment : file.fragments()) {
            if (fragment == null || fragment.start() != row || fragment.end() <= row) {
                return file.path() + " has the fragment " + fragment + "; expected one from row " + row + " on";
            }
            if (fragment.segment() == null || fragment.segment() < 1) {
                return file.path() + " has a fragment in segment " + fragment.segment() + "; expected an id from 1 on";
            }
            row = fragment.end();
        }
        return row == file.rows()
                ? null
                : file.path() + " has fragments of " + row + " rows; expected " + file.rows() + ", those of the file";
    }
}
