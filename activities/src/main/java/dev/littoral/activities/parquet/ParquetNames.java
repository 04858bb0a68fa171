package dev.littoral.activities.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HexFormat;

/** Names and bytes of a file, made printable for messages. */
final class ParquetNames {
    private static final int MAX_BYTES = 120;

    private ParquetNames() {}

    /** A name, cut where it is long; control characters become blanks, so that a message stays one line. */
    static String shown(byte[] bytes, int start, int length) {
        String text = new String(bytes, start, Math.min(length, MAX_BYTES), UTF_8).replaceAll("\\p{Cntrl}", " ");
        return length > MAX_BYTES ? text + "…" : text;
    }

    /** Printable ASCII as it is, other bytes as {@code \xNN}. */
    static String escaped(byte[] bytes, int start, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = start; i < start + length; i++) {
            int b = bytes[i] & 0xff;
            if (b > ' ' && b < 0x7f && b != '\\') {
                text.append((char) b);
            } else {
                text.append("\\x").append(HexFormat.of().toHexDigits(bytes[i]));
            }
        }
        return text.toString();
    }
}
