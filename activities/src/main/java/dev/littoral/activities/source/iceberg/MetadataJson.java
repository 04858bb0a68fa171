package dev.littoral.activities.source.iceberg;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.failure.LittoralException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/**
 * The JSON of a metadata file, read as a stream into a tree of what is asked for, within a bound on what that takes: a
 * few kilobytes that are compressed may be millions of values. For one thread.
 */
final class MetadataJson {
    /** Deeper than any schema is nested. */
    private static final int MAX_DEPTH = 500;

    /** The longest are the names of columns of files without ids, and what writers keep in properties. */
    private static final int MAX_TEXT = 8 << 20;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /** What Iceberg's library reads of a table, but for its older metadata files and for statistics. */
    private static final Set<String> WANTED = Set.of(
            "format-version",
            "table-uuid",
            "location",
            "last-sequence-number",
            "last-updated-ms",
            "last-column-id",
            "schema",
            "schemas",
            "current-schema-id",
            "partition-spec",
            "partition-specs",
            "default-spec-id",
            "last-partition-id",
            "sort-orders",
            "default-sort-order-id",
            "properties",
            "current-snapshot-id",
            "snapshots",
            "snapshot-log",
            "refs",
            "next-row-id",
            "encryption-keys");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final String what;
    private final MetadataLimits limits;
    private int values;
    private long characters;

    MetadataJson(String what, MetadataLimits limits) {
        this.what = what;
        this.limits = limits;
    }

    /**
     * Reads a metadata file.
     *
     * @throws LittoralException INPUT when it has too much in it
     * @throws IOException when it is no JSON object
     */
    ObjectNode read(InputStream bytes) throws IOException {
        try (JsonParser in = JSON.createParser(bytes)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it is no JSON object");
            }
            ObjectNode table = NODES.objectNode();
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String name = in.currentName();
                in.nextToken();
                if (!WANTED.contains(name)) {
                    in.skipChildren();
                } else if (name.equals("snapshots") && in.currentToken() == JsonToken.START_ARRAY) {
                    table.set(name, snapshots(in));
                } else {
                    table.set(name, value(in));
                }
            }
            ColumnNames.check(what, table, limits.characters());
            return table;
        } catch (JsonProcessingException e) {
            // Its whole message says where twice, and the deepest cause is what is shown.
            throw new IOException("it is no JSON: " + e.getOriginalMessage());
        }
    }

    /** Snapshots, each of whose summaries has only what kind of commit it was: the rest is most of many a file. */
    private ArrayNode snapshots(JsonParser in) throws IOException {
        ArrayNode snapshots = NODES.arrayNode();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            snapshots.add(in.currentToken() == JsonToken.START_OBJECT ? snapshot(in) : value(in));
        }
        return snapshots;
    }

    private ObjectNode snapshot(JsonParser in) throws IOException {
        count(0);
        ObjectNode snapshot = NODES.objectNode();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = name(in);
            if (name.equals("summary") && in.currentToken() == JsonToken.START_OBJECT) {
                snapshot.set(name, summary(in));
            } else {
                snapshot.set(name, value(in));
            }
        }
        return snapshot;
    }

    private ObjectNode summary(JsonParser in) throws IOException {
        count(0);
        ObjectNode summary = NODES.objectNode();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            if (name.equals("operation")) {
                summary.set(name, value(in));
            } else {
                in.skipChildren();
            }
        }
        return summary;
    }

    /** The value that the parser is at. */
    private JsonNode value(JsonParser in) throws IOException {
        count(0);
        switch (in.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = NODES.objectNode();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    object.set(name(in), value(in));
                }
                return object;
            }
            case START_ARRAY -> {
                ArrayNode array = NODES.arrayNode();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(in));
                }
                return array;
            }
            case VALUE_STRING -> {
                count(in.getTextLength());
                return NODES.textNode(in.getText());
            }
            case VALUE_NUMBER_INT -> {
                return switch (in.getNumberType()) {
                    case INT -> NODES.numberNode(in.getIntValue());
                    case LONG -> NODES.numberNode(in.getLongValue());
                    default -> NODES.numberNode(in.getBigIntegerValue());
                };
            }
            case VALUE_NUMBER_FLOAT -> {
                return NODES.numberNode(in.getDoubleValue());
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return NODES.booleanNode(in.getBooleanValue());
            }
            case VALUE_NULL -> {
                return NODES.nullNode();
            }
            default -> throw new IOException("it has " + in.currentToken() + " where a value is due");
        }
    }

    /** The name that the parser is at, which goes to its value. */
    private String name(JsonParser in) throws IOException {
        String name = in.currentName();
        count(name.length());
        in.nextToken();
        return name;
    }

    private void count(int length) {
        values++;
        characters += length;
        if (values > limits.values() || characters > limits.characters()) {
            throw LittoralException.input(what + " has more than "
                    + (values > limits.values()
                            ? limits.values() + " names and values that are kept"
                            : limits.characters() + " characters in names and texts that are kept")
                    + "; expected at most as many, as they fill memory: expire snapshots of the table, remove schemas"
                    + " that none of them has, or give the worker more heap");
        }
    }
}
