package dev.littoral.workflows.model;

/**
 * A request to read or balance a range of a plan's touched shards.
 *
 * @param collectionId the collection
 * @param update the update's number
 * @param round the update's round
 * @param source what was listed
 * @param options how the collection is kept
 * @param plan the staged plan
 * @param from the first touched shard, counted among the touched from 0
 * @param to one past the last
 * @param firstSegmentId segment ids from here on are free for this range; only for balancing
 * @param objects the catalog folder new snapshot objects go to; only for balancing
 * @param files how many files the plan's touched shards have in all, for progress
 */
public record ShardsRequest(
        String collectionId,
        long update,
        int round,
        ExternalSource source,
        CollectionOptions options,
        String plan,
        int from,
        int to,
        long firstSegmentId,
        String objects,
        long files) {}
