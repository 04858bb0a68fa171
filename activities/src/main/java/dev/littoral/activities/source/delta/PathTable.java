package dev.littoral.activities.source.delta;

import java.util.Arrays;

/**
 * A hash table from paths to numbers, for millions of paths without an object each: a path is kept as 128 bits of its
 * hash, so that two of them are taken for one only where someone makes them so. Nothing is removed. One thread.
 *
 * <p>It takes up to 200 MB for its most paths.
 */
final class PathTable {
    private static final int SMALLEST = 1 << 8;
    private static final int FILTER = 1 << 16;

    /** As many paths fit in. */
    static final int MOST = 1 << 22;

    /** Keys and numbers, three longs each; a first of zero stands for an empty place. */
    private long[] places = new long[3 * SMALLEST];

    private int capacity = SMALLEST;
    private int size;

    /** A bit for what each path's own hash ends in: most paths that are not here are told apart by it. */
    private final long[] hashes = new long[FILTER / Long.SIZE];

    // The hash of the path that was asked for last.
    private long first;
    private long second;

    int size() {
        return size;
    }

    /** The number of a path, 0 where there is none. */
    long get(String path) {
        int bit = path.hashCode() & (FILTER - 1);
        if ((hashes[bit / Long.SIZE] & (1L << bit)) == 0) {
            return 0;
        }
        hash(path);
        int place = find(first, second);
        return places[place] == 0 ? 0 : places[place + 2];
    }

    /** Sets the number of a path. */
    void put(String path, long number) {
        int bit = path.hashCode() & (FILTER - 1);
        hashes[bit / Long.SIZE] |= 1L << bit;
        hash(path);
        put(first, second, number);
    }

    /** Gives all paths of another table a number, but for those that have one. */
    void putAbsent(PathTable other, long number) {
        Arrays.setAll(hashes, i -> hashes[i] | other.hashes[i]);
        for (int i = 0; i < other.places.length; i += 3) {
            long key = other.places[i];
            if (key != 0 && places[find(key, other.places[i + 1])] == 0) {
                put(key, other.places[i + 1], number);
            }
        }
    }

    private void put(long one, long two, long number) {
        if (size >= MOST) {
            throw new IllegalStateException("more than " + MOST + " paths");
        }
        if (size >= capacity / 2) {
            grow();
        }
        int place = find(one, two);
        size += places[place] == 0 ? 1 : 0;
        places[place] = one;
        places[place + 1] = two;
        places[place + 2] = number;
    }

    private int find(long one, long two) {
        int place = (int) two & (capacity - 1);
        while (places[3 * place] != 0 && (places[3 * place] != one || places[3 * place + 1] != two)) {
            place = (place + 1) & (capacity - 1);
        }
        return 3 * place;
    }

    private void grow() {
        long[] before = places;
        capacity *= 2;
        places = new long[Math.multiplyExact(3, capacity)];
        for (int i = 0; i < before.length; i += 3) {
            if (before[i] != 0) {
                System.arraycopy(before, i, places, find(before[i], before[i + 1]), 3);
            }
        }
    }

    private void hash(String path) {
        long one = path.length();
        long two = ~one;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            one = Long.rotateLeft((one ^ c) * 0x9E3779B97F4A7C15L, 29);
            two = Long.rotateLeft((two + c) * 0xC4CEB9FE1A85EC53L, 31) ^ one;
        }
        first = mixed(one);
        second = mixed(two);
        if (first == 0) {
            first = 1;
        }
    }

    /** The finalizer of MurmurHash3. */
    private static long mixed(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }
}
