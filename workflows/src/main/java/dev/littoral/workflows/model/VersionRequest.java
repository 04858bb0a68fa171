package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The version that a message asks to roll back to: any JSON. It is validated by the handler, so that an invalid one
 * gets an answer and cannot block the workflow.
 *
 * @param json an object with {@code version} and, where wanted, {@code reason}; null when nothing was sent
 */
public record VersionRequest(@JsonValue JsonNode json) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public VersionRequest {}

    /**
     * A version, and why.
     *
     * @param reason in words, or null
     */
    public static VersionRequest of(long version, String reason) {
        ObjectNode json = Json.object().put("version", version);
        if (reason != null) {
            json.put("reason", reason);
        }
        return new VersionRequest(json);
    }
}
