package dev.littoral.activities.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FragmentSplitterTest {

    @Test
    void aFileOfAtMostTheTargetIsOneFragment() {
        assertThat(split(10, 3, 3, 4)).containsExactly(0, 10);
        assertThat(split(10, 1)).containsExactly(0, 1);
    }

    @Test
    void aLargerFileIsCutAtRowGroupsFilledUpToTheTarget() {
        assertThat(split(10, 4, 4, 4, 4, 10, 1)).containsExactly(0, 8, 16, 26, 27);
    }

    @Test
    void onlyARowGroupLargerThanTheTargetIsCutItself() {
        assertThat(split(10, 3, 25, 3, 3)).containsExactly(0, 3, 13, 23, 31, 34);
        assertThat(split(10, 20)).containsExactly(0, 10, 20);
    }

    @Test
    void noFragmentIsEmpty() {
        assertThat(split(10)).containsExactly(0);
        assertThat(split(10, 0, 0)).containsExactly(0);
        assertThat(split(10, 0, 10, 0, 0, 10, 0)).containsExactly(0, 10, 20);
    }

    @Test
    void moreThanAMillionFragmentsAreRefused() {
        assertThat(split(1, 1_000_000)).hasSize(1_000_001);
        assertThatThrownBy(() -> split(1, 1_000_001))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessage("File /lake/a has too many fragments: found more than 1000000 of at most 1 rows, "
                        + "expected fewer;"
                        + " raise targetRowsPerSegment");
        assertThatThrownBy(() -> split(1, 1L << 40)).isInstanceOf(LittoralException.class);
    }

    @Test
    void aTargetBelowOneIsAMistake() {
        assertThatThrownBy(() -> split(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLargestTargetDoesNotOverflow() {
        assertThat(split(Long.MAX_VALUE, 1L << 40)).containsExactly(0, 1L << 40);
    }

    @Test
    void whereRowsMayBeDeadALargeFileIsCutIntoFragmentsThatFillGaps() {
        assertThat(splitFinely(1_000, 0.3, 550)).containsExactly(0, 275, 413, 482, 516, 533, 542, 550);
        assertThat(splitFinely(1_000, 0.3, 250)).containsExactly(0, 250);
        assertThat(splitFinely(1_000, 0.3, 930)).containsExactly(0, 930);
        assertThat(splitFinely(1_000, 0, 550)).containsExactly(0, 550);
    }

    @Test
    void aGapFillingFragmentEndsWithARowGroupThatEndsNearItsMiddle() {
        assertThat(splitFinely(1_000, 0.3, 100, 100, 100, 100, 100, 40))
                .startsWith(0, 300, 400, 500)
                .endsWith(540);
    }

    @Test
    void onlyWhatIsLeftOfAFileOfManyTargetsFillsGaps() {
        assertThat(splitFinely(1_000, 0.3, 2_550)).startsWith(0, 1_000, 2_000, 2_275);
    }

    @Test
    void whateverTheRowGroupsFineCutsAreAmongThemTheCoarseOnes() {
        for (long seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            long target = 1L + random.nextInt(300);
            long[] groups = random.longs(random.nextInt(20), 0, 400)
                    .map(rows -> Math.max(0, rows - 100))
                    .toArray();
            List<Long> coarse = Arrays.stream(split(target, groups)).boxed().toList();
            List<Long> fine =
                    Arrays.stream(splitFinely(target, 0.3, groups)).boxed().toList();
            String seeded = "seed " + seed + ", target " + target + ", row groups " + Arrays.toString(groups);
            assertThat(fine).as(seeded).isSorted().doesNotHaveDuplicates().containsAll(coarse);
            assertThat(fine.getLast()).as(seeded).isEqualTo(coarse.getLast());
            assertThat(fine.size()).as(seeded).isLessThan(16 * coarse.size());
        }
    }

    @Test
    void whateverTheRowGroupsFragmentsCoverAllRowsAndCutNoRowGroupThatFits() {
        for (long seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            long target = 1L + random.nextInt(30);
            long[] groups = random.longs(random.nextInt(20), 0, 50)
                    .map(r -> Math.max(0, r - 10))
                    .toArray();
            long[] cuts = split(target, groups);
            TreeSet<Long> ends = new TreeSet<>();
            TreeSet<Long> inside = new TreeSet<>();
            long sum = 0;
            for (long rows : groups) {
                for (long row = sum + 1; rows > target && row < sum + rows; row++) {
                    inside.add(row);
                }
                sum += rows;
                ends.add(sum);
            }
            String seeded = "seed " + seed + ", target " + target + ", row groups " + Arrays.toString(groups)
                    + ", cuts " + Arrays.toString(cuts);
            assertThat(cuts[0]).as(seeded).isZero();
            assertThat(cuts[cuts.length - 1]).as(seeded).isEqualTo(sum);
            for (int i = 1; i < cuts.length; i++) {
                assertThat(cuts[i] - cuts[i - 1]).as(seeded).isBetween(1L, target);
                if (i < cuts.length - 1) {
                    assertThat(ends.contains(cuts[i]) || inside.contains(cuts[i]))
                            .as(seeded)
                            .isTrue();
                    // Filled: the next row group would not have fitted.
                    Long next = ends.higher(cuts[i]);
                    assertThat(inside.contains(cuts[i]) || next - cuts[i - 1] > target)
                            .as(seeded)
                            .isTrue();
                }
            }
        }
    }

    private static long[] splitFinely(long target, double maxDeadShare, long... rowGroupRows) {
        return FragmentSplitter.split("/lake/a", rowGroupRows, target, maxDeadShare);
    }

    private static long[] split(long target, long... rowGroupRows) {
        return FragmentSplitter.split("/lake/a", rowGroupRows, target);
    }
}
