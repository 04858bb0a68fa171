package dev.littoral.activities.source.lance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Fields of protobuf messages that are none of Lance's. */
class ProtobufFieldsTest {
    /** A length, and bytes behind it. */
    private static CodedInputStream text(int length, int bytes) throws IOException {
        ByteString.Output out = ByteString.newOutput();
        CodedOutputStream coded = CodedOutputStream.newInstance(out);
        coded.writeUInt32NoTag(length);
        coded.writeRawBytes(new byte[bytes]);
        coded.flush();
        return out.toByteString().newCodedInput();
    }

    @Test
    void aTextHasABound() throws Exception {
        int most = 16 << 10;
        assertThat(ProtobufFields.text(text(most, most))).hasSize(most);
        assertThatThrownBy(() -> ProtobufFields.text(text(most + 1, most + 1)))
                .isInstanceOf(InvalidProtocolBufferException.class)
                .hasMessageContaining("a text of 16385 bytes");
        assertThatThrownBy(() -> ProtobufFields.text(text(-1, 10)))
                .isInstanceOf(InvalidProtocolBufferException.class)
                .hasMessageContaining("a text of 4294967295 bytes");
    }

    @Test
    void aGroupIsNotSkipped() {
        for (int tag : new int[] {1 << 3 | 3, 1 << 3 | 4}) {
            // It has an end of its own.
            CodedInputStream in = CodedInputStream.newInstance(new byte[] {1 << 3 | 4});
            assertThatThrownBy(() -> ProtobufFields.skip(in, tag))
                    .isInstanceOf(InvalidProtocolBufferException.class)
                    .hasMessageContaining("a group");
        }
    }

    @Test
    void aMessageThatEndsBeforeItsLengthIsNone() throws Exception {
        CodedInputStream in = CodedInputStream.newInstance(new byte[10]);
        int limit = in.pushLimit(5);
        assertThatThrownBy(() -> ProtobufFields.end(in, limit))
                .isInstanceOf(InvalidProtocolBufferException.class)
                .hasMessageContaining("a message that ends early");
        in.skipRawBytes(5);
        ProtobufFields.end(in, limit);
        assertThat(in.getBytesUntilLimit()).isEqualTo(5);
    }
}
