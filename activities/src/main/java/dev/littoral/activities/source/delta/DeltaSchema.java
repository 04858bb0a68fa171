package dev.littoral.activities.source.delta;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.Columns;
import dev.littoral.activities.source.RequiredColumns;
import dev.littoral.workflows.model.RequiredColumn;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The schema of a table in a version. */
final class DeltaSchema implements Columns {
    /** Ten of them are a column, and a tree takes up to 75 bytes for each. */
    private static final int MAX_TOKENS = 500_000;

    private static final ObjectMapper MAPPER = new ObjectMapper(ActionReader.JSON
            .rebuild()
            .streamReadConstraints(ActionReader.JSON
                    .streamReadConstraints()
                    .rebuild()
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            .build());

    private static final String PHYSICAL_NAME = "delta.columnMapping.physicalName";

    /** Characters of its JSON. */
    static final int MAX_LENGTH = 8 << 20;

    /** Types of the schema, by what users know them as from Parquet. */
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("string", "string"),
            Map.entry("long", "int64"),
            Map.entry("integer", "int32"),
            Map.entry("short", "int16"),
            Map.entry("byte", "int8"),
            Map.entry("float", "float"),
            Map.entry("double", "double"),
            Map.entry("boolean", "boolean"),
            Map.entry("binary", "binary"),
            Map.entry("date", "date"),
            Map.entry("timestamp", "timestamp"),
            Map.entry("timestamp_ntz", "timestamp"),
            Map.entry("variant", "variant"));

    private final String table;
    private final DeltaVersionState state;
    private final JsonNode schema;

    /**
     * Reads the schema of the metadata.
     *
     * @throws LittoralException INPUT when it is none
     */
    DeltaSchema(String table, DeltaVersionState state) {
        this.table = table;
        this.state = state;
        checkLength(table, state);
        try {
            this.schema = MAPPER.readTree(state.metadata().schema());
        } catch (StreamConstraintsException e) {
            throw damaged(
                    table,
                    "more than " + MAX_TOKENS
                            + " names and values in it, or such as are nested too deeply or too long ("
                            + ActionReader.reason(e) + ")");
        } catch (JsonProcessingException e) {
            throw damaged(table, "what is no JSON (" + ActionReader.reason(e) + ")");
        }
        if (!schema.path("fields").isArray()) {
            throw damaged(table, "a schema without fields");
        }
    }

    /**
     * Checks the length of a schema, before it is kept.
     *
     * @throws LittoralException INPUT when it is too long
     */
    static void checkLength(String table, DeltaVersionState state) {
        int length = state.metadata().schema().length();
        if (length > MAX_LENGTH) {
            throw damaged(table, length + " characters of a schema, more than " + MAX_LENGTH);
        }
    }

    private static LittoralException damaged(String table, String found) {
        return LittoralException.input(
                "The Delta table " + table + " has a damaged schema: found " + found + ", expected a struct in JSON");
    }

    /** The schema, the names of the partition columns, and how columns are known in data files. */
    JsonNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("schema", schema);
        ArrayNode columns = json.putArray("partitionColumns");
        state.metadata().partitionColumns().forEach(columns::add);
        json.put("columnMapping", state.mapsColumns() ? state.metadata().mappingMode() : "none");
        return json;
    }

    /** What a column is called in data files and in the log. */
    String physicalName(String column) {
        for (JsonNode field : schema.path("fields")) {
            if (field.path("name").asText().equals(column)) {
                return field.path("metadata").path(PHYSICAL_NAME).asText(column);
            }
        }
        return column;
    }

    /** Refuses a table that lacks a column or has it with another type. */
    void check(List<RequiredColumn> columns) {
        RequiredColumns.finding("The Delta table " + table, this, columns).ifPresent(finding -> {
            throw LittoralException.input(finding);
        });
    }

    @Override
    public Optional<String> typeOf(String path) {
        return find(schema, path).map(DeltaSchema::word);
    }

    @Override
    public void children(String group, Consumer<String> visitor) {
        Optional<JsonNode> parent = group == null ? Optional.of(schema) : find(schema, group);
        parent.ifPresent(type -> {
            switch (type.path("type").asText()) {
                case "struct" ->
                    type.path("fields")
                            .forEach(field -> visitor.accept(field.path("name").asText()));
                case "array" -> visitor.accept("element");
                case "map" -> {
                    visitor.accept("key");
                    visitor.accept("value");
                }
                default -> {
                    // Nothing is below it.
                }
            }
        });
    }

    /** The type at a path below a type. A name may have dots in it. */
    private static Optional<JsonNode> find(JsonNode type, String path) {
        String kind = type.path("type").asText();
        return switch (kind) {
            case "struct" -> {
                for (JsonNode field : type.path("fields")) {
                    Optional<JsonNode> found =
                            below(field.path("type"), field.path("name").asText(), path);
                    if (found.isPresent()) {
                        yield found;
                    }
                }
                yield Optional.empty();
            }
            case "array" ->
                first(
                        below(type.path("elementType"), "list.element", path),
                        below(type.path("elementType"), "element", path));
            case "map" ->
                first(
                        first(
                                below(type.path("keyType"), "key_value.key", path),
                                below(type.path("valueType"), "key_value.value", path)),
                        first(below(type.path("keyType"), "key", path), below(type.path("valueType"), "value", path)));
            default -> Optional.empty();
        };
    }

    private static Optional<JsonNode> first(Optional<JsonNode> one, Optional<JsonNode> other) {
        return one.isPresent() ? one : other;
    }

    private static Optional<JsonNode> below(JsonNode type, String name, String path) {
        if (path.equals(name)) {
            return Optional.of(type);
        }
        return path.startsWith(name + ".") ? find(type, path.substring(name.length() + 1)) : Optional.empty();
    }

    private static String word(JsonNode type) {
        String name = type.isTextual() ? type.asText() : type.path("type").asText();
        return switch (name) {
            case "array" -> "list";
            case "map", "struct" -> name;
            default ->
                name.startsWith("decimal(")
                        ? name.replace(" ", "")
                        : name.startsWith("interval") ? "interval" : TYPES.getOrDefault(name, name);
        };
    }
}
