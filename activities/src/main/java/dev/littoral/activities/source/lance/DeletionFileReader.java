package dev.littoral.activities.source.lance;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.flatbuffers.FlatBufferException;
import dev.littoral.activities.flatbuffers.FlatTable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads deletion files: a 32-bit Roaring bitmap, or an Arrow file of one batch with one column of 32-bit numbers, which
 * may be compressed. Whatever is not as it must be is an {@link IOException} whose message goes on after "it is
 * damaged: ".
 */
final class DeletionFileReader {
    private static final byte[] ARROW = {'A', 'R', 'R', 'O', 'W', '1'};

    /** What makes a 64-bit bitmap of a 32-bit one that follows: how many there are, and the high half of its rows. */
    private static final int HIGH_HALF = 8 + 4;

    /** What an Arrow footer's block has: where a message begins, the length of its metadata, that of its body. */
    private static final int BLOCK = 24;

    /** Lance writes a bitmap where more than some thousand rows are deleted. */
    private static final int MAX_ARROW_ROWS = 16 << 20;

    private static final int NODE = 16;
    private static final int BUFFER = 16;
    private static final int TYPE_INT = 2;
    private static final int HEADER_BATCH = 3;
    private static final int ZSTD = 1;
    private static final int CONTINUATION = -1;

    private DeletionFileReader() {}

    /**
     * The deleted rows.
     *
     * @param rows how many rows the fragment has
     * @param deleted how many are deleted, or 0 where that is not known
     */
    static DeletedRows read(byte[] bytes, boolean arrow, long rows, long deleted) throws IOException {
        DeletedRows found;
        try {
            found = arrow ? arrow(bytes, rows) : bitmap(bytes);
        } catch (FlatBufferException e) {
            throw new IOException("found " + e.getMessage(), e);
        }
        if (deleted != 0 && found.count() != deleted) {
            throw new IOException(
                    "found " + found.count() + " deleted rows, expected " + deleted + ", as the manifest says");
        }
        if (!found.isEmpty() && (found.last() < 0 || found.last() >= rows)) {
            throw new IOException("found row " + found.last() + " of a fragment of " + rows + " rows");
        }
        return found;
    }

    /** About the most bytes of an Arrow file for a fragment of so many rows. */
    static int mostArrowBytes(long rows) {
        long values = Math.min(rows, MAX_ARROW_ROWS) * Integer.BYTES;
        return (int) Math.min(DeletedRows.mostBytes(Long.MAX_VALUE), values + (64 << 10));
    }

    private static DeletedRows bitmap(byte[] bytes) throws IOException {
        ByteBuffer high = ByteBuffer.allocate(HIGH_HALF).order(ByteOrder.LITTLE_ENDIAN);
        high.putLong(1).putInt(0);
        return DeletedRows.parse(
                new SequenceInputStream(new ByteArrayInputStream(high.array()), new ByteArrayInputStream(bytes)));
    }

