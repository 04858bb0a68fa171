package dev.littoral.activities.parquet;

/** Decoder of integers in Parquet's hybrid of run lengths and packed bits. One thread. */
final class RleDecoder {
    /** Its number among encodings. */
    static final int ENCODING = 3;

    /** Levels of a column that needs none. */
    static final RleDecoder ZEROS = new RleDecoder(new byte[0], 0, 0, 0);

    private final byte[] bytes;
    private final int end;
    private final int width;
    private int at;
    private long left;
    private boolean isPacked;
    private int repeated;

    /** Bits of the packed run that were taken. */
    private long bit;

    RleDecoder(byte[] bytes, int at, int end, int width) {
        if (width < 0 || width > 32 || at > end) {
            throw new IllegalArgumentException("integers of " + width + " bits");
        }
        this.bytes = bytes;
        this.at = at;
        this.end = end;
        this.width = width;
    }

    /** How many bits hold numbers up to this one. */
    static int bits(int most) {
        return 32 - Integer.numberOfLeadingZeros(most);
    }

    int next() {
        if (width == 0) {
            return 0;
        }
        while (left == 0) {
            run();
        }
        left--;
        if (!isPacked) {
            return repeated;
        }
        int value = unpack(bytes, at, bit, width);
        bit += width;
        if (left == 0) {
            at += (int) ((bit + 7) >>> 3);
        }
        return value;
    }

    /** Passes over the values that are the same as the last one in its run, at most so many; says how many they are. */
    int skipSame(int most) {
        if (width == 0 || isPacked) {
            return 0;
        }
        int same = (int) Math.min(left, most);
        left -= same;
        return same;
    }

    private void run() {
        int header = 0;
        for (int shift = 0; ; shift += 7) {
            if (shift > 28) {
                throw new IllegalArgumentException("a run whose length is too long");
            }
            int b = byteAt();
            header |= (b & 0x7f) << shift;
            if (b < 0x80) {
                break;
            }
        }
        isPacked = (header & 1) == 1;
        left = Integer.toUnsignedLong(header) >>> 1;
        if (isPacked) {
            // The last group may be cut off behind its last value.
            left = Math.min(left * 8, (long) (end - at) * 8 / width);
            bit = 0;
            if (left == 0) {
                throw new IllegalArgumentException("a run without bytes");
            }
        } else {
            int length = (width + 7) / 8;
            if (left == 0 || length > end - at) {
                throw new IllegalArgumentException("a run without a value");
            }
            repeated = LittleEndian.intAt(bytes, at, length);
            at += length;
        }
    }

    private int byteAt() {
        if (at >= end) {
            throw new IllegalArgumentException("the end of a run");
        }
        return bytes[at++] & 0xff;
    }

    /** The number that lies in some bits. */
    static int unpack(byte[] bytes, int at, long bit, int width) {
        return (int) unpackLong(bytes, at, bit, width);
    }

    /** The number that lies in some bits, 64 at most. */
    static long unpackLong(byte[] bytes, int at, long bit, int width) {
        int first = at + (int) (bit >>> 3);
        if (width <= 56 && first <= bytes.length - Long.BYTES) {
            return (LittleEndian.longAt(bytes, first) >>> (bit & 7)) & ((1L << width) - 1);
        }
        long value = 0;
        int taken = 0;
        while (taken < width) {
            int from = at + (int) ((bit + taken) >>> 3);
            int shift = (int) ((bit + taken) & 7);
            int take = Math.min(8 - shift, width - taken);
            long bits = ((bytes[from] & 0xffL) >>> shift) & ((1L << take) - 1);
            value |= bits << taken;
            taken += take;
        }
        return value;
    }
}
