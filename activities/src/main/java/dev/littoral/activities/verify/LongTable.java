package dev.littoral.activities.verify;

import java.util.Arrays;

/**
 * A hash table from a long to some longs, for millions of keys without objects, up to a bound. Open addressing; nothing
 * is removed.
 */
final class LongTable {
    /** What is returned for a number that does not fit in. */
    static final int FULL = -1;

    private static final int SMALLEST = 1 << 6;

    private final int limit;
    /** Zero stands for an empty place. */
    private long[] keys = new long[SMALLEST];

    private final long[][] columns;
    private int size;

    /**
     * An empty table.
     *
     * @param columns how many numbers belong to each key; all start as zero
     * @param limit the most keys
     */
    LongTable(int columns, int limit) {
        this.columns = new long[columns][SMALLEST];
        this.limit = limit;
    }

    int size() {
        return size;
    }

    /**
     * The place of a key, which is put in when it is not there.
     *
     * @param key not 0
     * @return a place, good until the next key is put in, or {@link #FULL}
     */
    int place(long key) {
        int place = find(key);
        if (keys[place] == key) {
            return place;
        }
        if (size == limit) {
            return FULL;
        }
        if (size + 1 > keys.length / 2) {
            grow();
            place = find(key);
        }
        keys[place] = key;
        size++;
        return place;
    }

    boolean contains(long key) {
        return keys[find(key)] == key;
    }

    long get(int column, int place) {
        return columns[column][place];
    }

    void set(int column, int place, long value) {
        columns[column][place] = value;
    }

    /** All keys, sorted. */
    long[] keys() {
        long[] all = Arrays.stream(keys).filter(key -> key != 0).toArray();
        Arrays.sort(all);
        return all;
    }

    private int find(long key) {
        int mask = keys.length - 1;
        int place = (int) Digests.mix(key) & mask;
        while (keys[place] != 0 && keys[place] != key) {
            place = (place + 1) & mask;
        }
        return place;
    }

    private void grow() {
        long[] before = keys;
        long[][] values = columns.clone();
        keys = new long[before.length * 2];
        for (int column = 0; column < columns.length; column++) {
            columns[column] = new long[keys.length];
        }
        for (int i = 0; i < before.length; i++) {
            if (before[i] != 0) {
                int place = find(before[i]);
                keys[place] = before[i];
                for (int column = 0; column < columns.length; column++) {
                    columns[column][place] = values[column][i];
                }
            }
        }
    }
}
