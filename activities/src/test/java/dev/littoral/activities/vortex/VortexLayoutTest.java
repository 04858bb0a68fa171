package dev.littoral.activities.vortex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.flatbuffers.FlatBufferException;
import dev.littoral.activities.flatbuffers.FlatTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class VortexLayoutTest {
    private static final int NODE = 20;
    private static final String[] STRUCT = {"vortex.struct"};

    /** Layouts, each of which has the next one twice; only their children are given. */
    private static FlatTable nested(int depth) throws FlatBufferException {
        ByteBuffer bytes = ByteBuffer.allocate(16 + depth * NODE + 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(16);
        // The list of fields: its length, that of the table, and where the fields are: the fourth alone is there.
        bytes.putShort((short) 12).putShort((short) 8);
        bytes.putShort((short) 0).putShort((short) 0).putShort((short) 0).putShort((short) 4);
        for (int i = 0; i < depth; i++) {
            int at = bytes.position();
            int next = i == depth - 1 ? at : at + NODE;
            bytes.putInt(at - 4).putInt(4).putInt(i == depth - 1 ? 0 : 2);
            bytes.putInt(next - at - 12).putInt(next - at - 16);
        }
        return FlatTable.root(bytes.array(), 0, bytes.capacity());
    }

    @Test
    void layoutsThatStandForVeryManyAreRefused() throws Exception {
        assertThat(VortexLayout.read(nested(2), STRUCT).rows()).isZero();
        assertThatThrownBy(() -> VortexLayout.read(nested(50), STRUCT))
                .isInstanceOf(FlatBufferException.class)
                .hasMessage("FlatBuffers that name the same tables again and again");
    }

    @Test
    void layoutsThatNestTooDeepAreRefused() {
        String[] zoned = {"vortex.zoned"};
        assertThatThrownBy(() -> VortexLayout.read(nested(1000), zoned))
                .isInstanceOf(FlatBufferException.class)
                .hasMessage("layouts in more than 64 of another");
    }
}
