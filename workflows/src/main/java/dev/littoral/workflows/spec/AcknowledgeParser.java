package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.AcknowledgeRequest;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.PrintableText;
import dev.littoral.workflows.model.SegmentProgress;
import java.util.Set;

/** Parses and validates what a consumer says of a version in a message. Pure and deterministic. */
public final class AcknowledgeParser {
    private static final String WHERE = "acknowledge";
    private static final long MAX_VERSION = 9_999_999_998L;
    private static final long MAX_COUNT = 1L << 60;
    private static final int MAX_REASON_CHARS = 1_000;
    private static final Set<String> KEYS =
            JsonFields.keys("consumer", "version", "state", "rows", "segments", "reason");
    private static final Set<String> SEGMENT_KEYS = JsonFields.keys("done", "failed", "total");

    private AcknowledgeParser() {}

    /**
     * Parses an answer.
     *
     * @throws InvalidRequestException in one sentence
     */
    public static AcknowledgeRequest parse(String collectionId, AcknowledgeMessage message) {
        JsonNode json = message == null ? null : message.json();
        if (isAbsent(json)) {
            throw new InvalidRequestException("acknowledge is missing; expected an object like"
                    + " {\"consumer\":\"search\",\"version\":3,\"rows\":30,\"segments\":{\"done\":2,\"total\":2}}");
        }
        JsonFields.object(WHERE, json, KEYS);
        String consumer = consumer(WHERE, json.get("consumer"));
        if (isAbsent(json.get("version"))) {
            throw new InvalidRequestException("acknowledge.version is missing; expected a version's number");
        }
        long version = version(WHERE, json.get("version"));
        ConsumerState state = state(json.get("state"));
        JsonNode rows = json.get("rows");
        JsonNode segments = json.get("segments");
        JsonNode reason = json.get("reason");
        boolean serves = state == ConsumerState.SERVING;
        require("rows", rows, state, serves, serves);
        require("segments", segments, state, serves, state != ConsumerState.GONE);
        require("reason", reason, state, state == ConsumerState.FAILED, state == ConsumerState.FAILED);
        return new AcknowledgeRequest(
                collectionId,
                consumer,
                version,
                state,
                isAbsent(rows) ? null : count("acknowledge.rows", rows),
                isAbsent(segments) ? null : segments(segments),
                isAbsent(reason) ? null : reason(reason));
    }

    /**
     * Checks an activity's input by the rules for messages.
     *
     * @throws InvalidRequestException when no message could have brought it
     */
    public static void check(AcknowledgeRequest request) {
        if (request.state() == null) {
            throw new InvalidRequestException("acknowledge.state is missing; expected SERVING, FAILED or GONE");
        }
        parse(
                request.collectionId(),
                AcknowledgeMessage.of(
                        request.consumer(),
                        request.version(),
                        request.state(),
                        request.rows(),
                        request.segments(),
                        request.reason()));
    }

    private static void require(String name, JsonNode json, ConsumerState state, boolean needed, boolean allowed) {
        if (needed && isAbsent(json)) {
            throw new InvalidRequestException(WHERE + "." + name + " is missing; expected it with " + state);
        }
        if (!allowed && !isAbsent(json)) {
            throw new InvalidRequestException(
                    WHERE + "." + name + " is given with " + state + "; expected it to be left out");
        }
    }

    static String consumer(String where, JsonNode json) {
        if (isAbsent(json)) {
            throw new InvalidRequestException(where + ".consumer is missing; expected a consumer's name");
        }
        return ConsumerName.check(JsonFields.text(where + ".consumer", json));
    }

    static long version(String where, JsonNode json) {
        return JsonFields.whole(where + ".version", json, 0, MAX_VERSION, "a version's number");
    }

    private static ConsumerState state(JsonNode json) {
        if (isAbsent(json)) {
            return ConsumerState.SERVING;
        }
        String text = JsonFields.text("acknowledge.state", json);
        return switch (text) {
            case "SERVING" -> ConsumerState.SERVING;
            case "FAILED" -> ConsumerState.FAILED;
            case "GONE" -> ConsumerState.GONE;
            default ->
                throw JsonFields.refused("acknowledge.state", SecretScanner.quoted(text), "SERVING, FAILED or GONE");
        };
    }

    private static SegmentProgress segments(JsonNode json) {
        JsonFields.object("acknowledge.segments", json, SEGMENT_KEYS);
        if (isAbsent(json.get("done"))) {
            throw new InvalidRequestException("acknowledge.segments.done is missing; expected how many are built");
        }
        long done = count("acknowledge.segments.done", json.get("done"));
        long failed = isAbsent(json.get("failed")) ? 0 : count("acknowledge.segments.failed", json.get("failed"));
        JsonNode total = json.get("total");
        return new SegmentProgress(
                done, failed, isAbsent(total) ? done + failed : count("acknowledge.segments.total", total));
    }

    private static long count(String where, JsonNode json) {
        if (!json.isIntegralNumber()
                || !json.canConvertToLong()
                || json.longValue() < 0
                || json.longValue() > MAX_COUNT) {
            throw JsonFields.refused(where, JsonFields.shown(json), "a whole number from 0 to " + MAX_COUNT);
        }
        return json.longValue();
    }

    private static String reason(JsonNode json) {
        String text = JsonFields.text("acknowledge.reason", json, MAX_REASON_CHARS);
        if (text.isBlank() || !text.codePoints().allMatch(PrintableText::isShown)) {
            throw JsonFields.refused("acknowledge.reason", SecretScanner.quoted(text), "words on one line");
        }
        return text;
    }
}
