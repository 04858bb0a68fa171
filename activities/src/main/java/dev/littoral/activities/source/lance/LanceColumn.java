package dev.littoral.activities.source.lance;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * A column of a Lance dataset, or one that is nested in another.
 *
 * @param kind 0 for one with columns below it, 1 for a list, 2 for one with values
 * @param parent the id of the column that it is nested in, or negative
 * @param logicalType its type as Lance writes it, such as {@code decimal:128:10:2}
 * @param metadata more about its type, by name, as Base64
 */
record LanceColumn(
        int kind, String name, int id, int parent, String logicalType, boolean nullable, Map<String, String> metadata) {
    private static final int MAX_METADATA = 64 << 10;

    /**
     * Reads a column, whose length comes first.
     *
     * @param maxEntries of metadata
     */
    static LanceColumn read(CodedInputStream in, int maxEntries) throws IOException {
        int kind = 0;
        String name = "";
        int id = 0;
        int parent = 0;
        String type = "";
        boolean nullable = false;
        Map<String, String> metadata = new TreeMap<>();
        int limit = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case ProtobufFields.VARINT | 1 << 3 -> kind = in.readEnum();
                case ProtobufFields.BYTES | 2 << 3 -> name = ProtobufFields.text(in);
                case ProtobufFields.VARINT | 3 << 3 -> id = in.readInt32();
                case ProtobufFields.VARINT | 4 << 3 -> parent = in.readInt32();
                case ProtobufFields.BYTES | 5 << 3 -> type = ProtobufFields.text(in);
                case ProtobufFields.VARINT | 6 << 3 -> nullable = in.readBool();
                case ProtobufFields.BYTES | 10 << 3 -> {
                    if (metadata.size() == maxEntries) {
                        throw new InvalidProtocolBufferException("too many entries of metadata about columns");
                    }
                    metadata(in, metadata);
                }
                default -> ProtobufFields.skip(in, tag);
            }
        }
        ProtobufFields.end(in, limit);
        return new LanceColumn(kind, name, id, parent, type, nullable, metadata);
    }

    private static void metadata(CodedInputStream in, Map<String, String> metadata) throws IOException {
        String key = "";
        byte[] value = {};
        int limit = in.pushLimit(in.readRawVarint32());
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case ProtobufFields.BYTES | 1 << 3 -> key = ProtobufFields.text(in);
                case ProtobufFields.BYTES | 2 << 3 -> value = ProtobufFields.bytes(in, MAX_METADATA);
                default -> ProtobufFields.skip(in, tag);
            }
        }
        ProtobufFields.end(in, limit);
        metadata.put(key, Base64.getEncoder().encodeToString(value));
    }

    /** Its type in the words of {@link dev.littoral.workflows.spec.ColumnTypes}; as Lance writes it where none fits. */
    String type() {
        return type(logicalType);
    }

    private static String type(String logical) {
        String[] parts = logical.split(":", -1);
        return switch (parts[0]) {
            case "bool" -> "boolean";
            case "halffloat" -> "float16";
            case "large_string" -> "string";
            case "large_binary", "blob" -> "binary";
            case "fixed_size_binary" -> parts.length == 2 ? "fixed(" + parts[1] + ")" : logical;
            case "date32", "date64" -> "date";
            case "time", "time32", "time64" -> "time";
            case "timestamp" -> "timestamp";
            case "decimal" -> parts.length == 4 ? "decimal(" + parts[2] + "," + parts[3] + ")" : logical;
            case "list", "large_list", "list.struct", "large_list.struct", "fixed_size_list" -> "list";
            case "dict" -> parts.length > 1 ? type(parts[1]) : logical;
            default -> logical;
        };
    }
}
