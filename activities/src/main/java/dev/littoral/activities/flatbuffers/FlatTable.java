package dev.littoral.activities.flatbuffers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A table of a FlatBuffers message, read in place. Nothing in the bytes is trusted: whatever points out of them, or
 * makes a walk longer than they are, is a {@link FlatBufferException}. Fields are counted from 0. For one thread.
 */
public final class FlatTable {
    /** A table has at least the offset of its list of fields. */
    private static final int SMALLEST_TABLE = 4;

    private static final int MAX_TEXT = 64 << 10;

    /**
     * The message, and how many tables may still be visited and how many bytes copied: one that is named twice could
     * stand for very many.
     */
    private static final class Message {
        private final ByteBuffer bytes;
        private final int end;
        private int visits;
        private long copies;

        Message(byte[] bytes, int from, int to) {
            this.bytes = ByteBuffer.wrap(bytes, from, to - from).slice().order(ByteOrder.LITTLE_ENDIAN);
            this.end = to - from;
            this.visits = end / SMALLEST_TABLE + 1;
            this.copies = end;
        }

        int check(long at, long length) throws FlatBufferException {
            if (at < 0 || length < 0 || at > end - length) {
                throw new FlatBufferException(
                        "an offset to byte " + at + " of FlatBuffers that have " + end + " bytes");
            }
            return (int) at;
        }

        long u32(long at) throws FlatBufferException {
            return Integer.toUnsignedLong(bytes.getInt(check(at, 4)));
        }

        int u16(long at) throws FlatBufferException {
            return Short.toUnsignedInt(bytes.getShort(check(at, 2)));
        }

        /** Follows the offset that stands at a place. */
        int follow(long at) throws FlatBufferException {
            return check(at + u32(at), 4);
        }

        FlatTable table(int at) throws FlatBufferException {
            if (--visits < 0) {
                throw new FlatBufferException("FlatBuffers that name the same tables again and again");
            }
            int fields = check(at - (long) bytes.getInt(check(at, 4)), 4);
            int length = u16(fields);
            check(fields, length);
            return new FlatTable(this, at, fields, length);
        }

        /** A text, or a vector of bytes. */
        byte[] copy(int at) throws FlatBufferException {
            long length = u32(at);
            int start = check(at + 4L, length);
            copies -= length;
            if (length > MAX_TEXT || copies < 0) {
                throw new FlatBufferException("texts of more bytes than FlatBuffers have, or one of " + length);
            }
            byte[] copy = new byte[(int) length];
            bytes.get(start, copy);
            return copy;
        }

        String text(int at) throws FlatBufferException {
            return new String(copy(at), UTF_8);
        }
    }

    private final Message message;
    private final int at;
    private final int fields;
    private final int fieldsLength;

    private FlatTable(Message message, int at, int fields, int fieldsLength) {
        this.message = message;
        this.at = at;
        this.fields = fields;
        this.fieldsLength = fieldsLength;
    }

    /** The root table of the message in {@code [from, to)}. */
    public static FlatTable root(byte[] bytes, int from, int to) throws FlatBufferException {
        Message message = new Message(bytes, from, to);
        return message.table(message.follow(0));
    }

    /** Where a field's value is, or -1 where the field is not there. */
    private int place(int field, int length) throws FlatBufferException {
        int slot = 4 + 2 * field;
        int offset = slot + 2 > fieldsLength ? 0 : message.u16(fields + (long) slot);
        return offset == 0 ? -1 : message.check(at + (long) offset, length);
    }

    public boolean has(int field) throws FlatBufferException {
        return place(field, 0) >= 0;
    }

    /** A byte, unsigned; 0 where it is not there. */
    public int u8(int field) throws FlatBufferException {
        int place = place(field, 1);
        return place < 0 ? 0 : Byte.toUnsignedInt(message.bytes.get(place));
    }

    /** A 16-bit number, unsigned; 0 where it is not there. */
    public int u16(int field) throws FlatBufferException {
        int place = place(field, 2);
        return place < 0 ? 0 : message.u16(place);
    }

    /** A 32-bit number, unsigned; 0 where it is not there. */
    public long u32(int field) throws FlatBufferException {
        int place = place(field, 4);
        return place < 0 ? 0 : message.u32(place);
    }

    /** A 64-bit number as it is; 0 where it is not there. */
    public long i64(int field) throws FlatBufferException {
        int place = place(field, 8);
        return place < 0 ? 0 : message.bytes.getLong(place);
    }

    /** A text, or null where it is not there. */
    public String text(int field) throws FlatBufferException {
        int place = place(field, 4);
        return place < 0 ? null : message.text(message.follow(place));
    }

    /** Bytes; none where they are not there. */
    public byte[] bytes(int field) throws FlatBufferException {
        int place = place(field, 4);
        return place < 0 ? new byte[0] : message.copy(message.follow(place));
    }

    /** A table, or null where it is not there. */
    public FlatTable table(int field) throws FlatBufferException {
        int place = place(field, 4);
        return place < 0 ? null : message.table(message.follow(place));
    }

    /**
     * A vector; empty where it is not there.
     *
     * @param elementBytes the size of an element: that of a structure or a number, and 4 of tables and texts
     */
    public Vector vector(int field, int elementBytes) throws FlatBufferException {
        int place = place(field, 4);
        if (place < 0) {
            return new Vector(message, 0, elementBytes, 0);
        }
        int start = message.follow(place);
        long size = message.u32(start);
        message.check(start + 4L, size * elementBytes);
        return new Vector(message, start + 4, elementBytes, (int) size);
    }

    /** A vector of structures, numbers, tables or texts. */
    public static final class Vector {
        private final Message message;
        private final int start;
        private final int elementBytes;
        private final int size;

        private Vector(Message message, int start, int elementBytes, int size) {
            this.message = message;
            this.start = start;
            this.elementBytes = elementBytes;
            this.size = size;
        }

        public int size() {
            return size;
        }

        private int place(int index, int within, int length) throws FlatBufferException {
            if (index < 0 || index >= size || within + length > elementBytes) {
                throw new FlatBufferException("element " + index + " of a vector of " + size + " in FlatBuffers");
            }
            return start + index * elementBytes + within;
        }

        public int u8(int index, int within) throws FlatBufferException {
            return Byte.toUnsignedInt(message.bytes.get(place(index, within, 1)));
        }

        public long u32(int index, int within) throws FlatBufferException {
            return message.u32(place(index, within, 4));
        }

        public long i64(int index, int within) throws FlatBufferException {
            return message.bytes.getLong(place(index, within, 8));
        }

        public FlatTable table(int index) throws FlatBufferException {
            return message.table(message.follow(place(index, 0, 4)));
        }

        public String text(int index) throws FlatBufferException {
            return message.text(message.follow(place(index, 0, 4)));
        }
    }
}
