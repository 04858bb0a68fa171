package dev.littoral.activities.balance;

/**
 * The assignment of a shard's fragments to segments.
 *
 * @param segment the segment's id for each fragment, in the order of the fragments; {@link ShardFragments#NONE} for one
 *     without living rows that is in no segment, or in none any more
 * @param newSegments how many segments are new; their ids follow each other
 * @param newRows the living rows in them, all of which are indexed again downstream; divided by
 *     {@link RowDelta#rows()} this is the churn of the update
 */
@SuppressWarnings("ArrayRecordComponent") // Ten million fragments as objects would not fit; never compared as records.
record Balance(long[] segment, int newSegments, long newRows) {}
