package dev.littoral.workflows.model;

/**
 * The input of an update's workflow.
 *
 * @param collectionId the collection
 * @param update its number
 * @param source what to list; the base's
 * @param options how the collection is kept
 * @param base the base version; the listing starts after it was read
 */
public record UpdateInput(
        String collectionId, long update, ExternalSource source, CollectionOptions options, Head base) {}
