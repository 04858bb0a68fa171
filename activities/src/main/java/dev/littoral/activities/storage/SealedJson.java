package dev.littoral.activities.storage;

import dev.littoral.activities.digest.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A JSON object that ends with its own checksum: its last field, {@code sha256}, is the SHA-256 of all bytes before it,
 * up to and without the comma. So an edit by hand is noticed where nothing else names the object.
 */
public final class SealedJson {
    private static final byte[] FIELD = ",\"sha256\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int HEX_DIGITS = 64;

    private SealedJson() {}

    /**
     * The object with its checksum.
     *
     * @param json one JSON object with a field at least, without white space at its end
     */
    public static byte[] seal(byte[] json) {
        byte[] before = Arrays.copyOf(json, json.length - 1);
        byte[] end = (Sha256.hex(before) + "\"}").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(before.length + FIELD.length + end.length)
                .put(before)
                .put(FIELD)
                .put(end)
                .array();
    }

    /**
     * The object without its checksum, which is right.
     *
     * @throws IOException when it is not, with what was found and expected
     */
    public static byte[] unseal(byte[] sealed) throws IOException {
        int end = sealed.length - HEX_DIGITS - 2;
        int start = end - FIELD.length;
        if (start < 0 || !Arrays.equals(sealed, start, end, FIELD, 0, FIELD.length)) {
            throw new IOException("it does not end with a SHA-256 of itself; expected what was written");
        }
        byte[] json = Arrays.copyOf(sealed, start + 1);
        json[start] = '}';
        if (!Arrays.equals(sealed, seal(json))) {
            throw new IOException("its SHA-256 is " + Sha256.hex(Arrays.copyOf(sealed, start)) + "; expected "
                    + new String(sealed, end, HEX_DIGITS, StandardCharsets.US_ASCII));
        }
        return json;
    }
}
