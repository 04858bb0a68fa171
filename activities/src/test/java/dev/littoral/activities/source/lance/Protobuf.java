package dev.littoral.activities.source.lance;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes protobuf messages field by field, and the manifests that they make. */
public final class Protobuf {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    public Protobuf number(int field, long value) {
        return write(() -> out.writeUInt64(field, value));
    }

    public Protobuf text(int field, String value) {
        return write(() -> out.writeString(field, value));
    }

    public Protobuf message(int field, Protobuf value) {
        return write(() -> out.writeBytes(field, ByteString.copyFrom(value.bytes())));
    }

    Protobuf raw(byte[] value) {
        return write(() -> out.writeRawBytes(value));
    }

    private interface Writing {
        void run() throws IOException;
    }

    private Protobuf write(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    byte[] bytes() {
        write(out::flush);
        return bytes.toByteArray();
    }

    /** The object of a manifest with this message. */
    public byte[] manifest() {
        byte[] message = bytes();
        ByteBuffer object = ByteBuffer.allocate(4 + message.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        object.putInt(message.length)
                .put(message)
                .putLong(0)
                .putShort((short) 0)
                .putShort((short) 2);
        return object.put(new byte[] {'L', 'A', 'N', 'C'}).array();
    }

    /** A fragment with one data file. */
    public static Protobuf fragment(long id, long rows, Protobuf dataFile) {
        return new Protobuf().number(1, id).message(2, dataFile).number(4, rows);
    }

    public static Protobuf dataFile(String path) {
        return new Protobuf()
                .text(1, path)
                .message(2, new Protobuf().raw(new byte[] {0, 1}))
                .number(4, 2)
                .number(6, 100);
    }
}
