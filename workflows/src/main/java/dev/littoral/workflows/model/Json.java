package dev.littoral.workflows.model;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.nio.charset.StandardCharsets;

/** The JSON mapper of messages and of the catalog: plain names, ISO-8601 times and durations, no class names. */
public final class Json {
    /** Thread-safe; not to be reconfigured. */
    public static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** How many bytes a value has as JSON. */
    public static int bytes(Object value) {
        return tree(value).toString().getBytes(StandardCharsets.UTF_8).length;
    }

    public static JsonNode tree(Object value) {
        return JSON.valueToTree(value);
    }
}
