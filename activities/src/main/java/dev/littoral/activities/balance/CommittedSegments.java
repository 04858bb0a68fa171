package dev.littoral.activities.balance;

import java.util.Arrays;

/** The committed segments of a shard: how many rows of each live and died, and which are dissolved for that. */
final class CommittedSegments {
    /** The lines of dead fragments are read and written with their shard, so a segment may have only so many. */
    static final int MAX_DEAD_FRAGMENTS = 10_000;

    /** Ascending. */
    private final long[] ids;

    /** For each fragment the index of its segment, or -1 for an unassigned one. */
    private final int[] of;

    private final long[] living;
    private final long[] dead;
    private final boolean[] dissolved;

    CommittedSegments(ShardFragments in, double maxDeadShare) {
        ids = ids(in.segment());
        of = new int[in.size()];
        living = new long[ids.length];
        dead = new long[ids.length];
        dissolved = new boolean[ids.length];
        int[] deadFragments = new int[ids.length];
        for (int i = 0; i < of.length; i++) {
            long id = in.segment()[i];
            if (id == ShardFragments.NONE) {
                of[i] = -1;
                continue;
            }
            boolean asBefore = i > 0 && in.segment()[i - 1] == id;
            int segment = asBefore ? of[i - 1] : Arrays.binarySearch(ids, id);
            of[i] = segment;
            living[segment] += in.rows()[i];
            dead[segment] += in.dead()[i];
            if (in.rows()[i] == 0) {
                deadFragments[segment]++;
            }
        }
        for (int s = 0; s < ids.length; s++) {
            dissolved[s] =
                    living[s] == 0 || dead[s] > maxDeadShare * layoutRows(s) || deadFragments[s] > MAX_DEAD_FRAGMENTS;
        }
    }

    int count() {
        return ids.length;
    }

    long id(int segment) {
        return ids[segment];
    }

    int of(int fragment) {
        return of[fragment];
    }

    boolean dissolved(int segment) {
        return dissolved[segment];
    }

    long livingRows(int segment) {
        return living[segment];
    }

    /** The rows the segment was built with: what lives of them, and what died since. */
    long layoutRows(int segment) {
        return living[segment] + dead[segment];
    }

    /** The ids in {@code segment} without {@link ShardFragments#NONE}, ascending and each once. */
    private static long[] ids(long[] segment) {
        // Neighbours are mostly in the same segment, so there are far fewer changes of segment than fragments.
        int n = 0;
        for (int i = 0; i < segment.length; i++) {
            if (segment[i] != ShardFragments.NONE && (i == 0 || segment[i] != segment[i - 1])) {
                n++;
            }
        }
        long[] ids = new long[n];
        n = 0;
        for (int i = 0; i < segment.length; i++) {
            if (segment[i] != ShardFragments.NONE && (i == 0 || segment[i] != segment[i - 1])) {
                ids[n++] = segment[i];
            }
        }
        Arrays.sort(ids);
        int distinct = 0;
        for (int i = 0; i < n; i++) {
            if (i == 0 || ids[i] != ids[i - 1]) {
                ids[distinct++] = ids[i];
            }
        }
        return Arrays.copyOf(ids, distinct);
    }
}
