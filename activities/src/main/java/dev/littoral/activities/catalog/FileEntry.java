package dev.littoral.activities.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A data file in a shard: one line of the shard's object. A file that is gone, or has another version by now, keeps its
 * line while a segment has rows of it: they are dead there, and the line is in no listing.
 *
 * @param path where the file is
 * @param version the version that was read
 * @param bytes its size
 * @param rows its rows, deleted ones among them; 0 when it is left out
 * @param schema the fingerprint of its schema, or null when it is left out
 * @param fragments its fragments in row order; none when it is left out. Of a dead file those in segments that remain
 * @param skipped why it is left out, or null when it is served
 * @param unread whether it is left out because the store refused to return it, as with an archived one, so nothing is
 *     known of its bytes; each update tries again
 * @param deletes where the positions of its deleted rows are, or null when it has none
 * @param deletesVersion which version of these the source listed, or null when it listed none
 * @param deadSince the version of the collection since which all its rows are dead, or null while it is listed
 * @param partition the values of its partition by the name of their field, null for a null; null where the source is no
 *     table with partitions
 * @param firstRowId the id of its first row, where the source is a table that numbers rows for ever; else null
 * @param rowCommit the number of the commit that wrote the rows with these ids, where the table numbers rows for ever
 *     and says it; else null
 * @param movedTo where rows of a file that is gone are now, in the order of its rows; null where they are dead. Only a
 *     file that is not listed has it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FileEntry(
        String path,
        String version,
        long bytes,
        long rows,
        String schema,
        List<FragmentEntry> fragments,
        String skipped,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean unread,
        Deletes deletes,
        String deletesVersion,
        Long deadSince,
        Map<String, String> partition,
        Long firstRowId,
        Long rowCommit,
        List<MovedRows> movedTo)
        implements FileListDiff.Line {

    /** The prefix of reasons for files that could not be read. Older builds did not mark such files. */
    private static final String NOT_READ = "Cannot ";

    public FileEntry {
        unread |= skipped != null && skipped.startsWith(NOT_READ);
    }

    /** A file that is served, without its deleted rows. */
    public static FileEntry served(SourceFile file, long rows, String schema, List<FragmentEntry> fragments) {
        TableFile table = file.table();
        return new FileEntry(
                file.path(),
                file.version(),
                file.bytes(),
                rows,
                schema,
                fragments,
                null,
                false,
                null,
                null,
                null,
                table == null ? null : table.partition(),
                table == null ? null : table.firstRowId(),
                table == null ? null : table.rowCommit(),
                null);
    }

    /** A file that is left out for what is in it. */
    public static FileEntry leftOut(SourceFile file, String reason) {
        return leftOut(file, reason, false);
    }

    /** A file that could not be read. */
    public static FileEntry unread(SourceFile file, String reason) {
        return leftOut(file, reason, true);
    }

    private static FileEntry leftOut(SourceFile file, String reason, boolean unread) {
        return new FileEntry(
                file.path(),
                file.version(),
                file.bytes(),
                0,
                null,
                List.of(),
                reason,
                unread,
                null,
                file.deletesVersion(),
                null,
                null,
                null,
                null,
                null);
    }

    /**
     * A row range of the file.
     *
     * @param start its first row
     * @param end one past its last row
     * @param segment the segment it is in, or null while it is in none, or where all its rows were deleted before it
     *     got one
     * @param dead how many of its rows are deleted
     * @param bornDead how many of these were deleted when its segment was made
     * @param movedIn whether the rows were moved here: the segment numbers them by lines of files that are gone, whose
     *     {@link FileEntry#movedTo} leads here
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FragmentEntry(
            long start,
            long end,
            Long segment,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) long dead,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) long bornDead,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean movedIn) {
        /** A fragment without deleted rows. */
        public FragmentEntry(long start, long end, Long segment) {
            this(start, end, segment, 0, 0, false);
        }

        /** All its rows. */
        public long rows() {
            return end - start;
        }

        /** Whether a segment has its rows by it, and not by lines of files that are gone. */
        public boolean laysOut() {
            return segment != null && !movedIn;
        }

        /** Its rows that are not deleted. */
        public long living() {
            return end - start - dead;
        }

        boolean sameRows(FragmentEntry other) {
            return start == other.start && end == other.end;
        }

        /** The same rows in a segment that is made now, or in none. */
        public FragmentEntry in(Long newSegment) {
            return new FragmentEntry(start, end, newSegment, dead, newSegment == null ? 0 : dead, false);
        }

        /** Whether another begins where it ends, in the same segment. */
        public boolean isFollowedBy(FragmentEntry other) {
            return segment != null && segment.equals(other.segment) && end == other.start;
        }

        /** Its rows and those of the one that follows it. */
        public FragmentEntry with(FragmentEntry next) {
            return new FragmentEntry(start, next.end, segment, dead + next.dead, bornDead + next.bornDead, false);
        }

        /** The same rows in the same segment, of which so many are deleted. */
        public FragmentEntry dead(long rows) {
            return new FragmentEntry(start, end, segment, rows, bornDead, movedIn);
        }
    }

    /**
     * Where the positions of a file's deleted rows are: a portable 64-bit Roaring bitmap within an object.
     *
     * @param key the object, below the collection
     * @param offset its first byte there
     * @param length how many bytes it has
     * @param count how many rows are deleted
     * @param sha256 the hex digest of these bytes
     */
    public record Deletes(String key, long offset, int length, long count, String sha256) {
        /** The same bitmap in another object. */
        public Deletes in(String object) {
            return new Deletes(object, offset, length, count, sha256);
        }
    }

    /** A path where no file is any more. */
    public static FileEntry gone(String path) {
        return new FileEntry(path, null, 0, 0, null, List.of(), null, false, null, null, null, null, null, null, null);
    }

    public boolean served() {
        return skipped == null;
    }

    /** Whether it is in the listing: all but dead files are, those that are left out too. */
    public boolean listed() {
        return deadSince == null;
    }

    /** How many of its rows are not deleted. */
    public long living() {
        return !listed() ? 0 : rows - (deletes == null ? 0 : deletes.count());
    }

    /** Whether it has the content of a file that is listed; other rows of it may be deleted. */
    public boolean is(SourceFile file) {
        return path.equals(file.path()) && version.equals(file.version()) && bytes == file.bytes();
    }

    /** Whether it lists as a file does: the same content, and the same version of deleted rows. */
    public boolean listsAs(SourceFile file) {
        return is(file) && Objects.equals(deletesVersion, file.deletesVersion());
    }

    public SourceFile file() {
        return new SourceFile(path, version, bytes, deletesVersion);
    }

    /** The file with what is kept of what a table said of it; of one that is left out nothing is. */
    public SourceFile asTold() {
        TableFile table = served() ? new TableFile(rows, partition, firstRowId, rowCommit, false, null) : null;
        return new SourceFile(path, version, bytes, deletesVersion, table);
    }

    /** The same with the ids of its rows as a table says them now, where it says anything of it. */
    public FileEntry numberedAs(SourceFile file) {
        TableFile table = file.table();
        if (!served() || table == null || asTold().table().isNumberedAs(table)) {
            return this;
        }
        return new FileEntry(
                path,
                version,
                bytes,
                rows,
                schema,
                fragments,
                skipped,
                unread,
                deletes,
                deletesVersion,
                deadSince,
                partition,
                table.firstRowId(),
                table.rowCommit(),
                movedTo);
    }

    public FileEntry with(List<FragmentEntry> newFragments) {
        return with(newFragments, deletes, deletesVersion);
    }

    /** The same content with other fragments and deleted rows. */
    public FileEntry with(List<FragmentEntry> newFragments, Deletes newDeletes, String newDeletesVersion) {
        return new FileEntry(
                path,
                version,
                bytes,
                rows,
                schema,
                newFragments,
                skipped,
                unread,
                newDeletes,
                newDeletesVersion,
                deadSince,
                partition,
                firstRowId,
                rowCommit,
                movedTo);
    }

    /** The same file with its bitmap elsewhere. */
    public FileEntry withDeletes(Deletes newDeletes) {
        return with(fragments, newDeletes, deletesVersion);
    }

    /** What is known of the content alone: its fragments are in no segment, and none of its rows is deleted. */
    public FileEntry content() {
        return with(
                fragments.stream()
                        .map(fragment -> new FragmentEntry(fragment.start(), fragment.end(), null))
                        .toList(),
                null,
                null);
    }

    /** The same file since the version that lists it no more: all its rows are dead. */
    public FileEntry dead(long since) {
        List<FragmentEntry> all = fragments.stream()
                .filter(FragmentEntry::laysOut)
                .map(fragment -> fragment.dead(fragment.rows()))
                .toList();
        return gone(since, all, null, null);
    }

    /**
     * The same file since it is listed no more.
     *
     * @param since the version that lists it no more, or null while that is not known
     * @param newDeletes the rows that are dead, or null for none, and where all are
     * @param moved where the others are, or null where all are dead
     */
    public FileEntry gone(Long since, List<FragmentEntry> newFragments, Deletes newDeletes, List<MovedRows> moved) {
        return new FileEntry(
                path,
                version,
                bytes,
                rows,
                schema,
                newFragments,
                skipped,
                unread,
                newDeletes,
                null,
                since,
                partition,
                firstRowId,
                rowCommit,
                moved);
    }

    /** How many of its living rows were moved into it, and are in segments as they were. */
    public long movedIn() {
        return fragments.stream()
                .filter(FragmentEntry::movedIn)
                .mapToLong(FragmentEntry::living)
                .sum();
    }

    /** Whether both cut the file into the same row ranges. */
    public boolean sameFragments(FileEntry other) {
        if (fragments.size() != other.fragments.size()) {
            return false;
        }
        for (int i = 0; i < fragments.size(); i++) {
            if (!fragments.get(i).sameRows(other.fragments.get(i))) {
                return false;
            }
        }
        return true;
    }
}
