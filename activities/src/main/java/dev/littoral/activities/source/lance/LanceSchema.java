package dev.littoral.activities.source.lance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.RequiredColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The schema of a version: its columns in the JSON form of Lance's own message, and the check for required ones. */
final class LanceSchema {
    private static final int MAX_NAMES = 20;
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
        Map<Integer, String> prefixes = new HashMap<>();
        Map<String, LanceColumn> byPath = new HashMap<>();
        for (LanceColumn column : columns) {
            // A column comes after the one that it is nested in, so there can be no circle.
            String path = prefixes.getOrDefault(column.parent() < 0 ? null : column.parent(), "") + column.name();
            if (wanted(required, path)) {
                byPath.put(path, column);
                prefixes.put(column.id(), path + ".");
            } else {
                // Nothing below it is asked for: what is there must not be found by a shorter name.
                prefixes.put(column.id(), "\0");
            }
        }
        for (RequiredColumn column : required) {
            LanceColumn found = byPath.get(column.name());
            String expected = column.name() + (column.type() == null ? "" : " of type " + column.type());
            if (found == null) {
                throw LittoralException.input("The Lance dataset " + table + " lacks column " + column.name()
                        + ": found " + existing() + ", expected " + expected);
            }
            if (column.type() != null && !column.type().equals(found.type())) {
                throw LittoralException.input("The Lance dataset " + table + " has column " + column.name()
                        + " of another type: found " + found.type() + ", expected " + column.type());
            }
        }
    }

    private static boolean wanted(List<RequiredColumn> required, String path) {
        return required.stream()
                .anyMatch(each -> each.name().equals(path) || each.name().startsWith(path + "."));
    }

    private String existing() {
        Set<String> names = new HashSet<>();
        List<String> shown = new ArrayList<>();
        for (LanceColumn column : columns) {
            if (column.parent() < 0 && names.add(column.name()) && shown.size() < MAX_NAMES) {
                shown.add(column.name());
            }
        }
        if (shown.isEmpty()) {
            return "no columns";
        }
        return "columns " + String.join(", ", shown)
                + (names.size() > shown.size() ? " and " + (names.size() - shown.size()) + " more" : "");
    }
}
