package dev.littoral.activities.vortex;

import dev.littoral.activities.flatbuffers.FlatBufferException;
import dev.littoral.activities.flatbuffers.FlatTable;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The layout of a Vortex file, as far as it says how many rows there are and where these are best cut: between chunks
 * that begin at the same row in all columns that have several.
 *
 * @param chunkRows rows of each stretch between two such places; they add up to the rows
 */
record VortexLayout(long rows, List<Long> chunkRows) {
    /** As many as a Parquet file may have. */
    private static final long MAX_ROWS = 1L << 40;

    /** More layouts than any writer nests. */
    private static final int MAX_DEPTH = 64;

    private static final int ENCODING = 0;
    private static final int ROWS = 1;
    private static final int CHILDREN = 3;

    /** Reads a layout with all that is in it. */
    static VortexLayout read(FlatTable root, String[] names) throws FlatBufferException {
        long rows = rows(root);
        SortedSet<Long> cuts = cuts(root, names, MAX_DEPTH);
        List<Long> chunks = new ArrayList<>();
        long last = 0;
        if (cuts != null) {
            for (long cut : cuts) {
                chunks.add(cut - last);
                last = cut;
            }
        }
        if (last < rows) {
            chunks.add(rows - last);
        }
        return new VortexLayout(rows, List.copyOf(chunks));
    }

    private static long rows(FlatTable layout) throws FlatBufferException {
        long rows = layout.i64(ROWS);
        if (rows < 0 || rows > MAX_ROWS) {
            throw new FlatBufferException("a layout of " + Long.toUnsignedString(rows) + " rows");
        }
        return rows;
    }

    /** Rows within a layout that chunks begin at, or null where it has no chunks. */
    private static SortedSet<Long> cuts(FlatTable layout, String[] names, int depth) throws FlatBufferException {
        if (depth == 0) {
            throw new FlatBufferException("layouts in more than " + MAX_DEPTH + " of another");
        }
        int encoding = layout.u16(ENCODING);
        if (encoding >= names.length) {
            throw new FlatBufferException("layout " + encoding + " of " + names.length);
        }
        FlatTable.Vector children = layout.vector(CHILDREN, 4);
        return switch (names[encoding]) {
            case "vortex.chunked" -> chunks(layout, children);
            case "vortex.struct" -> shared(layout, children, names, depth);
            // The first has the rows, the others what is known of stretches of them.
            case "vortex.stats", "vortex.zoned" -> child(layout, children, 0, names, depth);
            // The values, then which of them each row has.
            case "vortex.dict" -> child(layout, children, 1, names, depth);
            default -> null;
        };
    }

    private static SortedSet<Long> child(
            FlatTable layout, FlatTable.Vector children, int index, String[] names, int depth)
            throws FlatBufferException {
        if (index >= children.size()) {
            throw new FlatBufferException("a layout of " + children.size() + " parts");
        }
        FlatTable child = children.table(index);
        checkRows(layout, rows(child));
        return cuts(child, names, depth - 1);
    }

    private static void checkRows(FlatTable layout, long found) throws FlatBufferException {
        if (found != rows(layout)) {
            throw new FlatBufferException(found + " rows in a layout of " + rows(layout));
        }
    }

    private static SortedSet<Long> chunks(FlatTable layout, FlatTable.Vector children) throws FlatBufferException {
        SortedSet<Long> cuts = new TreeSet<>();
        long end = 0;
        for (int i = 0; i < children.size(); i++) {
            end += rows(children.table(i));
            if (end > MAX_ROWS) {
                throw new FlatBufferException("chunks of more than " + MAX_ROWS + " rows");
            }
            if (end > 0) {
                cuts.add(end);
            }
        }
        checkRows(layout, end);
        return cuts;
    }

    /** The cuts that all columns with chunks share. */
    private static SortedSet<Long> shared(FlatTable layout, FlatTable.Vector children, String[] names, int depth)
            throws FlatBufferException {
        SortedSet<Long> shared = null;
        for (int i = 0; i < children.size(); i++) {
            SortedSet<Long> cuts = child(layout, children, i, names, depth);
            if (shared == null) {
                shared = cuts;
            } else if (cuts != null) {
                shared.retainAll(cuts);
            }
        }
        return shared;
    }
}
