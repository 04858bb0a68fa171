package dev.littoral.activities.source.delta;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Z85, the base-85 encoding of ZeroMQ: five characters for four bytes. */
final class Z85 {
    private static final String DIGITS =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    private static final int BLOCK = 5;

    private static final byte[] VALUES = new byte[128];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < DIGITS.length(); i++) {
            VALUES[DIGITS.charAt(i)] = (byte) i;
        }
    }

    private Z85() {}

    /**
     * Decodes a text whose last block may be a shorter one: {@code #} and four characters for three bytes, {@code ##}
     * and three for two, {@code ###} and two for one. No block of four bytes begins so.
     *
     * @throws IOException when the text is none
     */
    static byte[] decodePadded(String text) throws IOException {
        int last = Math.max(0, text.length() - BLOCK);
        int padding = 0;
        while (padding < 3 && last + padding < text.length() && text.charAt(last + padding) == '#') {
            padding++;
        }
        if (padding == 0) {
            return decode(text);
        }
        // Zeros in front make a whole block of the same value.
        byte[] bytes = decode(text.substring(0, last) + "0".repeat(padding) + text.substring(last + padding));
        int end = bytes.length - 4;
        for (int i = end; i < end + padding; i++) {
            if (bytes[i] != 0) {
                throw new IOException(
                        "found " + text.substring(last) + ", expected " + (4 - padding) + " bytes in base 85");
            }
        }
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - padding);
        System.arraycopy(bytes, end + padding, shorter, end, 4 - padding);
        return shorter;
    }

    /**
     * Decodes.
     *
     * @throws IOException when the text is none
     */
    static byte[] decode(String text) throws IOException {
        if (text.length() % BLOCK != 0) {
            throw new IOException("found " + text.length() + " characters of base 85, expected a multiple of 5");
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length() / BLOCK * 4);
        for (int i = 0; i < text.length(); i += BLOCK) {
            long value = 0;
            for (int j = i; j < i + BLOCK; j++) {
                char c = text.charAt(j);
                int digit = c < VALUES.length ? VALUES[c] : -1;
                if (digit < 0) {
                    throw new IOException("found the character " + c + ", expected one of base 85");
                }
                value = value * 85 + digit;
            }
            if (value > 0xffffffffL) {
                throw new IOException("found " + text.substring(i, i + BLOCK) + ", expected four bytes in base 85");
            }
            bytes.putInt((int) value);
        }
        return bytes.array();
    }
}
