package dev.littoral.workflows.spec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.PrintableText;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A strict reader of the fields of JSON objects. {@code where} is the field's path, for messages. What has
 * another type or value than expected is refused with {@link InvalidRequestException}.
 */
final class JsonFields {
    static final int MAX_URI_CHARS = 2_048;
    static final int MAX_TEXT_CHARS = 1_024;
    private static final int MAX_ENTRIES = 1_000;

    private JsonFields() {}

    static Set<String> keys(String... keys) {
        return new TreeSet<>(List.of(keys));
    }

    static boolean isAbsent(JsonNode json) {
        return json == null || json.isNull() || json.isMissingNode();
    }

    /** Checks that it is an object with none but these keys. */
    static void object(String where, JsonNode json, Set<String> keys) {
        if (!json.isObject()) {
            throw refused(where, kind(json), "an object with the keys " + String.join(", ", keys));
        }
        json.fieldNames().forEachRemaining(key -> {
            if (keys.contains(key)) {
                return;
            }
            if (SecretScanner.isSecretName(key)) {
                String named = SecretScanner.isPlainName(key) ? where + "." + key : "a key of " + where;
                throw new InvalidRequestException(
                        named + " looks like a secret; a source never holds one: name a profile in the spec");
            }
            throw new InvalidRequestException(where + " has the unknown key " + SecretScanner.quotedName(key)
                    + "; expected " + String.join(", ", keys));
        });
    }

    static Iterable<JsonNode> list(String where, JsonNode json) {
        if (isAbsent(json)) {
            return List.of();
        }
        if (!json.isArray()) {
            throw refused(where, kind(json), "a list");
        }
        if (json.size() > MAX_ENTRIES) {
            throw new InvalidRequestException(
                    where + " has " + json.size() + " entries; expected at most " + MAX_ENTRIES);
        }
        return json;
    }

    static String text(String where, JsonNode json) {
        return text(where, json, MAX_TEXT_CHARS);
    }

    static String text(String where, JsonNode json, int maxChars) {
        if (!json.isTextual()) {
            throw refused(where, kind(json), "a text");
        }
        String text = json.textValue();
        // First, as the time of the checks below grows with the text, and a workflow task's is limited.
        if (text.length() > maxChars) {
            throw new InvalidRequestException(
                    where + " has " + text.length() + " characters; expected at most " + maxChars);
        }
        if (SecretScanner.isSecret(text)) {
            throw SecretScanner.refused(where);
        }
        if (!PrintableText.isEncodable(text)) {
            throw new InvalidRequestException(where + " holds half a Unicode character; expected whole ones");
        }
        return text;
    }

    /** One of two words; an absent field means the first. */
    static <T> T choice(String where, JsonNode json, String first, T ofFirst, String second, T ofSecond) {
        if (isAbsent(json)) {
            return ofFirst;
        }
        String text = text(where, json);
        if (!text.equals(first) && !text.equals(second)) {
            throw refused(where, SecretScanner.quoted(text), "\"" + first + "\" or \"" + second + "\"");
        }
        return text.equals(first) ? ofFirst : ofSecond;
    }

    static boolean flag(String where, JsonNode json) {
        if (isAbsent(json)) {
            return false;
        }
        if (!json.isBoolean()) {
            throw refused(where, shown(json), "true or false");
        }
        return json.booleanValue();
    }

    /** A whole number from 1 to {@code most}. */
    static long whole(String where, JsonNode json, long absent, long most, String expected) {
        if (isAbsent(json)) {
            return absent;
        }
        if (!json.isIntegralNumber() || !json.canConvertToLong() || json.longValue() < 1 || json.longValue() > most) {
            throw refused(where, shown(json), expected + " from 1 to " + most);
        }
        return json.longValue();
    }

    static Duration duration(String where, JsonNode json, Duration least, Duration most, Duration absent) {
        if (isAbsent(json)) {
            return absent;
        }
        if (json.isTextual()) {
            try {
                Duration duration = Duration.parse(text(where, json));
                if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
                    return duration;
                }
            } catch (DateTimeParseException e) {
                // Refused below, as one out of bounds is.
            }
        }
        throw refused(where, shown(json), "an ISO-8601 duration from " + least + " to " + most);
    }

    static InvalidRequestException refused(String where, String found, String expected) {
        return new InvalidRequestException(where + " is " + found + "; expected " + expected);
    }

    /** The kind of value, in words. */
    static String kind(JsonNode json) {
        return switch (json.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            // What could not be read, in words.
            case POJO -> json.asText();
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case BINARY -> "bytes";
            case NULL, MISSING -> "nothing";
        };
    }

    /** The value where it is simple and no secret, else its kind. */
    static String shown(JsonNode json) {
        if (json.isTextual()) {
            return SecretScanner.isSecret(json.textValue())
                    ? "what looks like a credential"
                    : SecretScanner.quoted(json.textValue());
        }
        return json.isValueNode() ? PrintableText.value(json.toString()) : kind(json);
    }
}
