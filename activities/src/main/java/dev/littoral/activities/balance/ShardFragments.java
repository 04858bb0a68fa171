package dev.littoral.activities.balance;

/**
 * The fragments of one shard in order of path and start row, one entry of each array per fragment. The arrays are not
 * copied; the caller must not change them afterwards.
 *
 * @param rows living rows of each fragment; 0 for a dead one, of which nothing lives
 * @param dead rows of the fragment that died since its segment was built; 0 for an unassigned one
 * @param folder a number for the folder of the fragment's file; neighbours with the same number are in the same folder,
 *     otherwise the numbers mean nothing
 * @param segment the id of the committed segment the fragment is in; {@link #NONE} for an unassigned fragment
 */
@SuppressWarnings("ArrayRecordComponent") // Ten million fragments as objects would not fit; never compared as records.
record ShardFragments(long[] rows, long[] dead, int[] folder, long[] segment) {
    static final long NONE = -1;

    public ShardFragments {
        if (dead.length != rows.length || folder.length != rows.length || segment.length != rows.length) {
            throw new IllegalArgumentException("Fragments have " + rows.length + " row counts, " + dead.length
                    + " counts of dead rows, " + folder.length + " folders and " + segment.length
                    + " segments; the four must be as many.");
        }
    }

    public int size() {
        return rows.length;
    }
}
