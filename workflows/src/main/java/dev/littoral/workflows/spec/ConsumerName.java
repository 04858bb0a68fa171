package dev.littoral.workflows.spec;

import dev.littoral.workflows.model.InvalidRequestException;
import java.util.regex.Pattern;

/** The rule for a consumer's name, which is a part of keys in the catalog. */
public final class ConsumerName {
    private static final int MAX_CHARS = 63;
    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9._-]*");

    static final String EXPECTED = "1 to 63 characters of a-z 0-9 . _ - that start with a letter or digit";

    private ConsumerName() {}

    /** Whether a name is valid. */
    public static boolean isValid(String name) {
        return name != null && name.length() <= MAX_CHARS && VALID.matcher(name).matches();
    }

    /**
     * Returns a valid name.
     *
     * @throws InvalidRequestException when it is missing, too long or has other characters
     */
    public static String check(String name) {
        if (!isValid(name)) {
            throw new InvalidRequestException("consumer is " + SecretScanner.quoted(name) + "; expected " + EXPECTED);
        }
        return name;
    }
}
