package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Json;
import java.util.ArrayList;
import java.util.List;

/** Parses and validates the options of a collection about its consumers. Pure and deterministic. */
public final class ConsumerOptions {
    private static final int MAX_CONSUMERS = 20;
    private static final int MAX_AHEAD = 1_000;

    private ConsumerOptions() {}

    /**
     * Checks the names of consumers.
     *
     * @throws InvalidRequestException when no message could have brought them
     */
    public static void check(List<String> names) {
        if (names == null) {
            throw new InvalidRequestException("options.consumers is missing; expected a list, which may be empty");
        }
        names(Json.tree(names));
    }

    static List<String> names(JsonNode json) {
        if (isAbsent(json)) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (JsonNode each : JsonFields.list("options.consumers", json)) {
            String where = "options.consumers[" + names.size() + "]";
            String name = JsonFields.text(where, each);
            if (!ConsumerName.isValid(name)) {
                throw JsonFields.refused(where, SecretScanner.quoted(name), ConsumerName.EXPECTED);
            }
            if (names.contains(name)) {
                throw new InvalidRequestException("options.consumers names " + name + " twice; expected each once");
            }
            names.add(name);
        }
        if (names.size() > MAX_CONSUMERS) {
            throw new InvalidRequestException(
                    "options.consumers has " + names.size() + " entries; expected at most " + MAX_CONSUMERS);
        }
        return names.isEmpty() ? null : List.copyOf(names);
    }

    static Integer maxAhead(JsonNode json, JsonNode consumers) {
        if (isAbsent(json)) {
            return null;
        }
        int most = (int) JsonFields.whole("options.maxAhead", json, 0, MAX_AHEAD, "a whole number of versions");
        if (isAbsent(consumers) || consumers.isEmpty()) {
            throw new InvalidRequestException(
                    "options.maxAhead is given without options.consumers; expected the names of those to wait for");
        }
        return most;
    }
}
