package dev.littoral.workflows.model;

import java.util.List;

/**
 * A request to remove what an ended update and those before it have staged.
 *
 * @param collectionId the collection
 * @param update the newest of these updates
 * @param objects folders of snapshot objects that no head version can come to name
 */
public record DiscardRequest(String collectionId, long update, List<String> objects) {}
