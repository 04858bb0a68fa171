package dev.littoral.workflows.model;

/**
 * Asks for work on a run of a plan's touched shards.
 *
 * @param collectionId the collection
 * @param update the update's number
 * @param round the update's round
 * @param source what was listed
 * @param options how the collection is kept
 * @param plan the staged plan
 * @param from the first touched shard, counted among the touched from 0
 * @param to one past the last
 * @param firstSegmentId segment ids from here on are this run's to hand out; only for balancing
 * @param objects the catalog folder new snapshot objects go to; only for balancing
 * @param files how many files the plan's touched shards have in all, for those who tell how far they are
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
