package dev.littoral.workflows.model;

import java.util.Map;

/**
 * The result of balancing a range of shards.
 *
 * @param totals what these shards add up to now
 * @param newSegments segments with a new id
 * @param newRows rows in these
 * @param nextSegmentId one past the last id assigned
 * @param requests requests by store and kind
 */
public record BalanceResult(
        Totals totals, long newSegments, long newRows, long nextSegmentId, Map<String, Long> requests) {}
