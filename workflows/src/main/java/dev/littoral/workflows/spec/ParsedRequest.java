package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.CollectionRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.InvalidRequestException;
import java.util.Set;

/**
 * A validated request to a collection.
 *
 * @param source the source to follow, or null
 * @param version the version that is meant, or 0
 * @param update the update that is waited for, or 0 where one is asked for
 */
public record ParsedRequest(String collectionId, ExternalSource source, long version, long update) {
    private static final Set<String> REFRESH = JsonFields.keys("collectionId", "update");
    private static final Set<String> CHANGE = JsonFields.keys("collectionId", "source");
    private static final Set<String> AWAIT = JsonFields.keys("collectionId", "version");

    /**
     * Parses a request to list a source again.
     *
     * @throws InvalidRequestException in one sentence
     */
    public static ParsedRequest refresh(CollectionRequest request) {
        JsonNode json = object(request, REFRESH);
        return new ParsedRequest(collectionId(json), null, 0, number("update", json.get("update")));
    }

    /**
     * Parses a request to follow another source.
     *
     * @throws InvalidRequestException in one sentence, without a value that may be a secret
     */
    public static ParsedRequest change(CollectionRequest request) {
        JsonNode json = object(request, CHANGE);
        if (isAbsent(json.get("source"))) {
            throw new InvalidRequestException("source is missing; expected an object with the keys spec, uri");
        }
        return new ParsedRequest(collectionId(json), SourceParser.parse("source", json.get("source")), 0, 0);
    }

    /**
     * Parses a request to wait until consumers serve a version, or the newest one.
     *
     * @throws InvalidRequestException in one sentence
     */
    public static ParsedRequest await(CollectionRequest request) {
        JsonNode json = object(request, AWAIT);
        return new ParsedRequest(collectionId(json), null, number("version", json.get("version")), 0);
    }

    private static JsonNode object(CollectionRequest request, Set<String> keys) {
        JsonNode json = request == null ? null : request.json();
        if (isAbsent(json)) {
            throw new InvalidRequestException(
                    "the request is missing; expected an object like {\"collectionId\":\"orders\"}");
        }
        JsonFields.object("the request", json, keys);
        return json;
    }

    private static String collectionId(JsonNode json) {
        JsonNode id = json.get("collectionId");
        return CollectionId.check(isAbsent(id) ? null : JsonFields.text("collectionId", id));
    }

    private static long number(String name, JsonNode json) {
        return JsonFields.whole(name, json, 0, 1L << 53, "a whole number");
    }
}
