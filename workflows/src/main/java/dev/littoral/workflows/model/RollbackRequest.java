package dev.littoral.workflows.model;

/**
 * A request to commit a version that serves an older version's snapshot again.
 *
 * @param collectionId the collection
 * @param update the number of the collection's last update; none up to this one commits after it
 * @param version the older version
 * @param base the base version
 * @param commitId unique to this write, the same in every attempt
 * @param reason why, as a person said, or null
 */
public record RollbackRequest(
        String collectionId, long update, long version, Head base, String commitId, String reason) {}
