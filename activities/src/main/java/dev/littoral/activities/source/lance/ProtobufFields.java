package dev.littoral.activities.source.lance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/** Fields of protobuf messages, read with limits. A tag is a field's number times 8, and one of the types here. */
final class ProtobufFields {
    static final int VARINT = WireFormat.WIRETYPE_VARINT;
    static final int BYTES = WireFormat.WIRETYPE_LENGTH_DELIMITED;

    private static final int MAX_TEXT = 16 << 10;

    private ProtobufFields() {}

    /** Skips a field that is not known. */
    static void skip(CodedInputStream in, int tag) throws IOException {
        // Groups nest, and no message of Lance has ever had one.
        if ((tag & 7) == WireFormat.WIRETYPE_START_GROUP || !in.skipField(tag)) {
            throw new InvalidProtocolBufferException("a group");
        }
    }

    /** Ends a nested message. */
    static void end(CodedInputStream in, int limit) throws IOException {
        in.checkLastTagWas(0);
        if (in.getBytesUntilLimit() != 0) {
            throw new InvalidProtocolBufferException("a message that ends early");
        }
        in.popLimit(limit);
    }

    /** A text that is short. */
    static String text(CodedInputStream in) throws IOException {
        return new String(bytes(in, MAX_TEXT), UTF_8);
    }

    /** Bytes that are not many. */
    static byte[] bytes(CodedInputStream in, int max) throws IOException {
        int length = in.readRawVarint32();
        if (length < 0 || length > max) {
            throw new InvalidProtocolBufferException("a text of " + Integer.toUnsignedString(length) + " bytes");
        }
        return in.readRawBytes(length);
    }
}
