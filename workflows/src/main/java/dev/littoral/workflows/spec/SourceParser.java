package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SourceRequest;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Parses and validates an external source as a message has it: a URI and a spec. Pure and deterministic. */
public final class SourceParser {
    /** A source is in many events of a history, and a hundred times in what a collection hands to its next run. */
    private static final int MAX_SOURCE_BYTES = 1 << 16;

    private static final Pattern PROFILE = Pattern.compile("[A-Za-z0-9._@:/+-]{1,128}");
    private static final Set<String> KEYS = JsonFields.keys("uri", "spec");

    private SourceParser() {}

    /**
     * Parses the source of a message.
     *
     * @throws InvalidRequestException in one sentence, without a value that may be a secret
     */
    public static ExternalSource parse(SourceRequest request) {
        JsonNode json = request == null ? null : request.json();
        if (isAbsent(json)) {
            throw new InvalidRequestException(
                    "source is missing; expected an object like {\"uri\":\"" + SourceScheme.S3.example() + "\"}");
        }
        return parse("source", json);
    }

    /**
     * Checks the source of an activity's input by the rules for messages.
     *
     * @throws InvalidRequestException when no message could have brought it
     */
    public static void check(ExternalSource source) {
        if (!parse(SourceRequest.of(source)).equals(source)) {
            throw new InvalidRequestException(
                    "source is written otherwise than a message's is; expected what was read of one");
        }
    }

    /** Whether a text can be the name of a profile of the shared AWS configuration. */
    public static boolean isProfile(String text) {
        return PROFILE.matcher(text).matches();
    }

    static ExternalSource parse(String where, JsonNode json) {
        JsonFields.object(where, json, KEYS);
        JsonNode uri = json.get("uri");
        if (isAbsent(uri)) {
            throw new InvalidRequestException(where + ".uri is missing; expected " + SourceScheme.examples());
        }
        String at = where + ".uri";
        String given = JsonFields.text(at, uri, JsonFields.MAX_URI_CHARS);
        ExternalSource source = CatalogTable.isAddress(given)
                ? new ExternalSource(
                        CatalogTable.checked(at, given),
                        spec(where + ".spec", json.get("spec"), List.of(SpecFormat.ICEBERG)))
                : new ExternalSource(
                        SourceScheme.checkedUri(at, given), spec(where + ".spec", json.get("spec"), SpecFormat.ALL));
        int bytes = Json.bytes(source);
        if (bytes > MAX_SOURCE_BYTES) {
            throw new InvalidRequestException(
                    where + " has " + bytes + " bytes as JSON; expected at most " + MAX_SOURCE_BYTES);
        }
        return source;
    }

    /**
     * Parses a spec.
     *
     * @param formats that the source can have; the first is meant where none is named
     */
    private static ExternalSpec spec(String where, JsonNode json, List<SpecFormat> formats) {
        JsonNode spec = isAbsent(json) ? JsonNodeFactory.instance.objectNode() : json;
        JsonFields.object(where, spec, SpecFormat.allKeys());
        JsonNode format = spec.get("format");
        return (isAbsent(format) ? formats.get(0) : SpecFormat.parse(where + ".format", format, formats))
                .parseSpec(where, spec);
    }

    static String profile(String where, JsonNode json) {
        if (isAbsent(json)) {
            return null;
        }
        String profile = JsonFields.text(where, json);
        // A name is repeated wherever the profile is missing, or not allowed.
        if (SecretScanner.isKey(profile) || SecretScanner.isRandom(profile)) {
            throw SecretScanner.refused(where);
        }
        if (!isProfile(profile)) {
            throw new InvalidRequestException(
                    where + " is no profile's name; expected one of the shared AWS configuration");
        }
        return profile;
    }
}
