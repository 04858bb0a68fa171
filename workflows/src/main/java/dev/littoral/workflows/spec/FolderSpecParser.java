package dev.littoral.workflows.spec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.OnTable;
import java.lang.reflect.RecordComponent;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Parses the spec of a source of files below a folder or prefix.
 *
 * @param format the name of its format
 */
record FolderSpecParser(String format) {
    static final Set<String> KEYS = JsonFields.keys(Stream.of(FolderSpec.class.getRecordComponents())
            .map(RecordComponent::getName)
            .toArray(String[]::new));

    FolderSpec parse(String where, JsonNode json) {
        SpecKeys.Access access = SpecKeys.access(where, json);
        return new FolderSpec(
                format,
                SpecKeys.globs(where + ".include", json.get("include")),
                SpecKeys.globs(where + ".exclude", json.get("exclude")),
                SpecKeys.columns(where + ".columns", json.get("columns")),
                SpecKeys.onBadFile(where, json),
                access.profile(),
                JsonFields.choice(
                        where + ".table", json.get("table"), "refuse", OnTable.REFUSE, "ignore", OnTable.IGNORE),
                access.anonymous(),
                access.requesterPays());
    }
}
