package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * A source as a message has it: any JSON. It is validated by the handler, so that an invalid one gets an answer and
 * cannot block the workflow.
 *
 * @param json an object with {@code uri} and, where wanted, {@code spec}; null when nothing was sent
 */
public record SourceRequest(@JsonValue JsonNode json) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public SourceRequest {}

    public static SourceRequest of(ExternalSource source) {
        return new SourceRequest(Json.tree(source));
    }
}
