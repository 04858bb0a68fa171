package dev.littoral.activities.source.lance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.Columns;
import dev.littoral.activities.source.RequiredColumns;
import dev.littoral.workflows.model.RequiredColumn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The schema of a version: its columns in the JSON form of Lance's own message, and the check for required ones. */
final class LanceSchema implements Columns {
    private static final List<String> KINDS = List.of("PARENT", "REPEATED", "LEAF");

    private final String table;
    private final List<LanceColumn> columns;

    LanceSchema(String table, List<LanceColumn> columns) {
        this.table = table;
        this.columns = columns;
    }

    /** The columns in the JSON of protobuf; nothing has its default value. */
    JsonNode json() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        ArrayNode fields = schema.putArray("fields");
        for (LanceColumn column : columns) {
            ObjectNode field = fields.addObject();
            field.put(
                    "type",
                    column.kind() >= 0 && column.kind() < KINDS.size()
                            ? KINDS.get(column.kind())
                            : Integer.toString(column.kind()));
            field.put("name", column.name());
            field.put("id", column.id());
            field.put("parentId", column.parent());
            field.put("logicalType", column.logicalType());
            field.put("nullable", column.nullable());
            if (!column.metadata().isEmpty()) {
                ObjectNode metadata = field.putObject("metadata");
                column.metadata().forEach(metadata::put);
            }
        }
        return schema;
    }

    /**
     * Checks that columns are there.
     *
     * @throws LittoralException INPUT, naming the first that is not
     */
    void check(List<RequiredColumn> required) {
        RequiredColumns.finding("The Lance dataset " + table, this, required).ifPresent(finding -> {
            throw LittoralException.input(finding);
        });
    }

    @Override
    public Optional<String> typeOf(String path) {
        return find(path).map(LanceColumn::type);
    }

    private Optional<LanceColumn> find(String path) {
        // Where in the path the names below each column begin; a column comes after the one that it is nested in.
        Map<Integer, Integer> matched = new HashMap<>();
        for (LanceColumn column : columns) {
            Integer from = column.parent() < 0 ? Integer.valueOf(0) : matched.get(column.parent());
            if (from != null && path.startsWith(column.name(), from)) {
                int end = from + column.name().length();
                if (end == path.length()) {
                    return Optional.of(column);
                }
                if (path.charAt(end) == '.') {
                    matched.put(column.id(), end + 1);
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void children(String group, Consumer<String> visitor) {
        int parent = group == null ? -1 : find(group).map(LanceColumn::id).orElse(Integer.MIN_VALUE);
        for (LanceColumn column : columns) {
            if (Math.max(-1, column.parent()) == parent) {
                visitor.accept(column.name());
            }
        }
    }
}
