package dev.littoral.workflows.model;

/**
 * Asks to create the version after a base that names another source.
 *
 * @param collectionId the collection
 * @param update the number of the update that asks
 * @param source the source wanted
 * @param base the head it is decided upon
 * @param commitId unique to this declaration, the same in every attempt
 * @param reason why, in words
 */
public record DeclareRequest(
        String collectionId, long update, ExternalSource source, Head base, String commitId, String reason) {}
