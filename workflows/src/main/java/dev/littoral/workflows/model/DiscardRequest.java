package dev.littoral.workflows.model;

import java.util.List;

/**
 * A request to remove the staging of an ended update.
 *
 * @param collectionId the collection
 * @param update the update; its staging and that of those before it is removed
 * @param objects folders of snapshot objects that no head version can come to name
 */
public record DiscardRequest(String collectionId, long update, List<String> objects) {}
