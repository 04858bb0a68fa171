package dev.littoral.activities.source.lance;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.source.table.TableRetention;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a manifest says of a version but for its fragments.
 *
 * @param version its number
 * @param committedAt when it was written, or null where the writer did not say
 * @param readerFlags the features that a reader has to know, as bits
 * @param isCounted whether the rows of its fragments can be trusted: writers that did not yet say who they are could
 *     count them wrong
 * @param fileFormat the format of its data files; empty where the writer did not say
 * @param columns its columns with all that are nested in them
 * @param bases its base paths by their ids
 * @param retention how long clean-up, which writers do of themselves, leaves older versions; null where there is none
 */
record Manifest(
        long version,
        Instant committedAt,
        long readerFlags,
        boolean isCounted,
        String fileFormat,
        List<LanceColumn> columns,
        Map<Integer, BasePath> bases,
        Duration retention) {
    /** And as many entries of metadata about them. */
    private static final int MAX_COLUMNS = 200_000;

    private static final int MAX_COLUMN_BYTES = 16 << 20;
    private static final int MAX_BASES = 4096;
    private static final String OLDER_THAN = "lance.auto_cleanup.older_than";

    /**
     * A place with data files that may be another dataset's.
     *
     * @param isDataset whether it is a dataset's folder, else that of the files themselves
     */
    record BasePath(String path, boolean isDataset) {}

    /** Gets the fragments. */
    interface Visitor {
        void fragment(Fragment fragment) throws FileChangedException, InterruptedException;
    }

    /**
     * Reads a manifest.
     *
     * @param in ends with the manifest
     * @param visitor gets each fragment as it is read, or null where they are passed over
     */
    static Manifest read(CodedInputStream in, Visitor visitor)
            throws IOException, FileChangedException, InterruptedException {
        long version = 0;
        long flags = 0;
        Instant committedAt = null;
        String fileFormat = "";
        boolean hasFragments = false;
        boolean hasWriter = false;
        List<LanceColumn> columns = new ArrayList<>();
        long columnBytes = 0;
        int columnMetadata = 0;
        Map<Integer, BasePath> bases = new HashMap<>();
        Duration retention = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case ProtobufFields.BYTES | 1 << 3 -> {
                    if (columns.size() == MAX_COLUMNS) {
                        throw new InvalidProtocolBufferException("more than " + MAX_COLUMNS + " columns");
                    }
                    int before = in.getTotalBytesRead();
                    LanceColumn column = LanceColumn.read(in, MAX_COLUMNS - columnMetadata);
                    columns.add(column);
                    columnMetadata += column.metadata().size();
                    columnBytes += in.getTotalBytesRead() - before;
                    if (columnBytes > MAX_COLUMN_BYTES) {
                        throw new InvalidProtocolBufferException("columns of more than " + MAX_COLUMN_BYTES + " bytes");
                    }
                }
                case ProtobufFields.BYTES | 2 << 3 -> {
                    hasFragments = true;
                    if (visitor == null) {
                        ProtobufFields.skip(in, tag);
                    } else {
                        visitor.fragment(Fragment.read(in));
                    }
                }
                case ProtobufFields.VARINT | 3 << 3 -> version = in.readUInt64();
                case ProtobufFields.BYTES | 7 << 3 -> committedAt = timestamp(in);
                case ProtobufFields.VARINT | 9 << 3 -> flags = in.readUInt64();
                case ProtobufFields.BYTES | 13 << 3 -> {
                    hasWriter = true;
                    ProtobufFields.skip(in, tag);
                }
                case ProtobufFields.BYTES | 15 << 3 -> fileFormat = fileFormat(in);
                case ProtobufFields.BYTES | 16 << 3 -> {
                    Duration found = retention(in);
                    retention = found == null ? retention : found;
                }
                case ProtobufFields.BYTES | 18 << 3 -> {
                    if (bases.size() == MAX_BASES) {
                        throw new InvalidProtocolBufferException("more than " + MAX_BASES + " base paths");
                    }
                    basePath(in, bases);
                }
                default -> ProtobufFields.skip(in, tag);
            }
        }
        boolean isCounted = hasWriter || !hasFragments;
        return new Manifest(version, committedAt, flags, isCounted, fileFormat, columns, bases, retention);
    }

    private static Instant timestamp(CodedInputStream in) throws IOException {
        long seconds = 0;
        int nanos = 0;
        int limit = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case ProtobufFields.VARINT | 1 << 3 -> seconds = in.readInt64();
                case ProtobufFields.VARINT | 2 << 3 -> nanos = in.readInt32();
                default -> ProtobufFields.skip(in, tag);
            }
        }
        ProtobufFields.end(in, limit);
        try {
            return Instant.ofEpochSecond(seconds, nanos);
        } catch (DateTimeException | ArithmeticException e) {
            throw new InvalidProtocolBufferException("a timestamp of " + seconds + " seconds");
        }
    }

    private static String fileFormat(CodedInputStream in) throws IOException {
        String format = "";
        int limit = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == (ProtobufFields.BYTES | 1 << 3)) {
                format = ProtobufFields.text(in);
            } else {
                ProtobufFields.skip(in, tag);
            }
        }
        ProtobufFields.end(in, limit);
        return format;
    }

    /** Of an entry of the table's configuration. */
    private static Duration retention(CodedInputStream in) throws IOException {
        String key = "";
        String value = "";
        int limit = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case ProtobufFields.BYTES | 1 << 3 -> key = ProtobufFields.text(in);
                case ProtobufFields.BYTES | 2 << 3 -> value = ProtobufFields.text(in);
                default -> ProtobufFields.skip(in, tag);
            }
        }
        ProtobufFields.end(in, limit);
        return key.equals(OLDER_THAN) ? TableRetention.of(value).orElse(null) : null;
    }

    private static void basePath(CodedInputStream in, Map<Integer, BasePath> bases) throws IOException {
        int id = 0;
        String path = "";
        boolean isDataset = false;
        int limit = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case ProtobufFields.VARINT | 1 << 3 -> id = in.readUInt32();
                case ProtobufFields.VARINT | 3 << 3 -> isDataset = in.readBool();
                case ProtobufFields.BYTES | 4 << 3 -> path = ProtobufFields.text(in);
                default -> ProtobufFields.skip(in, tag);
            }
        }
        ProtobufFields.end(in, limit);
        if (bases.put(id, new BasePath(path, isDataset)) != null) {
            throw new InvalidProtocolBufferException("two base paths with the id " + Integer.toUnsignedString(id));
        }
    }
}
