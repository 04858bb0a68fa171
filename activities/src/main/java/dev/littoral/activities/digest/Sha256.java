package dev.littoral.activities.digest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 digests, in hexadecimal. */
public final class Sha256 {
    private Sha256() {}

    /** A digest of what comes piece by piece. */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** The digest of bytes. */
    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(start().digest(bytes));
    }

    /** The first bytes of the digest of a text in UTF-8. */
    public static String hex(String text, int bytes) {
        return HexFormat.of().formatHex(start().digest(text.getBytes(StandardCharsets.UTF_8)), 0, bytes);
    }
}
