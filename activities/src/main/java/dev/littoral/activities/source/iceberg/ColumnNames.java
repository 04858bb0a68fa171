package dev.littoral.activities.source.iceberg;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.failure.LittoralException;
import java.util.List;

/**
 * The names of columns in a metadata file. Iceberg's library joins that of each with those of all that it is in, so a
 * long name that is written once is kept once for each column in it.
 */
final class ColumnNames {
    /** Of one name; tools that write tables allow some hundred. */
    private static final int LONGEST = 8192;

    /** What the library calls the parts of lists and maps. */
    private static final List<String> PARTS = List.of("element", "key", "value");

    private final String what;
    private final int most;
    private long characters;

    private ColumnNames(String what, int most) {
        this.what = what;
        this.most = most;
    }

    /**
     * Checks names before the library gets them.
     *
     * @param what they are in, as a message begins with it
     * @param most characters in all full names
     * @throws LittoralException INPUT when one is too long, or all together are
     */
    static void check(String what, JsonNode table, int most) {
        ColumnNames names = new ColumnNames(what, most);
        names.add(table.path("schema"), 0);
        table.path("schemas").forEach(schema -> names.add(schema, 0));
        table.path("partition-spec").forEach(names::length);
        table.path("partition-specs").forEach(spec -> spec.path("fields").forEach(names::length));
    }

    private void add(JsonNode type, int before) {
        for (JsonNode field : type.path("fields")) {
            add(field.path("type"), before, length(field));
        }
        for (String part : PARTS) {
            if (type.has(part)) {
                add(type.get(part), before, part.length());
            }
        }
    }

    private void add(JsonNode type, int before, int length) {
        int full = before + 1 + length;
        characters += full;
        if (characters > most) {
            throw LittoralException.input(what + " has more than " + most + " characters in the full names of its"
                    + " columns; expected at most as many, as they fill memory: remove schemas that no snapshot has,"
                    + " or give the worker more heap");
        }
        add(type, full);
    }

    private int length(JsonNode field) {
        int length = field.path("name").asText().length();
        if (length > LONGEST) {
            throw LittoralException.input(what + " has a column or a partition field whose name has " + length
                    + " characters; expected at most " + LONGEST + ": rename it");
        }
        return length;
    }
}
