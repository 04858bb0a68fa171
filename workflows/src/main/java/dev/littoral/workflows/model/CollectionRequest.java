package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A request to a collection by another workflow, a schedule or a Nexus operation: any JSON. It is validated by who
 * handles it, so that an invalid one gets an answer.
 *
 * @param json an object with {@code collectionId} and, depending on the request, {@code source} or {@code version}
 */
public record CollectionRequest(@JsonValue JsonNode json) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public CollectionRequest {}

    /** A request that needs nothing but the collection: to list its source again. */
    public static CollectionRequest of(String collectionId) {
        return new CollectionRequest(object(collectionId));
    }

    /** A request to follow another source. */
    public static CollectionRequest ofSource(String collectionId, ExternalSource source) {
        return new CollectionRequest(object(collectionId).set("source", Json.tree(source)));
    }

    /** A request that is about a version. */
    public static CollectionRequest ofVersion(String collectionId, long version) {
        return new CollectionRequest(object(collectionId).put("version", version));
    }

    /** The same request, for the next run of who waits for an update. */
    public static CollectionRequest ofUpdate(String collectionId, long update) {
        return new CollectionRequest(object(collectionId).put("update", update));
    }

    private static ObjectNode object(String collectionId) {
        return Json.object().put("collectionId", collectionId);
    }
}
