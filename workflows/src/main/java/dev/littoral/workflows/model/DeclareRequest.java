package dev.littoral.workflows.model;

/**
 * A request to commit a version that declares another source.
 *
 * @param collectionId the collection
 * @param update the number of the update that asks
 * @param source the desired source
 * @param base the base version
 * @param commitId unique to this declaration, the same in every attempt
 * @param reason why, in words
 */
public record DeclareRequest(
        String collectionId, long update, ExternalSource source, Head base, String commitId, String reason) {}
