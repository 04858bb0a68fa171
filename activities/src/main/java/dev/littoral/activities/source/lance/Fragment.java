package dev.littoral.activities.source.lance;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A fragment as a manifest has it: some rows, whose columns are in one data file or several.
 *
 * @param rows its physical rows; 0 where the writer did not know
 * @param deletion which of its rows are deleted, or null where none is
 */
record Fragment(long id, long rows, List<DataFile> files, DeletionFile deletion) {
    /** The ids of a hundred thousand columns take half a megabyte; in memory a fragment takes some times its bytes. */
    private static final int MAX_BYTES = 8 << 20;

    private static final int MAX_FILES = 100_000;
    private static final int MAX_FIELDS = 4_000_000;

    /** A base path is not given: it is the dataset's own. */
    static final int OWN_BASE = -1;

    /**
     * A data file.
     *
     * @param fields the ids of the columns in it, and the columns of the file that hold them, as texts
     * @param bytes its size, or 0 where it is not known
     * @param base the id of its base path, or {@link #OWN_BASE}
     */
    record DataFile(String path, String fields, long bytes, int base) {}

    /**
     * A deletion file.
     *
     * @param type 0 for an Arrow file, 1 for a Roaring bitmap
     * @param deleted how many rows are deleted, or 0 where the writer did not know
     * @param base the id of its base path, or {@link #OWN_BASE}
     */
    record DeletionFile(int type, long readVersion, long id, long deleted, int base) {
        /** Its name; both numbers are unsigned. */
        String name(long fragment) {
            return Long.toUnsignedString(fragment) + "-" + Long.toUnsignedString(readVersion) + "-"
                    + Long.toUnsignedString(id) + (type == 0 ? ".arrow" : ".bin");
        }
    }

    /** Reads a fragment, whose length comes first. */
    static Fragment read(CodedInputStream in) throws IOException {
        long id = 0;
        long rows = 0;
        List<DataFile> files = new ArrayList<>(1);
        DeletionFile deletion = null;
        int length = in.readRawVarint32();
        if (length < 0 || length > MAX_BYTES) {
            throw new InvalidProtocolBufferException("a fragment of " + Integer.toUnsignedString(length) + " bytes");
        }
        int limit = in.pushLimit(length);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case ProtobufFields.VARINT | 1 << 3 -> id = in.readUInt64();
                case ProtobufFields.BYTES | 2 << 3 -> {
                    if (files.size() == MAX_FILES) {
                        throw new InvalidProtocolBufferException("a fragment of more than " + MAX_FILES + " files");
                    }
                    files.add(dataFile(in));
                }
                case ProtobufFields.BYTES | 3 << 3 -> deletion = deletionFile(in);
                case ProtobufFields.VARINT | 4 << 3 -> rows = in.readUInt64();
                default -> ProtobufFields.skip(in, tag);
            }
        }
        ProtobufFields.end(in, limit);
        return new Fragment(id, rows, files, deletion);
    }

    private static DataFile dataFile(CodedInputStream in) throws IOException {
        String path = "";
        StringBuilder fields = new StringBuilder();
        StringBuilder columns = new StringBuilder();
        int major = 0;
        int minor = 0;
        long bytes = 0;
        int base = OWN_BASE;
        int limit = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case ProtobufFields.BYTES | 1 << 3 -> path = ProtobufFields.text(in);
                case ProtobufFields.BYTES | 2 << 3, ProtobufFields.VARINT | 2 << 3 -> numbers(in, tag, fields);
                case ProtobufFields.BYTES | 3 << 3, ProtobufFields.VARINT | 3 << 3 -> numbers(in, tag, columns);
                case ProtobufFields.VARINT | 4 << 3 -> major = in.readUInt32();
                case ProtobufFields.VARINT | 5 << 3 -> minor = in.readUInt32();
                case ProtobufFields.VARINT | 6 << 3 -> bytes = in.readUInt64();
                case ProtobufFields.VARINT | 7 << 3 -> base = base(in);
                default -> ProtobufFields.skip(in, tag);
            }
        }
        ProtobufFields.end(in, limit);
        return new DataFile(path, major + "." + minor + "[" + fields + "][" + columns + "]", bytes, base);
    }

    private static int base(CodedInputStream in) throws IOException {
        int base = in.readUInt32();
        if (base < 0) {
            throw new InvalidProtocolBufferException("base path " + Integer.toUnsignedString(base));
        }
        return base;
    }

    private static void numbers(CodedInputStream in, int tag, StringBuilder text) throws IOException {
        if ((tag & 7) == ProtobufFields.VARINT) {
            number(in, text);
            return;
        }
        int limit = in.pushLimit(in.readRawVarint32());
        while (!in.isAtEnd()) {
            number(in, text);
        }
        in.popLimit(limit);
    }

    private static void number(CodedInputStream in, StringBuilder text) throws IOException {
        if (text.length() > MAX_FIELDS) {
            throw new InvalidProtocolBufferException("a data file of too many columns");
        }
        text.append(in.readInt32()).append(',');
    }

    private static DeletionFile deletionFile(CodedInputStream in) throws IOException {
        int type = 0;
        long readVersion = 0;
        long id = 0;
        long deleted = 0;
        int base = OWN_BASE;
        int limit = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case ProtobufFields.VARINT | 1 << 3 -> type = in.readEnum();
                case ProtobufFields.VARINT | 2 << 3 -> readVersion = in.readUInt64();
                case ProtobufFields.VARINT | 3 << 3 -> id = in.readUInt64();
                case ProtobufFields.VARINT | 4 << 3 -> deleted = in.readUInt64();
                case ProtobufFields.VARINT | 7 << 3 -> base = base(in);
                default -> ProtobufFields.skip(in, tag);
            }
        }
        ProtobufFields.end(in, limit);
        return new DeletionFile(type, readVersion, id, deleted, base);
    }
}
