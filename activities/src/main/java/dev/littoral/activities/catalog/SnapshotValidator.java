package dev.littoral.activities.catalog;

import dev.littoral.activities.catalog.FileEntry.Deletes;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.MovedRows.Range;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
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
        if (root.format() < SnapshotRoot.OLDEST_FORMAT || root.format() > SnapshotRoot.FORMAT) {
            return "its format is " + root.format() + "; expected " + SnapshotRoot.OLDEST_FORMAT + " to "
                    + SnapshotRoot.FORMAT + ", those that this version of Littoral reads";
        }
        if (root.format() > 1
                && (root.maxDeadShare() == null || root.sourceVersion() == null || root.listedAt() == null)) {
            return "it lacks its maxDeadShare, its sourceVersion or its listedAt";
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
        if (root.format() < SnapshotRoot.FORMAT && SnapshotRoot.format(root.shards()) == SnapshotRoot.FORMAT) {
            return "its format is " + root.format() + ", and rows of its shards were moved; expected "
                    + SnapshotRoot.FORMAT;
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
        if (shard.deletes() != null
                && !shard.deletes().stream().allMatch(key -> key != null && CatalogLayout.isDeletes(key))) {
            return "names the deletes " + shard.deletes() + "; expected keys of objects with them";
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
     * @param before the line before it, or null
     * @param shard how the root names the shard
     */
    static String of(FileEntry file, FileEntry before, ShardRef shard) {
        if (file == null || file.path() == null || file.version() == null || file.fragments() == null) {
            return "a file lacks a path, a version or its fragments";
        }
        if (before != null && !follows(file, before)) {
            return "it has " + file.path() + " after " + before.path() + "; expected rising paths";
        }
        if (!file.listed()) {
            return file.movedTo() == null ? ofDead(file) : ofMoved(file, shard);
        }
        if (file.bytes() < 0 || file.served() == (file.schema() == null) || file.served() == (file.rows() == 0)) {
            return file.path() + " is " + (file.served() ? "served" : "left out") + " with " + file.bytes() + " bytes, "
                    + file.rows() + " rows and the schema " + file.schema();
        }
        long row = 0;
        long dead = 0;
        for (FragmentEntry fragment : file.fragments()) {
            if (fragment == null || fragment.start() != row || fragment.end() <= row) {
                return file.path() + " has the fragment " + fragment + "; expected one from row " + row + " on";
            }
            String fault = of(file, fragment);
            if (fault != null) {
                return fault;
            }
            row = fragment.end();
            dead += fragment.dead();
        }
        if (row != file.rows()) {
            return file.path() + " has fragments of " + row + " rows; expected " + file.rows() + ", those of the file";
        }
        if (file.movedTo() != null) {
            return file.path() + " is listed, and its rows were moved; expected the one or the other";
        }
        Deletes deletes = file.deletes();
        String fault = ofDeletes(file, shard);
        if (fault != null) {
            return fault;
        }
        return dead == (deletes == null ? 0 : deletes.count())
                ? null
                : file.path() + " has fragments with " + dead + " deleted rows; expected "
                        + (deletes == null ? 0 : deletes.count()) + ", those of the file";
    }

    private static String ofDeletes(FileEntry file, ShardRef shard) {
        Deletes deletes = file.deletes();
        if (deletes != null && !isRange(deletes)) {
            return file.path() + " has the deletes " + deletes + "; expected a range of an object, and its SHA-256";
        }
        if (deletes != null && (shard.deletes() == null || !shard.deletes().contains(deletes.key()))) {
            return file.path() + " has its deletes in " + deletes.key()
                    + "; expected one of those that the root names, " + shard.deletes();
        }
        return null;
    }

    private static boolean isRange(Deletes deletes) {
        return deletes.key() != null
                && CatalogLayout.isDeletes(deletes.key())
                && deletes.offset() >= 0
                && deletes.length() > 0
                && deletes.count() > 0
                && isDigest(deletes.sha256());
    }

    /** Under one path dead files come first, in the order in which they died. */
    private static boolean follows(FileEntry file, FileEntry before) {
        int order = PathOrder.compare(before.path(), file.path());
        return order < 0
                || (order == 0 && !before.listed() && (file.listed() || before.deadSince() < file.deadSince()));
    }

    private static String ofDead(FileEntry file) {
        return ofGone(file, fragment -> fragment.living() == 0, "one in a segment, whose rows are all dead");
    }

    /** Checks a file that is gone, whose rows are in others. */
    private static String ofMoved(FileEntry file, ShardRef shard) {
        List<Range> moved = new ArrayList<>();
        for (MovedRows to : file.movedTo()) {
            if (to == null || to.file() == null || to.version() == null) {
                return file.path() + " was moved to " + to + "; expected a file and its version";
            }
            moved.addAll(to.rows());
        }
        moved.sort(Comparator.comparingLong(Range::start));
        long row = 0;
        for (Range range : moved) {
            if (range.start() < row || range.end() <= range.start() || range.end() > file.rows() || range.at() < 0) {
                return file.path() + " has the rows " + range + " elsewhere; expected rows from " + row + " to "
                        + file.rows() + " on";
            }
            row = range.end();
        }
        String fault = ofDeletes(file, shard);
        return fault != null
                ? fault
                : ofGone(
                        file,
                        fragment -> fragment.living()
                                <= MovedRows.count(MovedRows.within(file.movedTo(), fragment.start(), fragment.end())),
                        "one in a segment, whose living rows were moved");
    }

    /**
     * Checks a file that is gone.
     *
     * @param hasRightRows whether a fragment has no more living rows than it may have
     * @param expected a fragment as it should be
     */
    private static String ofGone(FileEntry file, Predicate<FragmentEntry> hasRightRows, String expected) {
        if (file.deadSince() < 1 || !file.served() || file.fragments().isEmpty()) {
            return file.path() + " is dead since version " + file.deadSince() + " with "
                    + file.fragments().size() + " fragments; expected a version from 1 on and the fragments that"
                    + " segments have";
        }
        long row = 0;
        for (FragmentEntry fragment : file.fragments()) {
            if (fragment == null
                    || fragment.start() < row
                    || fragment.end() <= fragment.start()
                    || fragment.end() > file.rows()) {
                return file.path() + " has the fragment " + fragment + "; expected one from row " + row + " on";
            }
            String fault = of(file, fragment);
            if (fault != null) {
                return fault;
            }
            if (!fragment.laysOut() || !hasRightRows.test(fragment)) {
                return file.path() + " has the fragment " + fragment + " though it is dead since version "
                        + file.deadSince() + "; expected " + expected;
            }
            row = fragment.end();
        }
        return null;
    }

    private static String of(FileEntry file, FragmentEntry fragment) {
        if (fragment.dead() < 0
                || fragment.bornDead() < 0
                || fragment.living() < 0
                || fragment.bornDead() > fragment.dead()) {
            return file.path() + " has a fragment of " + fragment.rows() + " rows with " + fragment.dead()
                    + " dead ones, " + fragment.bornDead() + " from the beginning; expected no more than it has";
        }
        if (fragment.movedIn() && (fragment.segment() == null || fragment.bornDead() > 0)) {
            return file.path() + " has the moved rows " + fragment + "; expected some of a segment";
        }
        boolean inNone = fragment.segment() == null && fragment.living() == 0;
        if (!inNone && (fragment.segment() == null || fragment.segment() < 1)) {
            return file.path() + " has a fragment in segment " + fragment.segment() + "; expected an id from 1 on";
        }
        return null;
    }
}
