package dev.littoral.activities.deletes;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.longlong.Roaring64NavigableMap;

/**
 * A 32-bit Roaring bitmap of those rows of a 64-bit one that have the same upper 32 bits, by their lower ones. Its runs
 * and chunks are worked on whole, so that a few bytes that stand for billions of rows stay few.
 *
 * @param base the lowest row that it could have
 */
record LowerHalves(long base, RoaringBitmap rows) {
    private static final long SIZE = 1L << 32;

    /** All of a bitmap, in order. They are copies. */
    static List<LowerHalves> of(Roaring64NavigableMap bitmap) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<LowerHalves> halves = new ArrayList<>();
        try {
            bitmap.serializePortable(new DataOutputStream(bytes));
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
            for (long left = Long.reverseBytes(in.readLong()); left > 0; left--) {
                long base = Integer.toUnsignedLong(Integer.reverseBytes(in.readInt())) << 32;
                RoaringBitmap rows = new RoaringBitmap();
                rows.deserialize(in);
                halves.add(new LowerHalves(base, rows));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return halves;
    }

    /** Adds those rows that are in {@code [start, end)}, moved by so much, to a bitmap. */
    void addMoved(long start, long end, long by, Roaring64NavigableMap to) {
        long from = Math.clamp(start - base, 0, SIZE);
        long until = Math.clamp(end - base, 0, SIZE);
        // Where the highest bit is set, rows are beyond what a long can count.
        if (base < 0 || from >= until) {
            return;
        }
        RoaringBitmap within = rows.selectRange(from, until);
        long offset = (base + by) & (SIZE - 1);
        long target = base + by - offset;
        add(target, RoaringBitmap.addOffset(within, offset), to);
        add(target + SIZE, RoaringBitmap.addOffset(within, offset - SIZE), to);
    }

    private static void add(long base, RoaringBitmap rows, Roaring64NavigableMap to) {
        if (rows.isEmpty()) {
            return;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Roaring64NavigableMap moved = new Roaring64NavigableMap(false, false);
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeLong(Long.reverseBytes(1));
            out.writeInt(Integer.reverseBytes((int) (base >>> 32)));
            rows.serialize(out);
            moved.deserializePortable(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        to.or(moved);
    }

    /** The first row from a row on that is in it; where there is none, the first beyond its last. */
    long next(long row) {
        return base + found(row == base + SIZE ? -1 : rows.nextValue((int) (row - base)));
    }

    /** The first row from a row on that is not in it. */
    long nextAbsent(long row) {
        return base + found(rows.nextAbsentValue((int) (row - base)));
    }

    private static long found(long value) {
        return value < 0 ? SIZE : value;
    }

    /** The first row beyond its last. */
    long end() {
        return base + SIZE;
    }
}
