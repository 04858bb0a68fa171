package dev.littoral.workflows.spec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.TableSpec;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * The format of a spec in a message, and the registry of all.
 *
 * @param name the format in a spec
 * @param keys the keys of such a spec
 * @param parser parses a spec that has no other keys, at a path
 */
record SpecFormat(String name, Set<String> keys, BiFunction<String, JsonNode, ExternalSpec> parser) {
    static final SpecFormat ICEBERG = table(TableSpec.ICEBERG, "snapshot", "tag", "branch", "timestamp");

    /** All of them; the first is meant where none is named. */
    static final List<SpecFormat> ALL = List.of(
            folder(FolderSpec.PARQUET),
            folder(FolderSpec.VORTEX),
            ICEBERG,
            table(TableSpec.DELTA, "version", "timestamp"),
            table(TableSpec.LANCE, "version", "tag", "branch", "timestamp"));

    private static SpecFormat folder(String name) {
        return new SpecFormat(name, FolderSpecParser.KEYS, new FolderSpecParser(name)::parse);
    }

    private static SpecFormat table(String name, String... at) {
        return new SpecFormat(name, TableSpecParser.KEYS, new TableSpecParser(name, JsonFields.keys(at))::parse);
    }

    /** The keys that any format has. */
    static Set<String> allKeys() {
        return ALL.stream().flatMap(each -> each.keys.stream()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The one of some that a field names. */
    static SpecFormat parse(String where, JsonNode json, List<SpecFormat> formats) {
        String text = JsonFields.text(where, json);
        return formats.stream()
                .filter(each -> each.name.equals(text))
                .findFirst()
                .orElseThrow(() -> JsonFields.refused(
                        where,
                        SecretScanner.quoted(text),
                        formats.stream().map(each -> '"' + each.name + '"').collect(Collectors.joining(" or "))));
    }

    ExternalSpec parseSpec(String where, JsonNode json) {
        JsonFields.object(where, json, keys);
        return parser.apply(where, json);
    }
}
