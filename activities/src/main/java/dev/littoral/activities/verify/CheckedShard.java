package dev.littoral.activities.verify;

/**
 * A shard of a snapshot, read and checked.
 *
 * @param key the key of its object
 * @param owner the number that stands for it in the {@link SegmentLedger}, from 1
 */
record CheckedShard(String key, ShardFacts facts, long owner) {}
