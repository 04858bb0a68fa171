package dev.littoral.activities.parquet;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;

/**
 * Decoder of Thrift's compact protocol for untrusted input: every length and count is held against the bytes that are
 * left before anything is done with it, and every step consumes a byte, so the time is linear and nothing is allocated.
 * Bytes that cannot be read are an INPUT failure that names the file and the place. One thread.
 */
final class CompactReader {
    /** What {@link #field} returns after the last field of a struct; no field has this id. */
    static final int STOP = Integer.MIN_VALUE;

    static final int TRUE = 1;
    static final int FALSE = 2;
    static final int I8 = 3;
    static final int I16 = 4;
    static final int I32 = 5;
    static final int I64 = 6;
    static final int DOUBLE = 7;
    static final int BINARY = 8;
    static final int LIST = 9;
    static final int SET = 10;
    static final int MAP = 11;
    static final int STRUCT = 12;
    static final int UUID = 13;

    /** The format nests some ten levels; the rest is room for later versions. */
    private static final int MAX_DEPTH = 64;

    private final SourceFile file;
    private final String part;
    private final byte[] bytes;
    private final int start;
    private final int end;
    private int at;
    private int type;

    CompactReader(SourceFile file, byte[] bytes, int start, int end) {
        this(file, "footer", bytes, start, end);
    }

    /**
     * A reader.
     *
     * @param part what the bytes are of the file, for messages
     */
    CompactReader(SourceFile file, String part, byte[] bytes, int start, int end) {
        this.file = file;
        this.part = part;
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.at = start;
    }

    SourceFile file() {
        return file;
    }

    byte[] bytes() {
        return bytes;
    }

    int position() {
        return at;
    }

    void position(int position) {
        at = position;
    }

    /**
     * Reads the header of a struct's next field, whose type {@link #type} then is.
     *
     * @param last the id this returned before in the same struct, 0 at first
     */
    int field(int last) {
        int header = next();
        if (header == 0) {
            return STOP;
        }
        type = header & 0x0f;
        int delta = header >>> 4;
        int id = delta == 0 ? i32() : last + delta;
        if (id != (short) id) {
            throw corrupt("field id " + id, "16 bits");
        }
        return id;
    }

    /** The type of the field or the list elements whose header was read last. */
    int type() {
        return type;
    }

    /** True when the field whose header was read last is a boolean; its type is its value. */
    boolean isBoolean() {
        return type == TRUE || type == FALSE;
    }

    int i8() {
        return (byte) next();
    }

    int i32() {
        long value = varint();
        if (value >>> 32 != 0) {
            throw corrupt("an integer of more than 32 bits", "at most 32");
        }
        return (int) (value >>> 1) ^ -(int) (value & 1);
    }

    long i64() {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    /** Reads the length of a binary, which is not more than what is left. The bytes follow. */
    int length() {
        return count("a length");
    }

    /** Reads the header of a list of structs and returns how many follow. */
    int structs() {
        int count = list();
        if (count > 0 && type != STRUCT) {
            throw corrupt("a list of type " + type, "structs (" + STRUCT + ")");
        }
        return count;
    }

    void advance(long length) {
        if (length > end - at) {
            throw corrupt(length + " bytes where " + (end - at) + " are left", "fewer");
        }
        at += (int) length;
    }

    /** Skips the value of the field whose header was read last. */
    void skip() {
        if (!isBoolean()) {
            skip(type, 0);
        }
    }

    BadFileException corrupt(String found, String expected) {
        return new BadFileException("File " + file.path() + " has a corrupt " + part + ": found " + found + " at byte "
                + (at - start) + " of it, expected " + expected);
    }

    private void skip(int valueType, int depth) {
        if (depth > MAX_DEPTH) {
            throw corrupt("values nested deeper than " + MAX_DEPTH, "fewer levels");
        }
        switch (valueType) {
            case I16, I32, I64 -> varint();
            case BINARY -> advance(length());
            case LIST, SET -> {
                int count = list();
                skipAll(count, type, depth + 1);
            }
            case MAP -> {
                int count = count("a map size");
                if (count > 0) {
                    int types = next();
                    for (int i = 0; i < count; i++) {
                        skipAll(1, types >>> 4, depth + 1);
                        skipAll(1, types & 0x0f, depth + 1);
                    }
                }
            }
            case STRUCT -> {
                for (int id = field(0); id != STOP; id = field(id)) {
                    if (!isBoolean()) {
                        skip(type, depth + 1);
                    }
                }
            }
            default -> advance(width(valueType));
        }
    }

    /** Skips elements of a collection. Unlike a field's, a boolean there has a byte of its own. */
    private void skipAll(int count, int elementType, int depth) {
        switch (elementType) {
            case I16, I32, I64, BINARY, LIST, SET, MAP, STRUCT -> {
                for (int i = 0; i < count; i++) {
                    skip(elementType, depth);
                }
            }
            default -> {
                if (count > 0) {
                    advance((long) count * width(elementType));
                }
            }
        }
    }

    private int width(int valueType) {
        return switch (valueType) {
            case TRUE, FALSE, I8 -> 1;
            case DOUBLE -> 8;
            case UUID -> 16;
            default -> throw corrupt("a value of type " + valueType, "1 to " + UUID);
        };
    }

    private int list() {
        int header = next();
        type = header & 0x0f;
        int count = header >>> 4;
        if (count == 15) {
            return count("a list size");
        }
        return checked(count, "a list size");
    }

    private int count(String what) {
        return checked(varint(), what);
    }

    /** No element and no byte of a binary takes less than a byte. */
    private int checked(long count, String what) {
        if (count < 0 || count > end - at) {
            throw corrupt(what + " of " + Long.toUnsignedString(count), "at most the " + (end - at) + " bytes left");
        }
        return (int) count;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = next();
            value |= (b & 0x7fL) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw corrupt("an integer of more than 10 bytes", "at most 10");
    }

    private int next() {
        if (at == end) {
            throw corrupt("its end", "more fields");
        }
        return bytes[at++] & 0xff;
    }
}
