package dev.littoral.activities.event.http;

import dev.littoral.activities.event.SinkException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.secret.SecretPlace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The secrets of a sink, {@code whsec_} and base64 each, with spaces or lines between them: while a secret is replaced
 * there are two. They are read when they are used, so that a file can be replaced while the worker runs. No message
 * repeats one.
 */
final class WebhookSecrets {
    private static final String PREFIX = "whsec_";

    /** The bounds of Standard Webhooks. */
    private static final int MIN_BYTES = 24;

    private static final int MAX_BYTES = 64;

    private static final int MAX_SECRETS = 4;

    private final SecretPlace place;

    WebhookSecrets(SecretPlace place) {
        this.place = place;
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
        for (String word : place.read().split("\\s+", -1)) {
            secrets.add(secret(word));
        }
        if (secrets.size() > MAX_SECRETS) {
            throw LittoralException.input(
                    place.where() + " has " + secrets.size() + " secrets; expected at most " + MAX_SECRETS);
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
                place.where() + " has what is no secret of Standard Webhooks; expected whsec_ and the base64 of "
                        + MIN_BYTES + " to " + MAX_BYTES + " bytes, and a space before another");
    }
}
