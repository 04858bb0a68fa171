package dev.littoral.workflows.model;

/**
 * What an update works on.
 *
 * @param collectionId the collection
 * @param update its number
 * @param source what to list; the base's
 * @param options how the collection is kept
 * @param base the head it is decided upon; its listing starts after this was read
 */
public record UpdateInput(
        String collectionId, long update, ExternalSource source, CollectionOptions options, Head base) {}
