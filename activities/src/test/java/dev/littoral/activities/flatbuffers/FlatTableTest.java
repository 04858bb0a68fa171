package dev.littoral.activities.flatbuffers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** FlatBuffers that point out of themselves, or that stand for more than they are. */
class FlatTableTest {
    /** Where the root table's only field is, which is an offset. */
    private static final int FIELD = 16;

    /** Where that leads. */
    private static final int TARGET = 20;

    /** A message whose root table has one field, an offset to zeros behind it. */
    private static ByteBuffer message(int bytes) {
        return ByteBuffer.allocate(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, 12)
                .putShort(4, (short) 6)
                .putShort(6, (short) 8)
                .putShort(8, (short) 4)
                .putInt(12, 8)
                .putInt(FIELD, TARGET - FIELD);
    }

    private static FlatTable root(ByteBuffer message) throws FlatBufferException {
        byte[] bytes = new byte[message.capacity()];
        message.get(0, bytes);
        return FlatTable.root(bytes, 0, bytes.length);
    }

    private static void assertRefused(ThrowingCallable reading, String words) {
        assertThatThrownBy(reading).isInstanceOf(FlatBufferException.class).hasMessageContaining(words);
    }

    @Test
    void anOffsetThatLeadsOutIsRefused() throws Exception {
        for (int place : new int[] {0, 12, FIELD}) {
            for (int offset : new int[] {1_000, Integer.MAX_VALUE, -1_000, Integer.MIN_VALUE}) {
                ByteBuffer message = message(28).putInt(place, offset);
                assertRefused(() -> root(message).text(0), "of FlatBuffers that have 28 bytes");
            }
        }
        for (int place : new int[] {4, 8}) {
            ByteBuffer message = message(28).putShort(place, (short) 26);
            assertRefused(() -> root(message).text(0), "of FlatBuffers that have 28 bytes");
        }
    }

    @Test
    void whatLiesBehindTheMessageIsNotRead() throws Exception {
        byte[] more = message(28).putInt(TARGET, 4).array();
        assertThat(FlatTable.root(more, 0, 28).text(0)).hasSize(4);
        assertRefused(() -> FlatTable.root(more, 0, 27).text(0), "of FlatBuffers that have 27 bytes");
        byte[] shifted = new byte[30];
        System.arraycopy(more, 0, shifted, 2, 28);
        assertThat(FlatTable.root(shifted, 2, 30).text(0)).hasSize(4);
    }

    @Test
    void aTableThatIsNamedAgainAndAgainIsVisitedAFewTimes() throws Exception {
        FlatTable root = root(message(28).putInt(TARGET, 16));
        for (int visit = 1; visit <= 28 / 4; visit++) {
            assertThat(root.table(0)).isNotNull();
        }
        assertRefused(() -> root.table(0), "the same tables again and again");
    }

    @Test
    void aTextThatIsNamedAgainAndAgainIsCopiedAFewTimes() throws Exception {
        FlatTable root = root(message(28).putInt(TARGET, 4));
        for (int copy = 1; copy <= 28 / 4; copy++) {
            assertThat(root.bytes(0)).hasSize(4);
        }
        assertRefused(() -> root.text(0), "texts of more bytes than FlatBuffers have");
    }

    @Test
    void aTextHasABound() throws Exception {
        int most = 64 << 10;
        ByteBuffer message = message(most + 100);
        assertThat(root(message.putInt(TARGET, most)).text(0)).hasSize(most);
        FlatTable more = root(message.putInt(TARGET, most + 1));
        assertRefused(() -> more.text(0), "or one of " + (most + 1));
    }

    @Test
    void aVectorHasNoMoreElementsThanThereAreBytes() throws Exception {
        assertThat(root(message(28).putInt(TARGET, 1)).vector(0, 4).size()).isEqualTo(1);
        for (int size : new int[] {2, 1 << 30, (1 << 30) + 1, Integer.MAX_VALUE, -1}) {
            FlatTable root = root(message(28).putInt(TARGET, size));
            assertRefused(() -> root.vector(0, 4), "of FlatBuffers that have 28 bytes");
        }
    }

    @Test
    void anElementThatAVectorDoesNotHaveIsRefused() throws Exception {
        ByteBuffer message = message(60).putInt(TARGET, 2).putInt(24, 7).putInt(28, 8);
        for (int at = 32; at < 60; at++) {
            message.put(at, (byte) 9);
        }
        FlatTable.Vector vector = root(message).vector(0, 4);
        assertThat(vector.u32(0, 0)).isEqualTo(7);
        assertThat(vector.u32(1, 0)).isEqualTo(8);
        assertRefused(() -> vector.u32(-1, 0), "element -1 of a vector of 2");
        assertRefused(() -> vector.u32(2, 0), "element 2 of a vector of 2");
        assertRefused(() -> vector.u8(1, 4), "element 1 of a vector of 2");
        assertRefused(() -> vector.i64(1, 0), "element 1 of a vector of 2");
    }
}
