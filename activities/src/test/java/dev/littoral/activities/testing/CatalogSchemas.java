package dev.littoral.activities.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The published JSON Schemas of catalog objects. Safe for use by many threads. */
public final class CatalogSchemas {
    public static final CatalogSchemas HEAD = new CatalogSchemas("head");
    public static final CatalogSchemas EVENT = new CatalogSchemas("event");
    public static final CatalogSchemas ROOT = new CatalogSchemas("root");
    public static final CatalogSchemas SHARD_LINE = new CatalogSchemas("shard-line");

    public static final CatalogSchemas CONSUMER_ENTRY = new CatalogSchemas("consumer-entry");
    public static final CatalogSchemas BOUNDARY = new CatalogSchemas("boundary");

    private final String name;
    private final Schema schema;

    private CatalogSchemas(String name) {
        this.name = name;
        Path file = Path.of("..", "docs", "schemas", name + ".schema.json");
        try {
            schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In what an object does not follow its schema; nothing where it does. */
    public List<String> faults(JsonNode object) {
        return schema.validate(object).stream()
                .map(error -> name + " " + error.getInstanceLocation() + ": " + error.getMessage())
                .toList();
    }
}
