package dev.littoral.activities.verify;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A finding of the verification.
 *
 * @param object the key of a catalog object, or the path of a source's file
 * @param found what is there
 * @param expected what should be there, or null where nothing has to be
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Finding(Severity severity, String object, String found, String expected) {
    /** The finding in one sentence. */
    public String sentence() {
        return object + ": " + found + (expected == null ? "" : "; expected " + expected);
    }
}
