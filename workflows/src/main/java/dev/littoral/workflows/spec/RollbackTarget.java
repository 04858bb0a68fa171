package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.PrintableText;
import dev.littoral.workflows.model.VersionRequest;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The target of a rollback that a message asks for.
 *
 * @param version the version whose snapshot is to be served again
 * @param reason why, in words on one line, or null
 */
public record RollbackTarget(long version, String reason) {
    private static final long MAX_VERSION = 9_999_999_998L;
    private static final int MAX_REASON_CHARS = 200;
    private static final String REASON = "rollback.reason";
    private static final Set<String> KEYS = JsonFields.keys("version", "reason");

    /** What the sentence in the log begins with, before the version's number. */
    private static final String DONE = "rolled back to version ";

    /**
     * Parses and validates what a message asks for. Pure and deterministic.
     *
     * @throws InvalidRequestException in one sentence, without a value that may be a secret
     */
    public static RollbackTarget parse(VersionRequest request) {
        JsonNode json = request == null ? null : request.json();
        if (isAbsent(json)) {
            throw new InvalidRequestException(
                    "rollback is missing; expected an object like {\"version\":3,\"reason\":\"a bad load\"}");
        }
        JsonFields.object("rollback", json, KEYS);
        if (isAbsent(json.get("version"))) {
            throw new InvalidRequestException("rollback.version is missing; expected a version's number");
        }
        return new RollbackTarget(
                JsonFields.whole("rollback.version", json.get("version"), 0, MAX_VERSION, "a version's number"),
                reason(json.get("reason")));
    }

    private static String reason(JsonNode json) {
        if (isAbsent(json)) {
            return null;
        }
        boolean bounded = json.isTextual() && json.textValue().length() <= MAX_REASON_CHARS;
        if (bounded && holdsSecret(json.textValue())) {
            throw new InvalidRequestException(
                    REASON + " holds what looks like a credential; expected words that anybody may read");
        }
        String text = JsonFields.text(REASON, json, MAX_REASON_CHARS);
        if (text.isBlank() || !text.codePoints().allMatch(PrintableText::isShown)) {
            throw JsonFields.refused(REASON, SecretScanner.quoted(text), "words on one line");
        }
        return text;
    }

    private static boolean holdsSecret(String text) {
        return SecretScanner.isSecret(text) || Stream.of(text.split("\\s+")).anyMatch(SecretScanner::isKey);
    }

    /**
     * Checks the rollback of an activity's input by the rules for messages.
     *
     * @throws InvalidRequestException when no message could have brought it
     */
    public static void check(long version, String reason) {
        parse(VersionRequest.of(version, reason));
    }

    /** The reason in the log: {@code rolled back to version 3: a bad load}. */
    public String sentence() {
        return DONE + version + (reason == null ? "" : ": " + reason);
    }

    /** What a collection says while it does not refresh because of the version with this reason, or null. */
    public static String paused(String reason) {
        String sentence = reason == null ? "rolled back" : reason;
        int colon = sentence.indexOf(": ");
        String done = colon < 0 ? sentence : sentence.substring(0, colon);
        return done + ", refreshing is paused until resume" + sentence.substring(done.length());
    }
}
