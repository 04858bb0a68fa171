package dev.littoral.activities.source.iceberg;

import java.io.IOException;

/**
 * The framing of an Avro file, checked as its bytes pass: that its header and each of its blocks are no larger than
 * what is left of the file and than a limit, before anyone allocates what they claim. For one thread.
 */
final class AvroFraming {
    private static final byte[] MAGIC = {'O', 'b', 'j', 1};
    private static final int SYNC = 16;
    private static final int MAX_HEADER = 16 << 20;
    private static final int MAX_VARINT_BITS = 63;

    /** What comes next. */
    private enum Next {
        MAGIC,
        META_COUNT,
        META_COUNT_SIZE,
        META_KEY,
        META_VALUE,
        HEADER_SYNC,
        BLOCK_COUNT,
        BLOCK_SIZE
    }

    private final long length;
    private long position;
    private long skip;
    private Next next = Next.MAGIC;
    private long metaLeft;
    private long varint;
    private int shift;

    /**
     * A file's framing.
     *
     * @param length of the file
     */
    AvroFraming(long length) {
        this.length = length;
    }

    /** The next bytes of the file. */
    void accept(byte[] bytes) throws IOException {
        int at = 0;
        while (at < bytes.length) {
            if (next == Next.MAGIC) {
                at = magic(bytes);
            } else if (skip > 0) {
                int skipped = (int) Math.min(skip, bytes.length - at);
                skip -= skipped;
                at += skipped;
                position += skipped;
            } else if (next == Next.HEADER_SYNC) {
                skip(SYNC);
                next = Next.BLOCK_COUNT;
            } else {
                position++;
                varint(bytes[at++]);
            }
        }
    }

    private int magic(byte[] bytes) throws IOException {
        for (int i = 0; i < MAGIC.length; i++) {
            if (bytes.length <= i || bytes[i] != MAGIC[i]) {
                throw new IOException("it is no Avro file");
            }
        }
        position = MAGIC.length;
        next = Next.META_COUNT;
        return MAGIC.length;
    }

    private void varint(byte each) throws IOException {
        if (shift > MAX_VARINT_BITS) {
            throw new IOException("a number in it has more than 64 bits");
        }
        varint |= (each & 0x7fL) << shift;
        shift += 7;
        if ((each & 0x80) == 0) {
            long value = varint >>> 1 ^ -(varint & 1);
            varint = 0;
            shift = 0;
            number(value);
        }
    }

    private void number(long value) throws IOException {
        switch (next) {
            case META_COUNT -> {
                metaLeft = Math.abs(value);
                next = value == 0 ? Next.HEADER_SYNC : value < 0 ? Next.META_COUNT_SIZE : Next.META_KEY;
            }
            case META_COUNT_SIZE -> next = Next.META_KEY;
            case META_KEY -> {
                header(value);
                next = Next.META_VALUE;
            }
            case META_VALUE -> {
                header(value);
                metaLeft--;
                next = metaLeft == 0 ? Next.META_COUNT : Next.META_KEY;
            }
            case BLOCK_COUNT -> {
                if (value < 0) {
                    throw new IOException("a block in it has " + value + " entries");
                }
                next = Next.BLOCK_SIZE;
            }
            case BLOCK_SIZE -> {
                if (value < 0 || value > AvroLimits.BLOCK_BYTES || value > length - position - SYNC) {
                    throw new IOException("a block in it has " + value + " bytes, with " + (length - position)
                            + " left and at most " + AvroLimits.BLOCK_BYTES + " allowed");
                }
                skip(value + SYNC);
                next = Next.BLOCK_COUNT;
            }
            default -> throw new IllegalStateException(next.name());
        }
    }

    private void header(long value) throws IOException {
        if (value < 0 || value > length - position || position + value > MAX_HEADER) {
            throw new IOException("its header has a part of " + value + " bytes, with " + (length - position)
                    + " left and at most " + MAX_HEADER + " allowed");
        }
        skip(value);
    }

    private void skip(long bytes) {
        skip = bytes;
    }
}
