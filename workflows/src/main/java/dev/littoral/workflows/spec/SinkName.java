package dev.littoral.workflows.spec;

import dev.littoral.workflows.model.InvalidRequestException;
import java.util.regex.Pattern;

/** The rule for the name of a sink, which a worker's settings give it and a collection's options pick. */
public final class SinkName {
    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /** The rule in words. */
    public static final String EXPECTED = "1 to 63 characters of a-z 0-9 - that start with a letter or digit";

    private SinkName() {}

    /** Whether it is one. */
    public static boolean isValid(String name) {
        return name != null && VALID.matcher(name).matches();
    }

    /**
     * Returns a valid name.
     *
     * @throws InvalidRequestException when it is missing, too long or has other characters
     */
    public static String check(String where, String name) {
        if (!isValid(name)) {
            throw new InvalidRequestException(
                    where + " is " + SecretScanner.quoted(name) + "; expected a sink's name, " + EXPECTED);
        }
        return name;
    }
}
