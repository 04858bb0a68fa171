package dev.littoral.workflows.spec;

import dev.littoral.workflows.model.InvalidRequestException;
import java.util.regex.Pattern;

/** The rule for a collection's id, which is a Temporal workflow ID and a part of keys in the catalog. */
public final class CollectionId {
    private static final int MAX_CHARS = 200;
    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9._=-]*");

    private CollectionId() {}

    /**
     * Returns a valid id.
     *
     * @throws InvalidRequestException when it is missing, too long or has other characters
     */
    public static String check(String id) {
        if (id == null
                || id.length() > MAX_CHARS
                || id.contains("..")
                || !VALID.matcher(id).matches()) {
            throw new InvalidRequestException("collectionId is " + SecretScanner.quoted(id) + "; expected 1 to 200"
                    + " characters of a-z 0-9 . _ = - that start with a letter or digit, without two dots in a row");
        }
        return id;
    }
}
