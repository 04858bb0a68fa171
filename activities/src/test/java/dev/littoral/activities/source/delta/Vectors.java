package dev.littoral.activities.source.delta;

import dev.littoral.activities.deletes.DeletedRows;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32;

/** Deletion vectors, written as the protocol says. */
public final class Vectors {
    private static final String DIGITS =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    private Vectors() {}

    static byte[] bytes(long... rows) {
        byte[] bitmap = DeletedRows.of(rows).bytes();
        return ByteBuffer.allocate(4 + bitmap.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(1681511377)
                .put(bitmap)
                .array();
    }

    static String z85(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        ByteBuffer padded = ByteBuffer.allocate((bytes.length + 3) / 4 * 4);
        padded.put(bytes).rewind();
        while (padded.hasRemaining()) {
            long value = Integer.toUnsignedLong(padded.getInt());
            char[] digits = new char[5];
            for (int i = 4; i >= 0; i--) {
                digits[i] = DIGITS.charAt((int) (value % 85));
                value /= 85;
            }
            text.append(digits);
        }
        return text.toString();
    }

    /** The field of an action, for a vector in the log. */
    public static String inline(long... rows) {
        byte[] bytes = bytes(rows);
        return json("i", z85(bytes), null, bytes.length, rows.length);
    }

    static String json(String storage, String path, Integer offset, int bytes, long cardinality) {
        return ",\"deletionVector\":{\"storageType\":\"" + storage + "\",\"pathOrInlineDv\":\"" + path + "\""
                + (offset == null ? "" : ",\"offset\":" + offset)
                + ",\"sizeInBytes\":" + bytes + ",\"cardinality\":" + cardinality + "}";
    }

    /** Writes vectors to a file and says where each begins. */
    static int[] file(Path file, byte[]... vectors) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(1);
        int[] offsets = new int[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            offsets[i] = out.size();
            CRC32 crc = new CRC32();
            crc.update(vectors[i]);
            out.writeBytes(ByteBuffer.allocate(4).putInt(vectors[i].length).array());
            out.writeBytes(vectors[i]);
            out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        }
        Files.createDirectories(file.getParent());
        Files.write(file, out.toByteArray());
        return offsets;
    }

    static String z85(UUID uuid) {
        return z85(ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array());
    }
}
