package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The sizes that an Avro file claims, however its bytes are cut into pieces. */
class AvroFramingTest {
    private static final int MEBIBYTE = 1 << 20;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    AvroFramingTest() {
        file.writeBytes(new byte[] {'O', 'b', 'j', 1});
    }

    private AvroFramingTest number(long value) {
        long left = (value << 1) ^ (value >> 63);
        while ((left & ~0x7fL) != 0) {
            file.write((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        file.write((int) left);
        return this;
    }

    private AvroFramingTest bytes(int count) {
        file.writeBytes(new byte[count]);
        return this;
    }

    /** A header of one property, the second time with the size of its part as writers may give it. */
    private AvroFramingTest header() {
        number(1).number(3).bytes(3).number(4).bytes(4);
        number(-1).number(9).number(3).bytes(3).number(2).bytes(2);
        return number(0).bytes(16);
    }

    private void accept(long length, int piece) throws IOException {
        AvroFraming framing = new AvroFraming(length);
        byte[] all = file.toByteArray();
        framing.accept(Arrays.copyOf(all, Math.min(all.length, 4)));
        for (int at = 4; at < all.length; at += piece) {
            framing.accept(Arrays.copyOfRange(all, at, Math.min(all.length, at + piece)));
        }
    }

    private void right() {
        for (int piece : new int[] {1, 3, 1000}) {
            assertThatCode(() -> accept(file.size(), piece)).doesNotThrowAnyException();
        }
    }

    private void wrong(long length, String sentence) {
        for (int piece : new int[] {1, 3, 1000}) {
            assertThatThrownBy(() -> accept(length, piece))
                    .isInstanceOf(IOException.class)
                    .hasMessage(sentence);
        }
    }

    @Test
    void whatFitsIsRight() {
        header().number(7).number(100).bytes(116).number(1).number(0).bytes(16);
        right();
    }

    @Test
    void aPropertyMayBeEmpty() {
        number(1).number(3).bytes(3).number(0).number(0).bytes(16);
        right();
    }

    @Test
    void aBlockBeyondTheEndIsRefused() {
        header().number(7).number(100).bytes(115);
        wrong(file.size(), "a block in it has 100 bytes, with 115 left and at most 67108864 allowed");
    }

    @Test
    void aBlockThatIsTooLargeForMemoryIsRefusedHoweverLargeTheFileIs() {
        header().number(7).number(65L * MEBIBYTE);
        wrong(
                1L << 40,
                "a block in it has 68157440 bytes, with " + ((1L << 40) - file.size())
                        + " left and at most 67108864 allowed");
    }

    @Test
    void aBlockOfLessThanNothingIsRefused() {
        header().number(-7);
        wrong(1L << 40, "a block in it has -7 entries");
    }

    @Test
    void aHeaderThatIsTooLargeIsRefusedHoweverLargeTheFileIs() {
        number(1).number(17L * MEBIBYTE);
        wrong(
                1L << 40,
                "its header has a part of 17825792 bytes, with " + ((1L << 40) - file.size())
                        + " left and at most 16777216 allowed");
    }

    @Test
    void aPartOfTheHeaderBeyondTheEndIsRefused() {
        number(1).number(100).bytes(99);
        wrong(file.size(), "its header has a part of 100 bytes, with 99 left and at most 16777216 allowed");
    }

    @Test
    void aNumberThatDoesNotEndIsRefused() {
        byte[] endless = new byte[11];
        Arrays.fill(endless, (byte) 0x80);
        file.writeBytes(endless);
        wrong(1L << 40, "a number in it has more than 64 bits");
    }

    @Test
    void sizesUpToTheBoundsAreRight() {
        number(1).number(12).bytes(12);
        right();
        file.reset();
        file.writeBytes(new byte[] {'O', 'b', 'j', 1});
        int before = 4 + 1 + 4;
        number(1).number(16L * MEBIBYTE - before);
        assertThatCode(() -> accept(1L << 40, 1000)).doesNotThrowAnyException();
        file.reset();
        file.writeBytes(new byte[] {'O', 'b', 'j', 1});
        header().number(0).number(64L * MEBIBYTE);
        assertThatCode(() -> accept(1L << 40, 1000)).doesNotThrowAnyException();
    }

    @Test
    void aNumberMayHaveAllSixtyFourBits() {
        header().number(1).number(Long.MIN_VALUE);
        wrong(
                1L << 40,
                "a block in it has -9223372036854775808 bytes, with " + ((1L << 40) - file.size())
                        + " left and at most 67108864 allowed");
    }

    @Test
    void whatBeginsOtherwiseIsNoAvroFile() {
        for (byte[] start : new byte[][] {{'O', 'b', 'j'}, {'O', 'b', 'j', 2}, {'P', 'A', 'R', '1'}}) {
            assertThatThrownBy(() -> new AvroFraming(100).accept(start))
                    .isInstanceOf(IOException.class)
                    .hasMessage("it is no Avro file");
        }
    }
}
