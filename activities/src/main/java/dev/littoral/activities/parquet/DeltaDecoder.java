package dev.littoral.activities.parquet;

/** Decoder of integers that are packed as differences, DELTA_BINARY_PACKED. One thread. */
final class DeltaDecoder {
    private final byte[] bytes;
    private final int miniBlocks;
    private final int miniBlockValues;
    private final int count;
    private int at;
    private int read;
    private long value;
    private long least;
    private int widthsAt;
    private int miniBlock;
    private int inMiniBlock;
    private int miniBlockAt;

    DeltaDecoder(byte[] bytes, int start) {
        this.bytes = bytes;
        this.at = start;
        long blockValues = varint();
        long blocks = varint();
        long total = varint();
        boolean isPossible = blockValues > 0
                && blockValues <= 1 << 20
                && blocks > 0
                && blocks <= 1 << 12
                && blockValues % blocks == 0
                && blockValues / blocks % 8 == 0
                && total >= 0
                && total <= Integer.MAX_VALUE;
        if (!isPossible) {
            throw new IllegalArgumentException("blocks of " + blockValues + " differences in " + blocks + " parts");
        }
        this.miniBlocks = (int) blocks;
        this.miniBlockValues = (int) (blockValues / blocks);
        this.count = (int) total;
        this.value = zigzag(varint());
        this.miniBlock = miniBlocks - 1;
        this.inMiniBlock = miniBlockValues;
    }

    int count() {
        return count;
    }

    /** Where the bytes go on behind all values, of which the last must have been read. */
    int end() {
        if (count > 1) {
            // A part that was begun is there whole; those behind the last value are not.
            return miniBlockAt + width() * (miniBlockValues / 8);
        }
        return at;
    }

    long next() {
        if (read == count) {
            throw new IllegalArgumentException("more values than " + count);
        }
        if (read++ == 0) {
            return value;
        }
        if (inMiniBlock == miniBlockValues) {
            nextMiniBlock();
        }
        int width = width();
        value += least + RleDecoder.unpackLong(bytes, miniBlockAt, (long) inMiniBlock * width, width);
        inMiniBlock++;
        return value;
    }

    private int width() {
        return bytes[widthsAt + miniBlock] & 0xff;
    }

    private void nextMiniBlock() {
        inMiniBlock = 0;
        if (miniBlock == miniBlocks - 1) {
            at = read == 2 ? at : miniBlockAt + width() * (miniBlockValues / 8);
            least = zigzag(varint());
            widthsAt = at;
            miniBlock = 0;
            miniBlockAt = at + miniBlocks;
        } else {
            miniBlockAt += width() * (miniBlockValues / 8);
            miniBlock++;
        }
        if (width() > 64) {
            throw new IllegalArgumentException("differences of " + width() + " bits");
        }
    }

    private static long zigzag(long value) {
        return (value >>> 1) ^ -(value & 1);
    }

    private long varint() {
        long number = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = bytes[at++];
            number |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("an integer of more than 10 bytes");
    }
}
