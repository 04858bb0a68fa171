package dev.littoral.workflows.spec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.OnTable;
import dev.littoral.workflows.model.ParquetSpec;
import java.lang.reflect.RecordComponent;
import java.util.Set;
import java.util.stream.Stream;

/** Parses the spec of a source of Parquet files. */
final class ParquetSpecParser {
    static final Set<String> KEYS = JsonFields.keys(Stream.of(ParquetSpec.class.getRecordComponents())
            .map(RecordComponent::getName)
            .toArray(String[]::new));

    private ParquetSpecParser() {}

    static ParquetSpec parse(String where, JsonNode json) {
        SpecKeys.Access access = SpecKeys.access(where, json);
        return new ParquetSpec(
                ParquetSpec.FORMAT,
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
