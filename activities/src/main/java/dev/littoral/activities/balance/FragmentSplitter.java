package dev.littoral.activities.balance;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.source.BadFileException;
import java.util.Arrays;

/** Splits a data file into fragments: row ranges along the boundaries of its row groups, as far as these allow. */
public final class FragmentSplitter {
    static final int MAX_FRAGMENTS = 1_000_000;

    private static final String ADVICE = "; raise targetRowsPerSegment";

    /** A fragment of more than this part of the target is large: two of its kind may leave a gap. */
    private static final double LARGE = 0.25;

    /** What fills a gap is at least this part of the target. */
    private static final int SMALLEST = 64;

    private FragmentSplitter() {}

    /**
     * Cuts a file's rows into fragments of at most {@code target} rows, in as long stretches of whole row groups as
     * fit. Only a row group of more than {@code target} rows is cut itself. The same input gives the same cuts. O(row
     * groups + fragments).
     *
     * @param path the file, for the failure's message
     * @param rowGroupRows rows of each row group, at least 0 each
     * @param target most rows of a fragment, at least 1
     * @return the fragments' boundaries, rising: 0, then the end of each, which is the start of the next, the last
     *     being the file's rows. Just 0 for a file without rows.
     * @throws BadFileException when there would be more than 1,000,000 fragments
     */
    public static long[] split(String path, long[] rowGroupRows, long target) {
        if (target < 1) {
            throw new IllegalArgumentException("Found a target of " + target + " rows, expected at least 1");
        }
        Boundaries boundaries = new Boundaries(path, target);
        long end = 0;
        for (long rows : rowGroupRows) {
            long start = end;
            end += rows;
            // A row group that still fits is added; one that does not begins a fragment.
            if (end - boundaries.last() > target && start > boundaries.last()) {
                boundaries.add(start);
            }
            while (end - boundaries.last() > target) {
                boundaries.add(boundaries.last() + target);
            }
        }
        if (end > boundaries.last()) {
            boundaries.add(end);
        }
        return boundaries.toArray();
    }

    /**
     * Cuts a file's rows as {@link #split(String, long[], long)} does and then, where rows may be dead in a segment,
     * large fragments that fill none. Uncut, two of 0.55 targets would never share a segment. Each is halved, then its
     * second half, and so on, so that a few fragments of many sizes fill the gaps others leave. A half ends with a row
     * group if one ends near the middle.
     *
     * @param maxDeadShare the share of a segment's rows that may be dead; at 0 whatever is in a segment is rebuilt
     *     when one row of it dies, and a file had better be in one
     */
    public static long[] split(String path, long[] rowGroupRows, long target, double maxDeadShare) {
        long[] coarse = split(path, rowGroupRows, target);
        if (maxDeadShare == 0) {
            return coarse;
        }
        long[] ends = rowGroupRows.clone();
        Arrays.parallelPrefix(ends, Long::sum);
        Boundaries boundaries = new Boundaries(path, target);
        for (int i = 1; i < coarse.length; i++) {
            long rows = coarse[i] - coarse[i - 1];
            boolean cut = rows > LARGE * target && rows < BinPacking.FULL * target;
            while (cut && coarse[i] - boundaries.last() > Math.max(1, target / SMALLEST)) {
                boundaries.add(middle(boundaries.last(), coarse[i], ends));
            }
            if (coarse[i] > boundaries.last()) {
                boundaries.add(coarse[i]);
            }
        }
        return boundaries.toArray();
    }

    /** Where to halve rows: at the row group's end nearest to the middle, if that is in the middle half. */
    private static long middle(long start, long end, long[] rowGroupEnds) {
        long middle = start + Math.ceilDiv(end - start, 2);
        int above = Arrays.binarySearch(rowGroupEnds, middle);
        if (above >= 0) {
            return middle;
        }
        above = -above - 1;
        long most = (end - start) / 4;
        long later = above < rowGroupEnds.length ? rowGroupEnds[above] - middle : Long.MAX_VALUE;
        long earlier = above > 0 ? middle - rowGroupEnds[above - 1] : Long.MAX_VALUE;
        if (Math.min(earlier, later) > most) {
            return middle;
        }
        return earlier <= later ? middle - earlier : middle + later;
    }

    /**
     * Checks whether a file's rows alone make too many fragments, before memory is allocated for them.
     *
     * @throws BadFileException when they do
     */
    public static void check(String path, long rows, long target) {
        if (Math.ceilDiv(rows, target) > MAX_FRAGMENTS) {
            throw tooMany(path, target);
        }
    }

    /**
     * Whether a file can stay split as it is: a target that was made smaller asks for new fragments, and one that was
     * left out for the target alone is looked at again for another.
     */
    public static boolean fits(FileEntry file, long target) {
        return file.served()
                ? file.fragments().stream().allMatch(fragment -> fragment.rows() <= target)
                : !file.skipped().endsWith(ADVICE) || file.skipped().equals(tooManyWords(file.path(), target));
    }

    private static BadFileException tooMany(String path, long target) {
        return new BadFileException(tooManyWords(path, target));
    }

    private static String tooManyWords(String path, long target) {
        return "File " + path + " has too many fragments: found more than " + MAX_FRAGMENTS + " of at most " + target
                + " rows, expected fewer" + ADVICE;
    }

    private static final class Boundaries {
        private final String path;
        private final long target;
        private long[] values = new long[8];
        private int size = 1;

        Boundaries(String path, long target) {
            this.path = path;
            this.target = target;
        }

        long last() {
            return values[size - 1];
        }

        void add(long value) {
            if (size > MAX_FRAGMENTS) {
                throw tooMany(path, target);
            }
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = value;
        }

        long[] toArray() {
            return Arrays.copyOf(values, size);
        }
    }
}
