package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/**
 * The lease that a message asks for: any JSON. It is validated by the handler, so that an invalid one gets an answer
 * and cannot block the workflow.
 *
 * @param json an object with {@code consumer}, {@code duration} and, where wanted, {@code version}; null when nothing
 *     was sent
 */
public record LeaseMessage(@JsonValue JsonNode json) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public LeaseMessage {}

    /**
     * A lease.
     *
     * @param version the version to hold, or null for the newest
     */
    public static LeaseMessage of(String consumer, Long version, Duration duration) {
        ObjectNode json = Json.object().put("consumer", consumer).put("duration", duration.toString());
        if (version != null) {
            json.put("version", version);
        }
        return new LeaseMessage(json);
    }
}
