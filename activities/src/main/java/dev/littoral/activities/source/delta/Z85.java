package dev.littoral.activities.source.delta;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Z85, the base-85 encoding of ZeroMQ: five characters for four bytes. */
final class Z85 {
    private static final String DIGITS =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    private static final byte[] VALUES = new byte[128];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < DIGITS.length(); i++) {
            VALUES[DIGITS.charAt(i)] = (byte) i;
        }
    }

    private Z85() {}

    /**
     * Decodes.
     *
     * @throws IOException when the text is none
     */
    static byte[] decode(String text) throws IOException {
        if (text.length() % 5 != 0) {
            throw new IOException("found " + text.length() + " characters of base 85, expected a multiple of 5");
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length() / 5 * 4);
        for (int i = 0; i < text.length(); i += 5) {
            long value = 0;
            for (int j = i; j < i + 5; j++) {
                char c = text.charAt(j);
                int digit = c < VALUES.length ? VALUES[c] : -1;
                if (digit < 0) {
                    throw new IOException("found the character " + c + ", expected one of base 85");
                }
                value = value * 85 + digit;
            }
            if (value > 0xffffffffL) {
                throw new IOException("found " + text.substring(i, i + 5) + ", expected four bytes in base 85");
            }
            bytes.putInt((int) value);
        }
        return bytes.array();
    }
}
