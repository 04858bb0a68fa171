package dev.littoral.activities.source.delta;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.source.table.TableStorage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * A set of deleted rows of a data file, as the log names it.
 *
 * @param storage {@link #INLINE}, {@link #RELATIVE} or {@link #ABSOLUTE}
 * @param path its bytes, the encoded name of a file, or the address of one
 * @param offset where it begins in its file, or null where the log does not say
 * @param bytes its size
 * @param cardinality how many rows
 */
record DeletionVector(char storage, String path, Integer offset, int bytes, long cardinality) {
    static final char INLINE = 'i';
    static final char RELATIVE = 'u';
    static final char ABSOLUTE = 'p';

    /** What a file of a billion rows could need. */
    private static final int MAX_BYTES = 128 << 20;

    /** Of an id that names the rows: a longer one is given by its hash. */
    private static final int LONGEST_ID = 80;

    /** The encoded name of a file behind a prefix of any length. */
    private static final int ENCODED_NAME = 20;

    private static final int MAGIC = 1681511377;

    /** Before a vector in a file stands its size, behind it a checksum. */
    private static final int SIZE = 4;

    /** The vector that the log describes; empty where there can be none such. */
    static Optional<DeletionVector> of(String storage, String path, Long offset, Long bytes, Long cardinality) {
        boolean isPossible = storage != null
                && storage.length() == 1
                && path != null
                && bytes != null
                && bytes >= SIZE
                && bytes <= MAX_BYTES
                && cardinality != null
                && cardinality >= 0
                && (offset == null || (offset >= 0 && offset <= Integer.MAX_VALUE));
        if (!isPossible || "iup".indexOf(storage.charAt(0)) < 0) {
            return Optional.empty();
        }
        Integer at = offset == null ? null : (Integer) offset.intValue();
        return Optional.of(new DeletionVector(storage.charAt(0), path, at, bytes.intValue(), cardinality));
    }

    /** Distinguishes it from any other set of rows of the same file. */
    String id() {
        String id = storage + path + (offset == null ? "" : "@" + offset);
        return id.length() <= LONGEST_ID ? id : "#" + Sha256.hex(id, 16);
    }

    /** All of it, for {@link #parse}. */
    String text() {
        return (offset == null ? "" : offset) + "," + bytes + "," + cardinality + "," + storage + path;
    }

    /** The vector of {@link #text}. */
    static DeletionVector parse(String text) throws IOException {
        String[] parts = text.split(",", 4);
        try {
            return of(
                            parts[3].substring(0, 1),
                            parts[3].substring(1),
                            parts[0].isEmpty() ? null : Long.valueOf(parts[0]),
                            Long.valueOf(parts[1]),
                            Long.valueOf(parts[2]))
                    .orElseThrow(() -> new IOException("found " + text + ", expected a deletion vector"));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException("found " + text + ", expected a deletion vector", e);
        }
    }

    /**
     * Reads the rows. One request, or none for one that is in the log.
     *
     * @param most bytes that it may have
     * @throws IOException when they are not as the log says
     */
    DeletedRows read(TableStorage table, int most) throws FileChangedException, InterruptedException, IOException {
        if (bytes > most) {
            throw new IOException("its deletion vector has " + bytes + " bytes; expected at most " + most);
        }
        byte[] found = storage == INLINE ? inline() : inFile(table);
        int start = storage == INLINE ? 0 : SIZE;
        if (ByteBuffer.wrap(found).order(ByteOrder.LITTLE_ENDIAN).getInt(start) != MAGIC) {
            throw new IOException("its deletion vector begins with "
                    + HexFormat.of().formatHex(found, start, start + SIZE) + "; expected the number " + MAGIC);
        }
        DeletedRows rows = DeletedRows.parse(new ByteArrayInputStream(found, start + SIZE, bytes - SIZE));
        if (rows.count() != cardinality) {
            throw new IOException(
                    "its deletion vector has " + rows.count() + " rows; expected " + cardinality + ", as the log says");
        }
        return rows;
    }

    private byte[] inline() throws IOException {
        byte[] decoded = Z85.decodePadded(path);
        // Filled up with zeros to a multiple of four.
        if (decoded.length < bytes || decoded.length - bytes >= 4) {
            throw new IOException("its deletion vector in the log has " + decoded.length + " bytes; expected " + bytes);
        }
        return Arrays.copyOf(decoded, bytes);
    }

    /** With its size before it and its checksum behind it. */
    private byte[] inFile(TableStorage table) throws FileChangedException, InterruptedException, IOException {
        String address = table.address(storage == RELATIVE ? relative() : LogPath.decoded(table.root(), path));
        long start = offset == null ? 0 : offset;
        byte[] found = table.read(address, start + 2 * SIZE + bytes, start, 2 * SIZE + bytes);
        ByteBuffer buffer = ByteBuffer.wrap(found);
        if (buffer.getInt() != bytes) {
            throw new IOException("its deletion vector in " + address + " has " + buffer.getInt(0) + " bytes; expected "
                    + bytes + ", as the log says");
        }
        CRC32 crc = new CRC32();
        crc.update(found, SIZE, bytes);
        if ((int) crc.getValue() != buffer.getInt(SIZE + bytes)) {
            throw new IOException("its deletion vector in " + address + " has the checksum "
                    + HexFormat.of().toHexDigits((int) crc.getValue()) + "; expected "
                    + HexFormat.of().toHexDigits(buffer.getInt(SIZE + bytes)));
        }
        return found;
    }

    private String relative() throws IOException {
        int name = path.length() - ENCODED_NAME;
        if (name < 0) {
            throw new IOException(
                    "its deletion vector is named " + path + "; expected at least " + ENCODED_NAME + " characters");
        }
        ByteBuffer uuid = ByteBuffer.wrap(Z85.decode(path.substring(name)));
        String file = "deletion_vector_" + new UUID(uuid.getLong(), uuid.getLong()) + ".bin";
        return name == 0 ? file : path.substring(0, name) + "/" + file;
    }
}
