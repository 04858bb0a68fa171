package dev.littoral.activities.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.activities.failure.LittoralException;
import java.util.List;

/**
 * A segment's fragments laid end to end: {@code [0,n1) [n1,n1+n2) …}. Looks up which fragment holds a row of the segment, and
 * which row of its file that is. Immutable.
 */
public final class RowMapping {
    private final long segment;
    private final List<FragmentSpan> spans;

    /**
     * A fragment in its segment.
     *
     * @param file the file's path
     * @param version the file's version
     * @param start the fragment's first row in the file
     * @param end one past its last
     * @param from the segment's row that is the fragment's first
     */
    public record FragmentSpan(String file, String version, long start, long end, long from) {
        long to() {
            return from + end - start;
        }
    }

    /**
     * Where a segment's row is.
     *
     * @param segment the segment
     * @param row the row of the segment
     * @param file the file's path
     * @param version the file's version
     * @param fragment which of the segment's fragments, from 0
     * @param fragmentRow the row of the fragment
     * @param fileRow the row of the file
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Location(
            long segment, long row, String file, String version, int fragment, long fragmentRow, long fileRow) {}

    /**
     * A mapping.
     *
     * @param spans the segment's fragments in order, at least one, each from where the one before ends
     */
    public RowMapping(long segment, List<FragmentSpan> spans) {
        this.segment = segment;
        this.spans = List.copyOf(spans);
    }

    public long segment() {
        return segment;
    }

    /** The segment's rows. */
    public long rows() {
        return spans.get(spans.size() - 1).to();
    }

    public List<FragmentSpan> spans() {
        return spans;
    }

    /**
     * Looks a row up. O(log fragments).
     *
     * @param row 0 to rows - 1
     * @throws LittoralException INPUT when the segment has no such row
     */
    public Location locate(long row) {
        if (row < 0 || row >= rows()) {
            throw LittoralException.input(
                    "Segment " + segment + " has no row " + row + "; expected 0 to " + (rows() - 1));
        }
        int low = 0;
        int high = spans.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (row < spans.get(middle).to()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        FragmentSpan span = spans.get(low);
        long fragmentRow = row - span.from();
        return new Location(segment, row, span.file(), span.version(), low, fragmentRow, span.start() + fragmentRow);
    }
}
