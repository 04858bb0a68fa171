package dev.littoral.workflows.model;

/**
 * A request to commit a version that ends the collection.
 *
 * @param collectionId the collection
 * @param update the number of the collection's last update
 * @param base the base version
 * @param commitId unique to this write, the same in every attempt
 */
public record RetireRequest(String collectionId, long update, Head base, String commitId) {}
