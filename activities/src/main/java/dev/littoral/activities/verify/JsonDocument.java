package dev.littoral.activities.verify;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Reads JSON, plain or compressed. What is not right is an {@link IOException}. */
final class JsonDocument {
    /** Small objects, where two fields of one name are looked for. */
    private static final ObjectMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private static final ObjectMapper FAST = new ObjectMapper();

    private JsonDocument() {}

    /** The one JSON object that some bytes are. */
    static JsonNode object(byte[] bytes) throws IOException {
        try (JsonParser parser = STRICT.createParser(bytes)) {
            JsonNode node = parser.readValueAsTree();
            if (node == null || !node.isObject()) {
                throw new IOException("it holds no JSON object");
            }
            end(parser);
            return node;
        }
    }

    /** A parser of a small compressed object. */
    static JsonParser strict(byte[] compressed) throws IOException {
        return STRICT.createParser(new ZstdInputStream(new ByteArrayInputStream(compressed)));
    }

    /** A parser of compressed lines, of which there may be many. */
    static JsonParser lines(byte[] compressed) throws IOException {
        return FAST.createParser(new ZstdInputStream(new ByteArrayInputStream(compressed)));
    }

    /** Fails when anything follows. */
    static void end(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw new IOException("something follows the JSON object");
        }
    }
}
