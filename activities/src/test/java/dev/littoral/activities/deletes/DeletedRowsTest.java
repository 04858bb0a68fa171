package dev.littoral.activities.deletes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DeletedRowsTest {
    /** The rows 1, 2, 4 and 2^32 + 7, as the specification of the format has them. */
    private static final String WRITTEN_BY_HAND = "0200000000000000"
            + "00000000" + "3a300000" + "01000000" + "0000" + "0200" + "10000000" + "0100" + "0200" + "0400"
            + "01000000" + "3a300000" + "01000000" + "0000" + "0000" + "10000000" + "0700";

    @Test
    void theBytesAreThePortableFormat() throws IOException {
        byte[] bytes = HexFormat.of().parseHex(WRITTEN_BY_HAND);
        DeletedRows rows = DeletedRows.of(4, 1, (1L << 32) + 7, 2);
        assertThat(rows.bytes()).isEqualTo(bytes);
        assertThat(DeletedRows.parse(bytes)).isEqualTo(rows);
        assertThat(rows.ranges())
                .containsExactly(new RowRange(1, 3), new RowRange(4, 5), new RowRange((1L << 32) + 7, (1L << 32) + 8));
        assertThat(rows.last()).isEqualTo((1L << 32) + 7);
    }

    @Test
    void setsAnswerAsSetsOfNumbersDo() throws IOException {
        Random random = new Random(3);
        for (int run = 0; run < 50; run++) {
            TreeSet<Long> expected = new TreeSet<>();
            int spread = 1 << (4 + run % 17);
            for (int i = 0; i < 500; i++) {
                expected.add((long) random.nextInt(spread));
            }
            DeletedRows rows =
                    DeletedRows.of(expected.stream().mapToLong(row -> row).toArray());
            assertThat(rows.count()).isEqualTo(expected.size());
            assertThat(DeletedRows.parse(rows.bytes())).isEqualTo(rows).hasSameHashCodeAs(rows);
            long from = random.nextInt(spread);
            long to = from + random.nextInt(spread);
            assertThat(rows.count(from, to)).isEqualTo(expected.subSet(from, to).size());
            assertThat(rows.contains(from)).isEqualTo(expected.contains(from));
            DeletedRows.Builder moved = new DeletedRows.Builder();
            moved.addMoved(rows, from, to, 1_000);
            assertThat(moved.build())
                    .isEqualTo(DeletedRows.of(expected.subSet(from, to).stream()
                            .mapToLong(row -> row - from + 1_000)
                            .toArray()));
            DeletedRows fewer = rows.without(DeletedRows.range(from, to));
            assertThat(rows.containsAll(fewer)).isTrue();
            assertThat(fewer.containsAll(rows)).isEqualTo(rows.count(from, to) == 0);
        }
        assertThat(DeletedRows.NONE.isEmpty()).isTrue();
        assertThat(DeletedRows.range(5, 5)).isEqualTo(DeletedRows.NONE);
        assertThat(DeletedRows.range(0, 1L << 33).bytes()).hasSizeLessThan(3 << 20);
    }

    @Test
    void damageIsRefusedAndNeverFillsTheMemory() {
        byte[] whole = DeletedRows.of(new Random(1).longs(2_000, 0, 1L << 34).toArray())
                .bytes();
        for (int length = 0; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> DeletedRows.parse(cut)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> DeletedRows.parse(Arrays.copyOf(whole, whole.length + 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("1 bytes before the end");
        byte[] most = new byte[20];
        Arrays.fill(most, (byte) 0x7f);
        assertThatThrownBy(() -> DeletedRows.parse(most)).isInstanceOf(IOException.class);
        Random random = new Random(2);
        for (int i = 0; i < 2_000; i++) {
            byte[] flipped = whole.clone();
            flipped[random.nextInt(200)] ^= (byte) (1 << random.nextInt(8));
            try {
                DeletedRows rows = DeletedRows.parse(flipped);
                if (rows.isEmpty() || (rows.last() >= 0 && rows.last() < Long.MAX_VALUE)) {
                    assertThat(rows.ranges().mapToLong(RowRange::rows).sum()).isEqualTo(rows.count());
                }
            } catch (IOException expected) {
                assertThat(expected).hasMessageContaining("64-bit Roaring bitmap");
            }
        }
    }
}
