package dev.littoral.activities.verify;

/**
 * The fragments of a shard that have dead rows: how many, by segment and fragment. Three numbers each are in memory,
 * and nothing for fragments without.
 */
final class DeadFragments {
    private static final int SEGMENT = 0;
    private static final int DEAD = 1;

    private final LongTable fragments = new LongTable(2, Integer.MAX_VALUE >> 2);

    /**
     * Adds a fragment.
     *
     * @param content the hash of its file, version and rows
     */
    void add(long segment, long content, long dead) {
        if (dead > 0) {
            int place = fragments.place(key(segment, content));
            fragments.set(SEGMENT, place, segment);
            fragments.set(DEAD, place, dead);
        }
    }

    /** Adds all of another shard. */
    void addAll(DeadFragments other) {
        for (long key : other.fragments.keys()) {
            int from = other.fragments.place(key);
            int to = fragments.place(key);
            fragments.set(SEGMENT, to, other.fragments.get(SEGMENT, from));
            fragments.set(DEAD, to, other.fragments.get(DEAD, from));
        }
    }

    /**
     * A segment of which rows are dead here that are not dead in a later snapshot, or 0.
     *
     * @param later the dead fragments of the later snapshot
     * @param remaining the segments that both have
     */
    long revivedIn(DeadFragments later, LongTable remaining) {
        for (long key : fragments.keys()) {
            int place = fragments.place(key);
            long segment = fragments.get(SEGMENT, place);
            if (!remaining.contains(segment)) {
                continue;
            }
            long dead = later.fragments.contains(key) ? later.fragments.get(DEAD, later.fragments.place(key)) : 0;
            if (dead < fragments.get(DEAD, place)) {
                return segment;
            }
        }
        return 0;
    }

    private static long key(long segment, long content) {
        long key = Digests.then(content, segment);
        return key == 0 ? 1 : key;
    }
}
