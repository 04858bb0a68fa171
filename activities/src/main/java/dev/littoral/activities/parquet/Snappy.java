package dev.littoral.activities.parquet;

/** Decompression of raw Snappy. Pure. */
public final class Snappy {
    private Snappy() {}

    /**
     * Decompresses bytes.
     *
     * @param most more are not decompressed
     * @throws IllegalArgumentException or IndexOutOfBoundsException when the bytes are no Snappy, or of more bytes
     */
    public static byte[] decompress(byte[] from, int start, int length, int most) {
        long size = header(from, start)[0];
        if (size > most) {
            throw new IllegalArgumentException(size + " bytes, of at most " + most);
        }
        byte[] into = new byte[(int) size];
        decompress(from, start, length, into, 0);
        return into;
    }

    /** The size of what is compressed, and where it begins. */
    private static long[] header(byte[] from, int start) {
        int in = start;
        long size = 0;
        for (int shift = 0; ; shift += 7) {
            int b = from[in++];
            size |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return new long[] {size, in};
            }
            if (shift > 28) {
                throw new IllegalArgumentException("no Snappy");
            }
        }
    }

    /** Fills an array from an index to its end. */
    static void decompress(byte[] from, int start, int length, byte[] into, int at) {
        int end = start + length;
        long[] header = header(from, start);
        Decompression.checkSize(header[0], into, at);
        int in = (int) header[1];
        int out = at;
        while (in < end) {
            int tag = from[in++] & 0xff;
            int count;
            int distance;
            switch (tag & 3) {
                case 0 -> {
                    count = tag >>> 2;
                    if (count >= 60) {
                        int bytes = count - 59;
                        count = LittleEndian.intAt(from, in, bytes);
                        in += bytes;
                    }
                    count++;
                    if (count <= 0 || count > end - in) {
                        throw new IllegalArgumentException("no Snappy");
                    }
                    Decompression.literal(from, in, into, out, count);
                    in += count;
                    out += count;
                    continue;
                }
                case 1 -> {
                    count = 4 + ((tag >>> 2) & 7);
                    distance = (tag >>> 5) << 8 | (from[in++] & 0xff);
                }
                case 2 -> {
                    count = 1 + (tag >>> 2);
                    distance = LittleEndian.intAt(from, in, 2);
                    in += 2;
                }
                default -> {
                    count = 1 + (tag >>> 2);
                    distance = LittleEndian.intAt(from, in);
                    in += 4;
                }
            }
            out = Decompression.again(into, at, out, distance, count);
        }
        Decompression.checkSize(out - at, into, at);
    }
}
