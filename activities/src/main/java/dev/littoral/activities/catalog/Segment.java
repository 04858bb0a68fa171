package dev.littoral.activities.catalog;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.littoral.activities.failure.LittoralException;
import java.util.Comparator;
import java.util.List;

/**
 * A segment with its row mapping: its fragments laid end to end, {@code [0,n1) [n1,n1+n2) …}, are its rows, deleted
 * ones among them. That layout never changes; rows can only be deleted. Looks up which fragment holds a row of the
 * segment, and which row of its file that is. Immutable.
 *
 * @param id positive, unique in the collection, never used again
 * @param fragments in order, at least one, each from where the one before ends
 */
@JsonPropertyOrder({"segment", "rows", "dead", "fragments"})
public record Segment(@JsonProperty("segment") long id, List<FragmentSpan> fragments) {
    public Segment {
        fragments = List.copyOf(fragments);
    }

    /**
     * A fragment in its segment: a range of one file's rows.
     *
     * @param file the file's path, {@code s3://bucket/key} or an absolute local path, raw
     * @param version the file's version, as the source lists it
     * @param start the fragment's first row in the file, from 0
     * @param end one past its last row in the file
     * @param from the segment's row that is the fragment's first, from 0
     * @param dead how many of its rows are deleted
     * @param deadSince the version of the collection since which all of them are, as the file is gone or has another
     *     version; null while it is listed
     * @param deletes where the positions of the file's deleted rows are, or null when it has none or is dead
     * @param movedTo where its rows are now, if a table has moved them since: in other files, which have what lives of
     *     them. Null where they are in the file itself
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FragmentSpan(
            String file,
            String version,
            long start,
            long end,
            long from,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) long dead,
            Long deadSince,
            @JsonIgnore FileEntry.Deletes deletes,
            List<MovedRows> movedTo) {
        long to() {
            return from + end - start;
        }

        /** Its rows where they were when the segment was made. */
        RowSpan asLaidOut() {
            return new RowSpan(file, version, start, end, from);
        }

        /**
         * Where its rows are read, by rising rows of the segment: in the file itself, which may be gone where all are
         * dead, or in those that they were moved to. Rows that died before they were moved are nowhere.
         */
        @JsonIgnore
        public List<RowSpan> rows() {
            if (movedTo == null) {
                return List.of(asLaidOut());
            }
            return movedTo.stream()
                    .flatMap(moved -> moved.rows().stream()
                            .map(range -> new RowSpan(
                                    moved.file(),
                                    moved.version(),
                                    range.at(),
                                    range.at() + range.count(),
                                    from + range.start() - start)))
                    .sorted(Comparator.comparingLong(RowSpan::from))
                    .toList();
        }
    }

    /**
     * Rows of a segment where they can be read.
     *
     * @param file the file's path
     * @param version its version
     * @param start the first row in the file, from 0
     * @param end one past the last row in the file
     * @param from the segment's row that is the first, from 0
     */
    public record RowSpan(String file, String version, long start, long end, long from) {
        boolean has(long row) {
            return row >= from && row < from + end - start;
        }
    }

    /**
     * Where a segment's row is.
     *
     * @param segment the segment
     * @param row the row of the segment, from 0
     * @param file the path of the file that the row is in; of one that died before a table moved its neighbours, that
     *     which it was in
     * @param version the file's version
     * @param fragment which of the segment's fragments, from 0
     * @param fragmentRow the row of the fragment, from 0
     * @param fileRow the row of the file, from 0
     * @param deadSince the version of the collection since which the row is deleted; null while it is not
     * @param orBefore whether it may be deleted since before that version, which is the oldest in the log
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RowLocation(
            long segment,
            long row,
            String file,
            String version,
            int fragment,
            long fragmentRow,
            long fileRow,
            Long deadSince,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean orBefore) {
        /** A row as its line has it. */
        public RowLocation(
                long segment,
                long row,
                String file,
                String version,
                int fragment,
                long fragmentRow,
                long fileRow,
                Long deadSince) {
            this(segment, row, file, version, fragment, fragmentRow, fileRow, deadSince, false);
        }

        RowLocation dead(long since, boolean before) {
            return new RowLocation(segment, row, file, version, fragment, fragmentRow, fileRow, since, before);
        }
    }

    /** How many of its rows are not deleted: at least 1. */
    @JsonProperty("rows")
    public long rows() {
        return laidOutRows() - dead();
    }

    /** How many of its rows are deleted. */
    @JsonProperty("dead")
    public long dead() {
        return fragments.stream().mapToLong(FragmentSpan::dead).sum();
    }

    /** How many rows it has laid out, deleted ones among them: rows are numbered from 0 to one less. */
    public long laidOutRows() {
        return fragments.getLast().to();
    }

    /**
     * Looks a row up. O(log fragments); reads nothing, so of rows that are deleted it says so only where the whole file
     * is gone; {@link Snapshot#locate} says it of all.
     *
     * @param row 0 to {@link #laidOutRows} - 1; one that is deleted too
     * @throws LittoralException INPUT when the segment has no such row
     */
    public RowLocation locate(long row) {
        if (row < 0 || row >= laidOutRows()) {
            throw LittoralException.input(
                    "Segment " + id + " has no row " + row + "; expected 0 to " + (laidOutRows() - 1));
        }
        int low = 0;
        int high = fragments.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (row < fragments.get(middle).to()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        FragmentSpan span = fragments.get(low);
        long fragmentRow = row - span.from();
        RowSpan place =
                span.rows().stream().filter(each -> each.has(row)).findFirst().orElse(span.asLaidOut());
        return new RowLocation(
                id,
                row,
                place.file(),
                place.version(),
                low,
                fragmentRow,
                place.start() + row - place.from(),
                span.deadSince());
    }
}
