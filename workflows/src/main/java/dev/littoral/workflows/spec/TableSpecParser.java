package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Parses the spec of a source that is a table.
 *
 * @param format the name of its format
 * @param at what can name a version in that format
 */
record TableSpecParser(String format, Set<String> at) {
    static final Set<String> KEYS = JsonFields.keys(Stream.of(TableSpec.class.getRecordComponents())
            .map(RecordComponent::getName)
            .toArray(String[]::new));

    /** An id of a snapshot is a number of 64 bits with a sign, more than JSON's numbers hold in many languages. */
    private static final Pattern SNAPSHOT = Pattern.compile("-?[0-9]{1,19}");

    TableSpec parse(String where, JsonNode json) {
        SpecKeys.Access access = SpecKeys.access(where, json);
        return new TableSpec(
                format,
                at(where + ".at", json.get("at")),
                SpecKeys.globs(where + ".include", json.get("include")),
                SpecKeys.globs(where + ".exclude", json.get("exclude")),
                SpecKeys.columns(where + ".columns", json.get("columns")),
                SpecKeys.onBadFile(where, json),
                access.profile(),
                access.anonymous(),
                access.requesterPays());
    }

    private TableAt at(String where, JsonNode json) {
        if (isAbsent(json)) {
            return null;
        }
        JsonFields.object(where, json, at);
        List<String> given = new ArrayList<>();
        for (Map.Entry<String, JsonNode> each : json.properties()) {
            if (!isAbsent(each.getValue())) {
                given.add(each.getKey());
            }
        }
        if (given.size() != 1) {
            throw new InvalidRequestException(where + " has " + (given.isEmpty() ? "none" : "more than one")
                    + " of its keys; expected exactly one of " + String.join(", ", at));
        }
        return new TableAt(
                snapshot(where + ".snapshot", json.get("snapshot")),
                version(where + ".version", json.get("version")),
                name(where + ".tag", json.get("tag"), "a tag's name"),
                name(where + ".branch", json.get("branch"), "a branch's name"),
                timestamp(where + ".timestamp", json.get("timestamp")));
    }

    private static String snapshot(String where, JsonNode json) {
        if (isAbsent(json)) {
            return null;
        }
        if (!json.isTextual() || !SNAPSHOT.matcher(json.textValue()).matches()) {
            throw JsonFields.refused(where, JsonFields.shown(json), "a snapshot's id as a text, like \"8811904123\"");
        }
        return json.textValue();
    }

    private static Long version(String where, JsonNode json) {
        if (isAbsent(json)) {
            return null;
        }
        if (!json.isIntegralNumber() || !json.canConvertToLong() || json.longValue() < 0) {
            throw JsonFields.refused(where, JsonFields.shown(json), "a version's number, 0 or more");
        }
        return json.longValue();
    }

    private static String name(String where, JsonNode json, String expected) {
        if (isAbsent(json)) {
            return null;
        }
        String name = JsonFields.text(where, json);
        if (name.isEmpty()) {
            throw new InvalidRequestException(where + " is empty; expected " + expected);
        }
        return name;
    }

    private static Instant timestamp(String where, JsonNode json) {
        if (isAbsent(json)) {
            return null;
        }
        try {
            return Instant.parse(JsonFields.text(where, json));
        } catch (DateTimeParseException e) {
            throw JsonFields.refused(where, JsonFields.shown(json), "an instant like \"2026-11-28T10:12:00Z\"");
        }
    }
}
