package dev.littoral.activities.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which fragments share a bin of a hundred rows. */
class BinPackingTest {
    private static final long TARGET = 100;

    /** Packs a shard's folders, each given by the rows of its fragments. */
    private static BinPacking packed(long wanted, long[]... folders) {
        return packed(wanted, 0, folders);
    }

    private static BinPacking packed(long wanted, double maxDeadShare, long[]... folders) {
        int n = Arrays.stream(folders).mapToInt(folder -> folder.length).sum();
        long[] rows = new long[n];
        int[] folder = new int[n];
        int at = 0;
        for (int f = 0; f < folders.length; f++) {
            for (long each : folders[f]) {
                rows[at] = each;
                folder[at++] = f;
            }
        }
        long[] none = new long[n];
        Arrays.fill(none, ShardFragments.NONE);
        return BinPacking.of(
                new ShardFragments(rows, new long[n], folder, none),
                IntStream.range(0, n).toArray(),
                TARGET,
                wanted,
                maxDeadShare);
    }

    private static long[] rows(long... rows) {
        return rows;
    }

    private static int[] bins(BinPacking packing) {
        return IntStream.range(0, packing.items()).map(packing::bin).toArray();
    }

    private static long[] rowsOfBins(BinPacking packing) {
        return IntStream.range(0, packing.bins()).mapToLong(packing::rows).toArray();
    }

    @Test
    void foldersShareNoBinWithoutNeed() {
        assertThat(bins(packed(3, rows(30), rows(30), rows(30)))).containsExactly(0, 1, 2);
    }

    @Test
    void foldersShareOnlyAsFarAsTheNumberOfBinsDemands() {
        BinPacking packing = packed(3, rows(30), rows(30), rows(30), rows(30));
        assertThat(bins(packing)).containsExactly(0, 0, 1, 2);
        assertThat(rowsOfBins(packing)).containsExactly(60, 30, 30);
    }

    /** A segment survives that they die, so they cost the others nothing. */
    @Test
    void foldersOfNoMoreThanTheLargestShareOfDeadRowsAlwaysShare() {
        assertThat(bins(packed(9, 0.3, rows(30), rows(31), rows(30), rows(20)))).containsExactly(0, 1, 0, 0);
    }

    @Test
    void aBinThatIsFullIsNotShared() {
        assertThat(bins(packed(1, rows(93), rows(7)))).containsExactly(0, 1);
        assertThat(bins(packed(1, rows(92), rows(7)))).containsExactly(0, 0);
    }

    @Test
    void aBinTakesWhatFitsExactly() {
        assertThat(bins(packed(2, rows(30, 30), rows(45, 45), rows(20, 20)))).containsExactly(0, 0, 1, 1, 0, 0);
    }

    @Test
    void ofBinsThatFitAlikeTheFirstIsShared() {
        assertThat(bins(packed(2, rows(55), rows(55), rows(40)))).containsExactly(0, 1, 0);
        assertThat(bins(packed(2, rows(52), rows(55), rows(40)))).containsExactly(0, 1, 1);
    }

    /** Sixteen are open; for one more the fullest is closed, the first of those that are equally full. */
    @Test
    void theFullestBinIsClosedFirst() {
        long[][] folders = new long[18][];
        for (int i = 0; i < folders.length; i++) {
            folders[i] = rows(60 + i % 8);
        }
        folders[3] = rows(75);
        folders[5] = rows(75);
        folders[17] = rows(25);
        int[] bins = bins(packed(17, folders));
        assertThat(bins[17]).isEqualTo(bins[5]);
        assertThat(bins).startsWith(IntStream.range(0, 17).toArray());
    }

    @Test
    void aBinThatIsNearlyFullIsClosed() {
        assertThat(bins(packed(2, rows(50, 40, 7, 10, 3)))).containsExactly(0, 0, 0, 1, 1);
    }

    @Test
    void aBinWithAGapTakesThePairThatFillsIt() {
        assertThat(bins(packed(2, rows(50, 40, 5, 10)))).containsExactly(0, 0, 1, 0);
    }

    @Test
    void ofPairsThatFillAGapAlikeTheFirstIsTaken() {
        assertThat(bins(packed(2, rows(50, 30, 10, 20, 20)))).containsExactly(0, 0, 1, 0, 1);
    }
}
