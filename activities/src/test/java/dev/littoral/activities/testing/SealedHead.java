package dev.littoral.activities.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A head version's text as the catalog's format has it: its own digest is its last field. */
public final class SealedHead {
    private SealedHead() {}

    /** Seals a version; a digest that it has already is replaced. */
    public static String of(ObjectNode head) {
        String whole = head.deepCopy().without("sha256").toString();
        String text = whole.substring(0, whole.length() - 1);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return text + ",\"sha256\":\"" + HexFormat.of().formatHex(digest) + "\"}";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
