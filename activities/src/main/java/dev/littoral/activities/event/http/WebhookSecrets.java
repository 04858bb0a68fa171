package dev.littoral.activities.event.http;

import dev.littoral.activities.event.SinkException;
import dev.littoral.activities.failure.LittoralException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The secrets of a sink, {@code whsec_} and base64 each, with spaces or lines between them: while a secret is replaced
 * there are two. They are read when they are used, so that a file can be replaced while the worker runs. No message
 * repeats one.
 */
final class WebhookSecrets {
    private static final String FILE = "file:";
    private static final String VARIABLE = "env:";
    private static final String PREFIX = "whsec_";

    /** The bounds of Standard Webhooks. */
    private static final int MIN_BYTES = 24;

    private static final int MAX_BYTES = 64;

    private static final int MAX_SECRETS = 4;
    private static final int MAX_FILE = 4_096;

    private final String where;
    private final UnaryOperator<String> environment;

    /**
     * Secrets.
     *
     * @param where {@code file:/path} or {@code env:NAME}
     */
    WebhookSecrets(String where, UnaryOperator<String> environment) {
        this.where = where;
        this.environment = environment;
    }

    /** Whether a text says where secrets are, and is none itself. */
    static boolean isPlace(String text) {
        return (text.startsWith(FILE) && text.length() > FILE.length())
                || text.matches(VARIABLE + "[A-Za-z_][A-Za-z0-9_]{0,127}");
    }

    /**
     * The secrets, at least one.
     *
     * @throws SinkException when they cannot be read or are none
     */
    List<byte[]> read() {
        try {
            return parse();
        } catch (LittoralException e) {
            throw SinkException.refused("has no secret to sign with: " + e.getMessage(), null);
        }
    }

    /**
     * The secrets, at least one.
     *
     * @throws LittoralException INPUT when they cannot be read or are none
     */
    List<byte[]> parse() {
        List<byte[]> secrets = new ArrayList<>();
        for (String word : text().strip().split("\\s+", -1)) {
            secrets.add(secret(word));
        }
        if (secrets.size() > MAX_SECRETS) {
            throw LittoralException.input(
                    where + " has " + secrets.size() + " secrets; expected at most " + MAX_SECRETS);
        }
        return secrets;
    }

    private byte[] secret(String word) {
        try {
            byte[] key = word.startsWith(PREFIX)
                    ? Base64.getDecoder().decode(word.substring(PREFIX.length()).getBytes(StandardCharsets.UTF_8))
                    : new byte[0];
            if (key.length >= MIN_BYTES && key.length <= MAX_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // No base64; the decoder's sentence would repeat some of it.
        }
        throw LittoralException.input(
                where + " has what is no secret of Standard Webhooks; expected whsec_ and the base64 of " + MIN_BYTES
                        + " to " + MAX_BYTES + " bytes, and a space before another");
    }

    private String text() {
        if (where.startsWith(VARIABLE)) {
            String value = environment.apply(where.substring(VARIABLE.length()));
            if (value == null || value.isBlank()) {
                throw LittoralException.input(where + " is not set in the worker's environment");
            }
            return value;
        }
        try (var in = Files.newInputStream(Path.of(where.substring(FILE.length())))) {
            byte[] bytes = in.readNBytes(MAX_FILE + 1);
            if (bytes.length > MAX_FILE) {
                throw LittoralException.input(where + " has more than " + MAX_FILE + " bytes; expected secrets alone");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException | InvalidPathException e) {
            throw LittoralException.input(
                    where + " cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }
}
