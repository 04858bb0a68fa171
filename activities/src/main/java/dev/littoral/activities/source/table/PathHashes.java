package dev.littoral.activities.source.table;

import java.util.Arrays;

/** Finds a path that comes twice among millions, by hashes of 64 bits: 8 to 24 bytes a path. For one thread. */
public final class PathHashes {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private long[] table = new long[1 << 10];
    private int size;
    private boolean zero;

    /** Whether it is the first path of its hash; others of the same are one in billions. */
    public boolean add(String path) {
        long hash = hash(path);
        if (hash == 0) {
            boolean first = !zero;
            zero = true;
            return first;
        }
        if (size * 3L > table.length * 2L) {
            grow();
        }
        return put(hash);
    }

    private boolean put(long hash) {
        int mask = table.length - 1;
        int at = (int) (hash >>> 20) & mask;
        while (table[at] != 0) {
            if (table[at] == hash) {
                return false;
            }
            at = at + 1 & mask;
        }
        table[at] = hash;
        size++;
        return true;
    }

    private void grow() {
        long[] old = table;
        table = new long[old.length * 2];
        size = 0;
        Arrays.stream(old).filter(hash -> hash != 0).forEach(this::put);
    }

    private static long hash(String path) {
        long hash = path.length() * GOLDEN;
        for (int i = 0; i < path.length(); i++) {
            hash = (hash ^ path.charAt(i)) * GOLDEN;
            hash ^= hash >>> 29;
        }
        hash = (hash ^ hash >>> 32) * GOLDEN;
        return hash ^ hash >>> 32;
    }
}