    private static DeletedRows arrow(byte[] bytes, long rows) throws IOException {
        int tail = bytes.length - ARROW.length - 4;
        if (tail < ARROW.length + 2
                || !Arrays.equals(ARROW, Arrays.copyOf(bytes, ARROW.length))
                || !Arrays.equals(ARROW, Arrays.copyOfRange(bytes, tail + 4, bytes.length))) {
            throw new IOException("found " + bytes.length + " bytes that are no Arrow file");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int footerLength = in.getInt(tail);
        if (footerLength < 8 || footerLength > tail) {
            throw new IOException("found an Arrow footer of " + footerLength + " bytes");
        }
        FlatTable footer = FlatTable.root(bytes, tail - footerLength, tail);
        FlatTable schema = footer.table(1);
        checkSchema(schema);
        FlatTable.Vector blocks = footer.vector(3, BLOCK);
        if (blocks.size() != 1) {
            throw new IOException("found " + blocks.size() + " Arrow batches, expected one");
        }
        long start = blocks.i64(0, 0);
        long metadata = blocks.u32(0, 8);
        long body = blocks.i64(0, 16);
        if (start < 0 || body < 0 || metadata < 16 || start > tail - metadata || body > tail - metadata - start) {
            throw new IOException("found an Arrow batch that is not within the file");
        }
        // Old files lack the mark that a length follows.
        int prefix = in.getInt((int) start) == CONTINUATION ? 8 : 4;
        FlatTable message = FlatTable.root(bytes, (int) start + prefix, (int) (start + metadata));
        FlatTable batch = message.table(2);
        if (message.u8(1) != HEADER_BATCH || batch == null) {
            throw new IOException("found an Arrow message that is no batch");
        }
        return batch(bytes, (int) (start + metadata), (int) body, batch, rows);
    }

    private static void checkSchema(FlatTable schema) throws IOException {
        FlatTable.Vector fields = schema == null ? null : schema.vector(1, 4);
        if (fields == null || fields.size() != 1) {
            throw new IOException("found an Arrow file without exactly one column");
        }
        FlatTable field = fields.table(0);
        FlatTable type = field.table(3);
        if (schema.u16(0) != 0 || field.u8(2) != TYPE_INT || type == null || type.u32(0) != 32 || field.has(4)) {
            throw new IOException("found an Arrow column that is not of 32-bit numbers, little end first");
        }
    }

    private static DeletedRows batch(byte[] bytes, int start, int length, FlatTable batch, long rows)
            throws IOException {
        long count = batch.i64(0);
        FlatTable.Vector nodes = batch.vector(1, NODE);
        FlatTable.Vector buffers = batch.vector(2, BUFFER);
        if (count < 0
                || count > Math.min(rows, MAX_ARROW_ROWS)
                || nodes.size() != 1
                || buffers.size() != 2
                || nodes.i64(0, 0) != count) {
            throw new IOException("found an Arrow batch of " + count + " rows in " + nodes.size() + " columns and "
                    + buffers.size() + " buffers, for a fragment of " + rows + " rows");
        }
        if (nodes.i64(0, 8) != 0) {
            throw new IOException("found a null among deleted rows");
        }
        long offset = buffers.i64(1, 0);
        long size = buffers.i64(1, 8);
        if (offset < 0 || size < 0 || offset > length - size) {
            throw new IOException("found an Arrow buffer that is not within its batch");
        }
        FlatTable compression = batch.table(3);
        ByteBuffer values = compression == null
                ? ByteBuffer.wrap(bytes, start + (int) offset, (int) size)
                : decompressed(bytes, start + (int) offset, (int) size, compression, count);
        values.order(ByteOrder.LITTLE_ENDIAN);
        if (values.remaining() < count * Integer.BYTES) {
            throw new IOException("found " + values.remaining() + " bytes of " + count + " deleted rows");
        }
        DeletedRows.Builder deleted = new DeletedRows.Builder();
        for (long i = 0; i < count; i++) {
            deleted.add(Integer.toUnsignedLong(values.getInt()));
        }
        return deleted.build();
    }

    private static ByteBuffer decompressed(byte[] bytes, int start, int size, FlatTable compression, long count)
            throws IOException {
        if (compression.u8(0) != ZSTD || compression.u8(1) != 0) {
            throw new IOException("found an Arrow file compressed by LZ4, expected Zstandard");
        }
        if (size < Long.BYTES) {
            return ByteBuffer.allocate(0);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, start, size).order(ByteOrder.LITTLE_ENDIAN);
        long length = in.getLong();
        if (length == -1) {
            return in;
        }
        // Arrow pads a buffer to 64 bytes.
        if (length < 0 || length > count * Integer.BYTES + 64) {
            throw new IOException("found " + length + " bytes of " + count + " deleted rows");
        }
        byte[] values = new byte[(int) length];
        long found;
        try {
            found = Zstd.decompressByteArray(values, 0, values.length, bytes, in.position(), size - Long.BYTES);
        } catch (ZstdException e) {
            throw new IOException("found bytes that are not compressed by Zstandard", e);
        }
        if (found != length) {
            throw new IOException("found " + found + " bytes of deleted rows, expected " + length);
        }
        return ByteBuffer.wrap(values);
    }
}
