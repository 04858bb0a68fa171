package dev.littoral.activities.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.activities.LittoralException;
import java.util.List;

/**
 * A segment's fragments laid end to end: {@code [0,n1) [n1,n1+n2) …}. Looks up which fragment holds a row of the segment, and
 * which row of its file that is. Immutable.
 */
public final class RowMapping {
    private final long segment;
    private final List<Piece> pieces;

    /**
     * A fragment in its segment.
     *
     * @param file the file's path
     * @param version the file's version
     * @param start the fragment's first row in the file
     * @param end one past its last
     * @param from the segment's row that is the fragment's first
     */
    public record Piece(String file, String version, long start, long end, long from) {
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
     * @param pieces the segment's fragments in order, at least one, each from where the one before ends
     */
    public RowMapping(long segment, List<Piece> pieces) {
        this.segment = segment;
        this.pieces = List.copyOf(pieces);
    }

    public long segment() {
        return segment;
    }

    /** The segment's rows. */
    public long rows() {
        return pieces.get(pieces.size() - 1).to();
    }

    public List<Piece> pieces() {
        return pieces;
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
        int high = pieces.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (row < pieces.get(middle).to()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Piece piece = pieces.get(low);
        long fragmentRow = row - piece.from();
        return new Location(segment, row, piece.file(), piece.version(), low, fragmentRow, piece.start() + fragmentRow);
    }
}
