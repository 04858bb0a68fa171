package dev.littoral.activities.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Decompression of a page into an array of exactly its size: what is too much or too little for it is refused. */
@FunctionalInterface
interface Decompression {
    int NONE = 0;

    /** Up to so many bytes are copied eight at a time. */
    int SHORT = 64;

    /**
     * Fills an array from an index to its end.
     *
     * @throws IllegalArgumentException or IndexOutOfBoundsException when the bytes are not of that
     */
    void decompress(byte[] from, int start, int length, byte[] into, int at);

    static Decompression of(int codec) {
        return switch (codec) {
            case NONE -> Decompression::copy;
            case 1 -> Snappy::decompress;
            case 2 -> Decompression::gzip;
            case 5 -> Decompression::framedLz4;
            case 6 -> Decompression::zstd;
            case 7 -> Decompression::lz4;
            default ->
                throw new IllegalArgumentException(
                        "codec " + codec + ", and Snappy, gzip, Zstandard and LZ4" + " are known");
        };
    }

    private static void copy(byte[] from, int start, int length, byte[] into, int at) {
        checkSize(length, into, at);
        System.arraycopy(from, start, into, at, length);
    }

    static void checkSize(long found, byte[] into, int at) {
        checkSize(found, into.length - at);
    }

    private static void checkSize(long found, int expected) {
        if (found != expected) {
            throw new IllegalArgumentException(found + " bytes for " + expected);
        }
    }

    private static void gzip(byte[] from, int start, int length, byte[] into, int at) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(from, start, length))) {
            checkSize(in.readNBytes(into, at, into.length - at), into, at);
            if (in.read() >= 0) {
                throw new IllegalArgumentException("more bytes than " + (into.length - at));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("no gzip", e);
        }
    }

    private static void zstd(byte[] from, int start, int length, byte[] into, int at) {
        try {
            checkSize(Zstd.decompressByteArray(into, at, into.length - at, from, start, length), into, at);
        } catch (ZstdException e) {
            throw new IllegalArgumentException("no Zstandard", e);
        }
    }

    /** Copies what was written some bytes before, which may overlap with what it makes. */
    static int again(byte[] into, int first, int out, int distance, int count) {
        if (distance <= 0 || distance > out - first || count > into.length - out) {
            throw new IllegalArgumentException("a copy from " + distance + " bytes before");
        }
        if (distance >= Long.BYTES && count <= SHORT && into.length - out >= SHORT) {
            // What is written too much is written over.
            for (int i = 0; i < count; i += Long.BYTES) {
                LittleEndian.copyLong(into, out - distance + i, into, out + i);
            }
        } else if (distance >= count) {
            System.arraycopy(into, out - distance, into, out, count);
        } else {
            for (int i = 0; i < count; i++) {
                into[out + i] = into[out + i - distance];
            }
        }
        return out + count;
    }

    /** Copies bytes that stand for themselves, as many as both arrays have from there on. */
    static void literal(byte[] from, int in, byte[] into, int out, int count) {
        if (count <= SHORT && from.length - in >= SHORT && into.length - out >= SHORT) {
            for (int i = 0; i < count; i += Long.BYTES) {
                LittleEndian.copyLong(from, in + i, into, out + i);
            }
        } else {
            System.arraycopy(from, in, into, out, count);
        }
    }

    /** LZ4 as Hadoop frames it: before each block its two sizes. */
    private static void framedLz4(byte[] from, int start, int length, byte[] into, int at) {
        int in = start;
        int out = at;
        while (in < start + length) {
            int size = Integer.reverseBytes(LittleEndian.intAt(from, in));
            int compressed = Integer.reverseBytes(LittleEndian.intAt(from, in + 4));
            in += 8;
            if (size < 0 || size > into.length - out || compressed < 0 || compressed > start + length - in) {
                throw new IllegalArgumentException("no LZ4 as Hadoop frames it");
            }
            checkSize(lz4Block(from, in, compressed, into, out) - out, size);
            in += compressed;
            out += size;
        }
        checkSize(out - at, into, at);
    }

    private static void lz4(byte[] from, int start, int length, byte[] into, int at) {
        checkSize(lz4Block(from, start, length, into, at) - at, into, at);
    }

    /** Where what was written ends. */
    private static int lz4Block(byte[] from, int start, int length, byte[] into, int at) {
        int end = start + length;
        int in = start;
        int out = at;
        while (in < end) {
            int token = from[in++] & 0xff;
            int literals = token >>> 4;
            int b = 255;
            while (literals >= 15 && b == 255) {
                b = from[in++] & 0xff;
                literals += b;
            }
            if (literals > end - in) {
                throw new IllegalArgumentException("no LZ4");
            }
            literal(from, in, into, out, literals);
            in += literals;
            out += literals;
            if (in >= end) {
                break;
            }
            int distance = LittleEndian.intAt(from, in, 2);
            in += 2;
            int count = token & 15;
            b = 255;
            while (count >= 15 && b == 255) {
                b = from[in++] & 0xff;
                count += b;
            }
            out = again(into, at, out, distance, count + 4);
        }
        return out;
    }
}
