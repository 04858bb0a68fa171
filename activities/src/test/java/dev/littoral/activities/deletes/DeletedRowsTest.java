package dev.littoral.activities.deletes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.littoral.activities.concurrent.HeapBounds;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeletedRowsTest {
    /** The rows 1, 2, 4 and 2^32 + 7, as the specification of the format has them. */
    private static final String WRITTEN_BY_HAND = "0200000000000000"
            + "00000000" + "3a300000" + "01000000" + "0000" + "0200" + "10000000" + "0100" + "0200" + "0400"
            + "01000000" + "3a300000" + "01000000" + "0000" + "0000" + "10000000" + "0700";

    @Test
    void aBitmapMayHaveWhatItsRowsNeedAndTheHeapHasRoomFor() {
        assertThat(DeletedRows.mostBytes(0)).isEqualTo(64 << 10);
        assertThat(DeletedRows.mostBytes(7_000_000)).isEqualTo(1_000_000 + (64 << 10));
        int most = HeapBounds.of(16 << 20, 128 << 20);
        assertThat(DeletedRows.mostBytes(10_000_000_000L)).isEqualTo(most);
        assertThat(DeletedRows.mostBytes(Long.MAX_VALUE)).isEqualTo(most);
    }

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
    void movedRowsAndRangesAreAsThoseOfNumbersWhateverTheyAreKeptAs() {
        Random random = new Random(11);
        int size = 400_000;
        long base = (1L << 32) - size / 2;
        for (int run = 0; run < 24; run++) {
            BitSet model = new BitSet(size);
            for (int at = random.nextInt(size / 2); at < size; at += random.nextInt(100_000)) {
                int end = Math.min(size, at + random.nextInt(100_000));
                switch (random.nextInt(3)) {
                    case 0 -> model.set(at, end);
                    case 1 ->
                        random.ints(20, at, end + 1).filter(row -> row < size).forEach(model::set);
                    default ->
                        IntStream.range(at, end).filter(row -> row % 3 != 1).forEach(model::set);
                }
            }
            DeletedRows rows = rows(model, base);
            assertThat(rows.ranges()).as("run %s", run).containsExactlyElementsOf(ranges(model, base));
            int from = random.nextInt(size);
            int to = run % 10 == 0 ? size : from + random.nextInt(size - from);
            long target = switch (run % 4) {
                case 0 -> 0;
                case 1 -> base + from;
                case 2 -> (1L << 34) - random.nextInt(size);
                default -> random.nextLong(1L << 33);
            };
            DeletedRows.Builder moved = new DeletedRows.Builder();
            moved.add(target + size);
            moved.addMoved(rows, base + from, base + to, target);
            BitSet within = model.get(from, to);
            within.set(size);
            assertThat(moved.build()).as("run %s", run).isEqualTo(rows(within, target));
        }
    }

    private static DeletedRows rows(BitSet model, long base) {
        DeletedRows.Builder rows = new DeletedRows.Builder();
        model.stream().forEach(row -> rows.add(base + row));
        return rows.build();
    }

    private static List<RowRange> ranges(BitSet model, long base) {
        List<RowRange> ranges = new ArrayList<>();
        for (int at = model.nextSetBit(0); at >= 0; at = model.nextSetBit(model.nextClearBit(at))) {
            ranges.add(new RowRange(base + at, base + model.nextClearBit(at)));
        }
        return ranges;
    }

    @Test
    void billionsOfRowsInRunsStayFewBytes() {
        int chunks = 1 << 17;
        long end = (long) chunks << 16;
        DeletedRows.Builder runs = new DeletedRows.Builder();
        for (long start = 0; start < end; start += 1 << 16) {
            runs.addRange(start, start + 65_000);
        }
        runs.add(-1);
        DeletedRows rows = runs.build();
        long before = allocated();
        DeletedRows.Builder moved = new DeletedRows.Builder();
        moved.addMoved(rows, 0, Long.MAX_VALUE, 0);
        moved.addMoved(rows, 1L << 16, end, (1L << 40) + 9);
        DeletedRows all = moved.build();
        assertThat(all.count()).isEqualTo((2L * chunks - 1) * 65_000);
        assertThat(all.ranges().count()).isEqualTo(2L * chunks - 1);
        assertThat(allocated() - before).isLessThan(256 << 20);
    }

    @Test
    void aRangeThatIsMovedCostsWhatIsInItHoweverLargeTheSetIs() {
        DeletedRows.Builder thirds = new DeletedRows.Builder();
        int size = 1 << 25;
        for (int row = 0; row < size; row += 3) {
            thirds.add(row);
        }
        DeletedRows rows = thirds.build();
        long before = allocated();
        DeletedRows.Builder moved = new DeletedRows.Builder();
        int length = 70_000;
        for (int i = 0; i < 400; i++) {
            moved.addMoved(rows, i * (long) length, (i + 1L) * length, i * (long) length);
        }
        assertThat(moved.build().count()).isEqualTo(rows.count(0, 400L * length));
        assertThat(allocated() - before).isLessThan(400L * 4 * length);
    }

    @Test
    void rowsThatComeOneByOneAreARunSoon() {
        DeletedRows.Builder builder = new DeletedRows.Builder();
        for (int row = 0; row < 1 << 24; row++) {
            builder.add(row);
        }
        assertThat(builder.bytes()).isLessThan(1 << 20);
        assertThat(builder.build()).isEqualTo(DeletedRows.range(0, 1 << 24));
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
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
