package dev.littoral.activities.secret;

import dev.littoral.activities.failure.LittoralException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * Where a secret is: {@code file:/path} or {@code env:NAME}. It is read when it is used, so that a file can be replaced
 * while the worker runs. No message repeats a secret.
 *
 * @param where the place, which is no secret itself
 * @param environment gives the value of a variable, or null
 */
public record SecretPlace(String where, UnaryOperator<String> environment) {
    private static final String FILE = "file:";
    private static final String VARIABLE = "env:";

    /** More than any secret has: a token of OAuth2 may have several kilobytes. */
    private static final int MAX_BYTES = 1 << 16;

    /** A secret in this process's environment, or in a file. */
    public SecretPlace(String where) {
        this(where, System::getenv);
    }

    /**
     * The place that a setting names.
     *
     * @param setting as a sentence begins with it
     * @throws LittoralException INPUT when it names none, and may be the secret itself, which is not repeated
     */
    public static SecretPlace of(String setting, String text) {
        if (!isPlace(text)) {
            throw LittoralException.input(setting + " is in no place that is known; expected file:/path or env:NAME, as"
                    + " everybody on a machine sees options");
        }
        return new SecretPlace(text);
    }

    /** Whether a text says where a secret is, and is none itself. */
    private static boolean isPlace(String text) {
        return (text.startsWith(FILE) && text.length() > FILE.length())
                || text.matches(VARIABLE + "[A-Za-z_][A-Za-z0-9_]{0,127}");
    }

    /**
     * What is there, without blanks around it.
     *
     * @throws LittoralException INPUT when it cannot be read or there is nothing
     */
    public String read() {
        String text = text().strip();
        if (text.isEmpty()) {
            throw LittoralException.input(
                    where.startsWith(VARIABLE)
                            ? where + " is not set in the worker's environment"
                            : where + " is empty; expected a secret");
        }
        return text;
    }

    private String text() {
        if (where.startsWith(VARIABLE)) {
            String value = environment.apply(where.substring(VARIABLE.length()));
            return value == null ? "" : value;
        }
        try (var in = Files.newInputStream(Path.of(where.substring(FILE.length())))) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw LittoralException.input(where + " has more than " + MAX_BYTES + " bytes; expected secrets alone");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException | InvalidPathException e) {
            throw LittoralException.input(
                    where + " cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }
}
