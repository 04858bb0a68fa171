package dev.littoral.activities.balance;

/**
 * The fragments of one shard in order of path and start row, one entry of each array per fragment. The arrays are not
 * copied; the caller must not change them afterwards.
 *
 * @param rows rows of each fragment, at least 1
 * @param folder a number for the folder of the fragment's file; neighbours with the same number are in the same folder,
 *     otherwise the numbers mean nothing
 * @param segment the id of the committed segment the fragment is in, if that segment still has all its fragments;
 *     {@link #NONE} for an unassigned fragment: a new one, or one that is left of a segment that lost others
 */
@SuppressWarnings("ArrayRecordComponent") // Ten million fragments as objects would not fit; never compared as records.
record ShardFragments(long[] rows, int[] folder, long[] segment) {
    static final long NONE = -1;

    public ShardFragments {
        if (folder.length != rows.length || segment.length != rows.length) {
            throw new IllegalArgumentException("Fragments have " + rows.length + " row counts, " + folder.length
                    + " folders and " + segment.length + " segments; the three must be as many.");
        }
    }

    public int size() {
        return rows.length;
    }
}
