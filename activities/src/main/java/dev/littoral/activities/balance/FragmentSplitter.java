package dev.littoral.activities.balance;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.source.BadFileException;
import java.util.Arrays;

/** Splits a data file into fragments: row ranges along the boundaries of its row groups. */
public final class FragmentSplitter {
    static final int MAX_FRAGMENTS = 1_000_000;

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
     * Checks whether a file's rows alone make too many fragments, before memory is allocated for them.
     *
     * @throws BadFileException when they do
     */
    public static void check(String path, long rows, long target) {
        if (Math.ceilDiv(rows, target) > MAX_FRAGMENTS) {
            throw tooMany(path, target);
        }
    }

    /** Whether a file can stay split as it is: a target that was made smaller asks for new fragments. */
    public static boolean fits(FileEntry file, long target) {
        return file.fragments().stream().allMatch(fragment -> fragment.rows() <= target);
    }

    private static BadFileException tooMany(String path, long target) {
        return new BadFileException("File " + path + " has too many fragments: found more than " + MAX_FRAGMENTS
                + " of at most " + target + " rows, expected fewer; raise targetRowsPerSegment");
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
