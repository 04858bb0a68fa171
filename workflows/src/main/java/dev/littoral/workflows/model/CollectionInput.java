package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The input of a collection's workflow: any JSON. It is validated when the collection starts.
 *
 * @param json an object with {@code source} and {@code options}, each of which may be left out: the source is then the
 *     catalog's, or comes by message; null when nothing was sent
 */
public record CollectionInput(@JsonValue JsonNode json) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public CollectionInput {}

    /**
     * An input made of checked parts.
     *
     * @param source the source to follow, or null for that of the catalog
     * @param options the options
     */
    public static CollectionInput of(ExternalSource source, CollectionOptions options) {
        ObjectNode json = Json.object();
        if (source != null) {
            json.set("source", Json.tree(source));
        }
        json.set("options", Json.tree(options));
        return new CollectionInput(json);
    }
}
