package dev.littoral.activities.source.lance;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.source.table.TableStorage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** An input stream over a range of an object that never changes, one request a block. */
final class RangeInputStream extends InputStream {
    private static final int BLOCK = 4 << 20;

    /** What a request failed with, where only an {@link IOException} may be thrown. */
    static final class ReadFailure extends IOException {
        private static final long serialVersionUID = 1L;

        private ReadFailure(Exception cause) {
            super(cause);
        }

        /** Throws what the request failed with. */
        void unwrap() throws FileChangedException, InterruptedException {
            if (getCause() instanceof FileChangedException changed) {
                throw changed;
            }
            if (getCause() instanceof InterruptedException interrupted) {
                throw interrupted;
            }
        }
    }

    private final TableStorage storage;
    private final String address;
    private final long bytes;
    private final long end;
    private long next;
    private byte[] block = {};
    private int at;

    /**
     * A stream of {@code [from, end)}.
     *
     * @param bytes the object's size
     */
    RangeInputStream(TableStorage storage, String address, long bytes, long from, long end) {
        this.storage = storage;
        this.address = address;
        this.bytes = bytes;
        this.next = from;
        this.end = end;
    }

    private boolean fill() throws IOException {
        if (at < block.length) {
            return true;
        }
        int length = (int) Math.min(BLOCK, end - next);
        if (length <= 0) {
            return false;
        }
        try {
            block = storage.read(address, bytes, next, length);
        } catch (FileChangedException e) {
            throw new ReadFailure(e);
        } catch (InterruptedException e) {
            throw new ReadFailure(e);
        }
        next += length;
        at = 0;
        return true;
    }

    @Override
    public int read() throws IOException {
        return fill() ? Byte.toUnsignedInt(block[at++]) : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, block.length - at);
        System.arraycopy(block, at, target, offset, count);
        at += count;
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = 0;
        while (skipped < count && fill()) {
            int step = (int) Math.min(count - skipped, block.length - at);
            at += step;
            skipped += step;
        }
        return skipped;
    }
}
