package dev.littoral.workflows.model;

import java.util.Map;

/**
 * The result of balancing a range of shards.
 *
 * @param totals what these shards add up to now
 * @param newSegments segments with a new id
 * @param newRows rows in these that are not deleted
 * @param deletedRows rows that were deleted in segments that are kept
 * @param droppedRows rows of segments that are not kept, which were served before
 * @param keptRows rows that a table has moved into other files since, and that stay in their segments
 * @param nextSegmentId one past the last id assigned
 * @param requests requests by store and kind, and bytes, see {@link Traffic#of}
 */
public record BalanceResult(
        Totals totals,
        long newSegments,
        long newRows,
        long deletedRows,
        long droppedRows,
        long keptRows,
        long nextSegmentId,
        Map<String, Long> requests) {}
