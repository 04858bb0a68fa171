package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a consumer says of a version in a message: any JSON. It is validated by the handler, so that an invalid one gets
 * an answer and cannot block the workflow.
 *
 * @param json an object with {@code consumer}, {@code version}, {@code state}, {@code rows}, {@code segments} and
 *     {@code reason}; null when nothing was sent
 */
public record AcknowledgeMessage(@JsonValue JsonNode json) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public AcknowledgeMessage {}

    /**
     * An answer.
     *
     * @param rows null unless it is SERVING
     * @param segments null where it does not say
     * @param reason null unless it is FAILED
     */
    public static AcknowledgeMessage of(
            String consumer, long version, ConsumerState state, Long rows, SegmentProgress segments, String reason) {
        ObjectNode json =
                Json.object().put("consumer", consumer).put("version", version).put("state", state.name());
        if (rows != null) {
            json.put("rows", rows);
        }
        if (segments != null) {
            json.set("segments", Json.tree(segments));
        }
        if (reason != null) {
            json.put("reason", reason);
        }
        return new AcknowledgeMessage(json);
    }
}
