package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.ShardRef;

/**
 * A shard that was balanced, staged for the commit.
 *
 * @param shard how the snapshot's root names it
 * @param firstSegmentId the first id its new segments have
 * @param nextSegmentId one past the last
 */
record BalancedShard(ShardRef shard, long firstSegmentId, long nextSegmentId) {}
