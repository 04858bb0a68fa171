package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.RequiredColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses the keys that the specs of all formats have. */
final class SpecKeys {
    private static final Set<String> COLUMN_KEYS = JsonFields.keys("name", "type");

    private SpecKeys() {}

    /**
     * How the source's store is accessed.
     *
     * @param profile the shared AWS profile to read with, or null for the default chain
     * @param anonymous whether requests have no credentials
     * @param requesterPays whether the worker's account pays for requests to a bucket of another
     */
    record Access(String profile, boolean anonymous, boolean requesterPays) {}

    static Access access(String where, JsonNode spec) {
        String profile = SourceParser.profile(where + ".profile", spec.get("profile"));
        boolean anonymous = JsonFields.flag(where + ".anonymous", spec.get("anonymous"));
        boolean requesterPays = JsonFields.flag(where + ".requesterPays", spec.get("requesterPays"));
        if (anonymous && (profile != null || requesterPays)) {
            throw new InvalidRequestException(where + ".anonymous is true, and "
                    + (profile != null ? "profile" : "requesterPays")
                    + " needs credentials; expected one of the two");
        }
        return new Access(profile, anonymous, requesterPays);
    }

    static OnBadFile onBadFile(String where, JsonNode spec) {
        return JsonFields.choice(
                where + ".onBadFile", spec.get("onBadFile"), "fail", OnBadFile.FAIL, "skip", OnBadFile.SKIP);
    }

    static List<String> globs(String where, JsonNode json) {
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

    static List<RequiredColumn> columns(String where, JsonNode json) {
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
