package dev.littoral.workflows.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;

/**
 * Deserializes a spec as the record of its format. Jackson's own type resolvers make a text of whatever the format is,
 * a number too, so the record could not refuse it.
 */
final class ExternalSpecDeserializer extends JsonDeserializer<ExternalSpec> {
    private static final Map<String, Class<? extends ExternalSpec>> RECORDS = Map.of(
            FolderSpec.PARQUET, FolderSpec.class,
            FolderSpec.VORTEX, FolderSpec.class,
            TableSpec.ICEBERG, TableSpec.class,
            TableSpec.DELTA, TableSpec.class,
            TableSpec.LANCE, TableSpec.class);

    @Override
    public ExternalSpec deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        JsonNode spec = context.readTree(parser);
        String format = spec.path("format").asText();
        return context.readTreeAsValue(spec, RECORDS.getOrDefault(format, FolderSpec.class));
    }
}
