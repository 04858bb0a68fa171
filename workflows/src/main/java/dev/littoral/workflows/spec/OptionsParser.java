package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Json;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Parses and validates a collection's options, with their bounds and defaults. Pure and deterministic. */
public final class OptionsParser {
    private static final long MAX_TARGET_ROWS = 1L << 40;
    private static final Duration MIN_REFRESH = Duration.ofSeconds(1);
    private static final Duration MIN_STALENESS = Duration.ofSeconds(10);
    private static final Duration MAX_REFRESH = Duration.ofDays(365);

    /** The longest an update may run, and a day. */
    private static final Duration MIN_KEEP = Duration.ofDays(2);

    private static final Duration MAX_KEEP = Duration.ofDays(3_650);

    /** Clocks may differ by a minute, which is little of it. */
    private static final Duration MIN_FORGET = Duration.ofHours(1);

    private static final double MAX_DEAD_SHARE = 0.9;

    private static final int MAX_SINKS = 10;

    private static final Set<String> KEYS = JsonFields.keys(
            "targetRowsPerSegment",
            "refreshEvery",
            "allowEmpty",
            "maxDropShare",
            "keepVersionsFor",
            "maxDeadShare",
            "forgetConsumersAfter",
            "notify",
            "maxStaleness",
            "consumers",
            "maxAhead");

    private OptionsParser() {}

    static CollectionOptions parse(JsonNode json) {
        if (isAbsent(json)) {
            return CollectionOptions.DEFAULTS;
        }
        JsonFields.object("options", json, KEYS);
        CollectionOptions options = new CollectionOptions(
                JsonFields.whole(
                        "options.targetRowsPerSegment",
                        json.get("targetRowsPerSegment"),
                        CollectionOptions.DEFAULT_TARGET_ROWS,
                        MAX_TARGET_ROWS,
                        "a whole number of rows"),
                JsonFields.duration("options.refreshEvery", json.get("refreshEvery"), MIN_REFRESH, MAX_REFRESH, null),
                JsonFields.flag("options.allowEmpty", json.get("allowEmpty")),
                maxDropShare(json.get("maxDropShare")),
                JsonFields.duration(
                        "options.keepVersionsFor",
                        json.get("keepVersionsFor"),
                        MIN_KEEP,
                        MAX_KEEP,
                        CollectionOptions.DEFAULTS.keepVersionsFor()),
                maxDeadShare(json.get("maxDeadShare")),
                forgetConsumersAfter("options.forgetConsumersAfter", json.get("forgetConsumersAfter")),
                sinks(json.get("notify")),
                JsonFields.duration("options.maxStaleness", json.get("maxStaleness"), MIN_STALENESS, MAX_REFRESH, null),
                ConsumerOptions.names(json.get("consumers")),
                ConsumerOptions.maxAhead(json.get("maxAhead"), json.get("consumers")));
        checkRefresh(options.refreshEvery(), options.maxStaleness());
        return options;
    }

    private static void checkRefresh(Duration refreshEvery, Duration maxStaleness) {
        if (refreshEvery != null && maxStaleness != null && refreshEvery.compareTo(maxStaleness) > 0) {
            throw JsonFields.refused(
                    "options.refreshEvery", refreshEvery.toString(), "at most options.maxStaleness, " + maxStaleness);
        }
    }

    /**
     * Checks the options of an activity's input by the rules for messages.
     *
     * @throws InvalidRequestException when no message could have brought them
     */
    public static void check(CollectionOptions options) {
        if (options == null) {
            throw new InvalidRequestException("options is missing; expected those of the collection");
        }
        parse(Json.tree(options));
    }

    /**
     * Checks how long versions are kept, 2 to 3,650 days.
     *
     * @throws InvalidRequestException when it is missing or out of bounds
     */
    public static void checkKeepVersionsFor(Duration duration) {
        if (duration == null) {
            throw new InvalidRequestException("keepVersionsFor is missing; expected that of the collection's options");
        }
        JsonFields.duration("keepVersionsFor", Json.tree(duration.toString()), MIN_KEEP, MAX_KEEP, null);
    }

    /**
     * Checks how long consumers can keep versions, 1 hour to 3,650 days, or 0.
     *
     * @throws InvalidRequestException when it is out of bounds
     */
    public static void checkForgetConsumersAfter(Duration duration) {
        forgetConsumersAfter("forgetConsumersAfter", Json.tree(duration.toString()));
    }

    private static Duration forgetConsumersAfter(String where, JsonNode json) {
        Duration duration = JsonFields.duration(
                where, json, Duration.ZERO, MAX_KEEP, CollectionOptions.DEFAULTS.forgetConsumersAfter());
        if (!duration.isZero() && duration.compareTo(MIN_FORGET) < 0) {
            throw JsonFields.refused(
                    where,
                    JsonFields.shown(json),
                    "PT0S, or an ISO-8601 duration from " + MIN_FORGET + " to " + MAX_KEEP);
        }
        return duration;
    }

    private static List<String> sinks(JsonNode json) {
        Set<String> sinks = new TreeSet<>();
        for (JsonNode each : JsonFields.list("options.notify", json)) {
            sinks.add(SinkName.check("options.notify[]", JsonFields.text("options.notify[]", each)));
        }
        if (sinks.size() > MAX_SINKS) {
            throw new InvalidRequestException(
                    "options.notify has " + sinks.size() + " sinks; expected at most " + MAX_SINKS);
        }
        return sinks.isEmpty() ? null : List.copyOf(sinks);
    }

    private static double maxDropShare(JsonNode json) {
        if (isAbsent(json)) {
            return CollectionOptions.DEFAULTS.maxDropShare();
        }
        if (!json.isNumber() || !(json.doubleValue() > 0) || json.doubleValue() > 1) {
            throw JsonFields.refused("options.maxDropShare", JsonFields.shown(json), "a number above 0 and up to 1");
        }
        return json.doubleValue();
    }

    private static double maxDeadShare(JsonNode json) {
        if (isAbsent(json)) {
            return CollectionOptions.DEFAULTS.maxDeadShare();
        }
        if (!json.isNumber() || !(json.doubleValue() >= 0) || json.doubleValue() > MAX_DEAD_SHARE) {
            throw JsonFields.refused("options.maxDeadShare", JsonFields.shown(json), "a number from 0 to 0.9");
        }
        return json.doubleValue();
    }
}
