package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The page that a query for jobs asks for: any JSON. It is validated by the handler.
 *
 * @param json an object with {@code before} (updates below this number) and {@code limit} (the maximum number of jobs),
 *     each of which may be left out; null when nothing was sent
 */
public record JobsRequest(@JsonValue JsonNode json) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public JobsRequest {}

    /**
     * A page of jobs.
     *
     * @param before updates below this number
     * @param limit the maximum number of jobs, from 1 to 100
     */
    public static JobsRequest of(long before, int limit) {
        ObjectNode json = Json.object();
        json.put("before", before);
        json.put("limit", limit);
        return new JobsRequest(json);
    }
}
