package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.InvalidRequestException;
import java.util.Set;

/**
 * A collection's validated input.
 *
 * @param source the source to follow, or null
 * @param options the options, with defaults for what was left out
 */
public record CollectionStart(ExternalSource source, CollectionOptions options) {
    private static final Set<String> KEYS = JsonFields.keys("source", "options");

    /**
     * Parses a collection's input. A missing one is empty.
     *
     * @throws InvalidRequestException in one sentence, without a value that may be a secret
     */
    public static CollectionStart parse(CollectionInput input) {
        JsonNode json = input == null ? null : input.json();
        if (isAbsent(json)) {
            return new CollectionStart(null, CollectionOptions.DEFAULTS);
        }
        JsonFields.object("input", json, KEYS);
        JsonNode source = json.get("source");
        return new CollectionStart(
                isAbsent(source) ? null : SourceParser.parse("source", source),
                OptionsParser.parse(json.get("options")));
    }
}
