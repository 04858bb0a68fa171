package dev.littoral.workflows.model;

/**
 * A request to commit a plan's shards, or a snapshot that is prepared, as that of the next version.
 *
 * @param collectionId the collection
 * @param update the update's number
 * @param round the update's round
 * @param source what was listed
 * @param options how the collection is kept
 * @param plan the staged plan, all of whose touched shards are balanced; not read where the snapshot is prepared
 * @param objects the catalog folder new snapshot objects go to
 * @param base the base version; exactly the version after it is created
 * @param commitId unique to this commit, the same in every attempt
 * @param nextSegmentId segment ids from here on were never assigned
 * @param reason why, in words
 * @param snapshot the snapshot that is prepared, or null
 */
public record CommitRequest(
        String collectionId,
        long update,
        int round,
        ExternalSource source,
        CollectionOptions options,
        String plan,
        String objects,
        Head base,
        String commitId,
        long nextSegmentId,
        String reason,
        SnapshotRef snapshot) {}
