package dev.littoral.activities.deletes;

import java.util.ArrayList;
import java.util.List;

/**
 * A range of rows, {@code [start, end)}. Lists of ranges are sorted, and their ranges do not touch.
 *
 * @param start the first row, from 0
 * @param end one past the last row
 */
public record RowRange(long start, long end) {
    public RowRange {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("range from " + start + " to " + end);
        }
    }

    public long rows() {
        return end - start;
    }

    /** How many rows ranges have. */
    public static long rows(List<RowRange> ranges) {
        return ranges.stream().mapToLong(RowRange::rows).sum();
    }

    /** Adds ranges to a list that ends before them, in a numbering that starts at {@code offset}. */
    public static void append(List<RowRange> list, List<RowRange> ranges, long offset) {
        for (RowRange range : ranges) {
            long start = offset + range.start;
            if (!list.isEmpty() && list.getLast().end == start) {
                start = list.removeLast().start;
            }
            list.add(new RowRange(start, offset + range.end));
        }
    }

    /** The rows of some ranges that others do not have. */
    public static List<RowRange> minus(List<RowRange> ranges, List<RowRange> others) {
        List<RowRange> left = new ArrayList<>();
        int at = 0;
        for (RowRange range : ranges) {
            long start = range.start;
            while (at < others.size() && others.get(at).end <= start) {
                at++;
            }
            for (int i = at; i < others.size() && others.get(i).start < range.end; i++) {
                if (others.get(i).start > start) {
                    left.add(new RowRange(start, others.get(i).start));
                }
                start = others.get(i).end;
            }
            if (start < range.end) {
                left.add(new RowRange(start, range.end));
            }
        }
        return left;
    }
}
