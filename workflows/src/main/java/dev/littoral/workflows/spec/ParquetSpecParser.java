package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.OnTable;
import dev.littoral.workflows.model.ParquetSpec;
import dev.littoral.workflows.model.RequiredColumn;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Parses the spec of a source of Parquet files. */
final class ParquetSpecParser {
    static final Set<String> KEYS = JsonFields.keys(Stream.of(ParquetSpec.class.getRecordComponents())
            .map(RecordComponent::getName)
            .toArray(String[]::new));

    private static final Set<String> COLUMN_KEYS = JsonFields.keys("name", "type");

    private ParquetSpecParser() {}

    static ParquetSpec parse(String where, JsonNode json) {
        String profile = SourceParser.profile(where + ".profile", json.get("profile"));
        boolean anonymous = JsonFields.flag(where + ".anonymous", json.get("anonymous"));
        boolean requesterPays = JsonFields.flag(where + ".requesterPays", json.get("requesterPays"));
        if (anonymous && (profile != null || requesterPays)) {
            throw new InvalidRequestException(where + ".anonymous is true, and "
                    + (profile != null ? "profile" : "requesterPays")
                    + " needs credentials; expected one of the two");
        }
        return new ParquetSpec(
                ParquetSpec.FORMAT,
                globs(where + ".include", json.get("include")),
                globs(where + ".exclude", json.get("exclude")),
                columns(where + ".columns", json.get("columns")),
                JsonFields.choice(
                        where + ".onBadFile", json.get("onBadFile"), "fail", OnBadFile.FAIL, "skip", OnBadFile.SKIP),
                profile,
                JsonFields.choice(
                        where + ".table", json.get("table"), "refuse", OnTable.REFUSE, "ignore", OnTable.IGNORE),
                anonymous,
                requesterPays);
    }

    private static List<String> globs(String where, JsonNode json) {
        List<String> globs = new ArrayList<>();
        for (JsonNode each : JsonFields.list(where, json)) {
            String at = where + "[" + globs.size() + "]";
            String glob = JsonFields.text(at, each);
            if (SecretScanner.isKey(glob)) {
                throw SecretScanner.refused(at);
            }
            Glob.problem(glob).ifPresent(problem -> {
                throw new InvalidRequestException(at + ": " + problem);
            });
            globs.add(glob);
        }
        return globs;
    }

    private static List<RequiredColumn> columns(String where, JsonNode json) {
        List<RequiredColumn> columns = new ArrayList<>();
        for (JsonNode each : JsonFields.list(where, json)) {
            columns.add(column(where + "[" + columns.size() + "]", each));
        }
        return columns;
    }

    private static RequiredColumn column(String where, JsonNode json) {
        if (json.isTextual()) {
            return new RequiredColumn(columnName(where, json), null);
        }
        if (!json.isObject()) {
            throw JsonFields.refused(
                    where,
                    JsonFields.kind(json),
                    "a column's name, or an object like {\"name\":\"id\",\"type\":\"int64\"}");
        }
        JsonFields.object(where, json, COLUMN_KEYS);
        if (isAbsent(json.get("name"))) {
            throw new InvalidRequestException(where + ".name is missing; expected a column's name");
        }
        String type = isAbsent(json.get("type")) ? null : JsonFields.text(where + ".type", json.get("type"));
        if (type != null && ColumnTypes.problem(type).isPresent()) {
            throw JsonFields.refused(where + ".type", SecretScanner.quoted(type), ColumnTypes.EXPECTED);
        }
        return new RequiredColumn(columnName(where + ".name", json.get("name")), type);
    }

    private static String columnName(String where, JsonNode json) {
        String name = JsonFields.text(where, json);
        if (name.isEmpty()) {
            throw new InvalidRequestException(where + " is empty; expected a column's name");
        }
        return name;
    }
}
