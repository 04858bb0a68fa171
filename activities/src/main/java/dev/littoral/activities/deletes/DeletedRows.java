package dev.littoral.activities.deletes;

import dev.littoral.activities.concurrent.HeapBounds;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.roaringbitmap.longlong.Roaring64NavigableMap;

/**
 * A set of deleted rows, by their numbers in a file or a segment, from 0. Its bytes are a portable 64-bit Roaring
 * bitmap, which Delta and Iceberg have too. Immutable; safe for use by many threads.
 */
public final class DeletedRows {
    /** The set without a row. */
    public static final DeletedRows NONE = new DeletedRows(bitmap());

    /** As many are enough for a billion rows. */
    private static final int MOST_BYTES = HeapBounds.of(16 << 20, 128 << 20);

    private final Roaring64NavigableMap rows;
    private final long count;

    private DeletedRows(Roaring64NavigableMap rows) {
        this.rows = rows;
        this.count = rows.getLongCardinality();
    }

    /** Rows in any order. */
    public static DeletedRows of(long... rows) {
        Builder builder = new Builder();
        for (long row : rows) {
            builder.add(row);
        }
        return builder.build();
    }

    private static DeletedRows of(Roaring64NavigableMap bitmap) {
        bitmap.runOptimize();
        return new DeletedRows(bitmap);
    }

    /** Makes a set. One thread. */
    public static final class Builder {
        /** As they come one by one, rows in a run take a bit each until runs are looked for. */
        private static final long ROWS_WITHOUT_RUNS = 4 << 20;

        /** Rows of a range that are moved one by one: a file may have a million such ranges. */
        private static final long FEW = 1 << 16;

        /** Rows of a range that is cut out of a set first, so that many ranges of a set do not each read all of it. */
        private static final long MOST_CUT = 1L << 32;

        private final Roaring64NavigableMap rows = bitmap();
        private long withoutRuns = ROWS_WITHOUT_RUNS;

        /** Adds a row, at least 0. */
        public void add(long row) {
            rows.addLong(row);
            if (--withoutRuns == 0) {
                rows.runOptimize();
                withoutRuns = Math.max(ROWS_WITHOUT_RUNS, rows.getLongSizeInBytes());
            }
        }

        /** Adds all rows of a range. */
        public void addRange(long from, long to) {
            if (from < to) {
                rows.addRange(from, to);
            }
        }

        /** Adds all rows of a set. */
        public void addAll(DeletedRows set) {
            rows.or(set.rows);
        }

        /** Adds those rows of a set that are in {@code [start, end)}, so moved that the range begins at target. */
        public void addMoved(DeletedRows set, long start, long end, long target) {
            if (end - start > MOST_CUT) {
                LowerHalves.of(set.rows).forEach(each -> each.addMoved(start, end, target - start, rows));
            } else if (start < end && !set.isEmpty()) {
                Roaring64NavigableMap within = bitmap();
                within.addRange(start, end);
                within.and(set.rows);
                if (end - start > FEW) {
                    LowerHalves.of(within).forEach(each -> each.addMoved(start, end, target - start, rows));
                } else {
                    within.forEach(row -> rows.addLong(row - start + target));
                }
            }
        }

        /** About how many bytes the rows take. */
        long bytes() {
            return rows.getLongSizeInBytes();
        }

        /** The set. Nothing can be added after. */
        public DeletedRows build() {
            return of(rows);
        }
    }

    /** All rows of a range. */
    public static DeletedRows range(long from, long to) {
        Builder builder = new Builder();
        builder.addRange(from, to);
        return builder.build();
    }

    /**
     * The rows of a portable 64-bit Roaring bitmap.
     *
     * @throws IOException when these bytes are none, or more than one
     */
    public static DeletedRows parse(byte[] bytes) throws IOException {
        return parse(new ByteArrayInputStream(bytes));
    }

    /**
     * The rows of a portable 64-bit Roaring bitmap that is the rest of a stream.
     *
     * @throws IOException when its bytes are none, or more than one
     */
    public static DeletedRows parse(InputStream in) throws IOException {
        Roaring64NavigableMap bitmap = bitmap();
        try {
            bitmap.deserializePortable(new DataInputStream(in));
        } catch (IOException | RuntimeException e) {
            throw new IOException("its bytes are no 64-bit Roaring bitmap in the portable format", e);
        }
        if (in.available() > 0) {
            throw new IOException("its 64-bit Roaring bitmap ends " + in.available() + " bytes before the end");
        }
        if (!bitmap.validate()) {
            throw new IOException("its 64-bit Roaring bitmap contradicts itself");
        }
        return new DeletedRows(bitmap);
    }

    /**
     * The most bytes that a bitmap of rows below a number may have: about what it can need, and no more than the heap
     * has room for.
     */
    public static int mostBytes(long rows) {
        // A bit each, and what comes before each 65,536 of them.
        return (int) Math.min(MOST_BYTES, rows / 7 + (64 << 10));
    }

    /** Without a cache that reading would change. */
    private static Roaring64NavigableMap bitmap() {
        return new Roaring64NavigableMap(false, false);
    }

    /** The portable 64-bit Roaring bitmap. */
    public byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            rows.serializePortable(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** How many rows. */
    public long count() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /**
     * The last row. As bytes may claim anything, it can be beyond what a long can count: then it is negative.
     *
     * @throws NoSuchElementException when the set is empty
     */
    public long last() {
        return rows.last();
    }

    public boolean contains(long row) {
        return rows.contains(row);
    }

    /** How many rows are in the range. */
    public long count(long from, long to) {
        return from >= to ? 0 : rows.rankLong(to - 1) - (from == 0 ? 0 : rows.rankLong(from - 1));
    }

    public boolean containsAll(DeletedRows other) {
        return other.count <= count
                && Roaring64NavigableMap.andNot(other.rows, rows).isEmpty();
    }

    /** The rows that are not in the other set. */
    public DeletedRows without(DeletedRows other) {
        return of(Roaring64NavigableMap.andNot(rows, other.rows));
    }

    /** The rows in order, as the fewest ranges. They end before what a long can count. */
    public Stream<RowRange> ranges() {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(
                        new Ranges(LowerHalves.of(rows).iterator()), Spliterator.ORDERED | Spliterator.NONNULL),
                false);
    }

    private static final class Ranges implements Iterator<RowRange> {
        private final Iterator<LowerHalves> halves;
        private LowerHalves half;
        private long next;

        Ranges(Iterator<LowerHalves> halves) {
            this.halves = halves;
            go(halves.hasNext() ? halves.next() : null);
            advance();
        }

        private void go(LowerHalves to) {
            half = to;
            next = to == null ? 0 : to.base();
        }

        /** Goes to the first row from here on. */
        private void advance() {
            while (half != null) {
                next = half.next(next);
                if (next != half.end()) {
                    return;
                }
                go(halves.hasNext() ? halves.next() : null);
            }
        }

        @Override
        public boolean hasNext() {
            return half != null;
        }

        @Override
        public RowRange next() {
            if (half == null) {
                throw new NoSuchElementException();
            }
            long from = next;
            long to = half.nextAbsent(from);
            next = to;
            advance();
            while (half != null && next == to) {
                to = half.nextAbsent(next);
                next = to;
                advance();
            }
            return new RowRange(from, to);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DeletedRows deleted && deleted.count == count && deleted.rows.equals(rows);
    }

    @Override
    public int hashCode() {
        return Objects.hash(count, isEmpty() ? 0 : last());
    }

    @Override
    public String toString() {
        return count + " rows" + (isEmpty() ? "" : " from " + rows.first() + " to " + last());
    }
}
