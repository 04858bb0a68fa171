package dev.littoral.workflows.model;

/**
 * Asks to create the version after a base that ends the collection.
 *
 * @param collectionId the collection
 * @param update the number of the collection's last update
 * @param base the head it is decided upon
 * @param commitId unique to this write, the same in every attempt
 */
public record RetireRequest(String collectionId, long update, Head base, String commitId) {}
