package dev.littoral.activities.balance;

import static dev.littoral.activities.balance.ShardFragments.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BalancerTest {
    private static final RowDelta NOTHING = new RowDelta(0, 0);

    @Test
    void anEmptyShardHasNoSegments() {
        Balance balance = Balancer.balance(unassigned(0, 1), NOTHING, 100, 0, 1);

        assertThat(balance.segment()).isEmpty();
        assertThat(balance.newSegments()).isZero();
        assertThat(balance.newRows()).isZero();
    }

    @Test
    void withoutUnassignedFragmentsNothingChangesHoweverSmallTheSegments() {
        long[] segment = new long[100];
        Arrays.setAll(segment, i -> i);
        ShardFragments in = living(filled(100, 1), new int[100], segment);

        Balance balance = Balancer.balance(in, new RowDelta(0, 5_000), 1_000, 0, 100);

        assertThat(balance.segment()).isEqualTo(segment);
        assertThat(balance.newSegments()).isZero();
    }

    /** Six small segments may lie around. One of half the target is none, be it kept or new. */
    @Test
    void whatIsHalfFullIsNotSmall() {
        long[] rows = {16, 16, 16, 16, 16, 16, 50, 50};
        int[] folder = {0, 0, 0, 0, 0, 0, 0, 1};
        long[] segment = {1, 2, 3, 4, 5, 6, 7, NONE};

        Balance balance = Balancer.balance(living(rows, folder, segment), new RowDelta(1, 0), 100, 0, 8);

        assertThat(balance.segment()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        rows[7] = 49;
        assertThat(Balancer.balance(living(rows, folder, segment), new RowDelta(1, 0), 100, 0, 8)
                        .newRows())
                .isGreaterThan(49);
    }

    /** So many bins are wanted as their rows fill, not fewer: in two of them two folders need not be mixed. */
    @Test
    void smallSegmentsThatFillMoreThanOneAreMergedFolderByFolder() {
        long[] rows = {8, 8, 8, 8, 8, 8, 8, 36, 12, 8};
        int[] folder = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
        long[] segment = {1, 2, 3, 4, 5, 6, 7, 8, NONE, NONE};

        Balance balance = Balancer.balance(living(rows, folder, segment), new RowDelta(1, 0), 100, 0, 9);

        assertThat(balance.segment()).containsExactly(9, 9, 9, 9, 9, 9, 9, 9, 10, 10);
    }

    @Test
    void oneUnassignedFragmentGetsTheFirstId() {
        Balance balance = Balancer.balance(unassigned(1, 7), new RowDelta(7, 0), 100, 0, 42);

        assertThat(balance).returns(1, Balance::newSegments).returns(7L, Balance::newRows);
        assertThat(balance.segment()).containsExactly(42);
    }

    @Test
    void filesOfExactlyTheTargetGetASegmentEach() {
        Balance balance = Balancer.balance(unassigned(50, 1_000), new RowDelta(50_000, 0), 1_000, 0, 1);

        assertThat(balance.newSegments()).isEqualTo(50);
        assertThat(balance.segment()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aTargetOfOneGivesEveryRowASegment() {
        Balance balance = Balancer.balance(unassigned(20, 1), new RowDelta(20, 0), 1, 0, 1);

        assertThat(balance.newSegments()).isEqualTo(20);
    }

    @Test
    void thousandsOfTinyFilesInAsManyFoldersFillSegments() {
        int n = 10_000;
        int[] folder = new int[n];
        Arrays.setAll(folder, i -> i);
        ShardFragments in = living(filled(n, 1), folder, filled(n, NONE));

        Balance balance = Balancer.balance(in, new RowDelta(n, 0), 100, 0, 1);

        assertThat(balance.newSegments()).isBetween(100, 107);
    }

    @Test
    void aHugeFolderIsCutInPathOrder() {
        Balance balance = Balancer.balance(unassigned(1_000, 10), new RowDelta(10_000, 0), 1_000, 0, 1);

        assertThat(balance.newSegments()).isEqualTo(10);
        assertThat(balance.segment()).isSorted();
    }

    @Test
    void aFolderThatFillsItsSegmentsSharesThemWithNoOther() {
        int[] folder = new int[200];
        Arrays.setAll(folder, i -> i / 20);
        ShardFragments in = living(filled(200, 96), folder, filled(200, NONE));

        Balance balance = Balancer.balance(in, new RowDelta(200 * 96, 0), 1_000, 0, 1);

        Map<Long, Integer> folderOf = new HashMap<>();
        for (int i = 0; i < folder.length; i++) {
            int inFolder = folder[i];
            int first = folderOf.computeIfAbsent(balance.segment()[i], id -> inFolder);
            assertThat(first).as("folder of fragment %d", i).isEqualTo(inFolder);
        }
        assertThat(folderOf).hasSize(20);
    }

    @Test
    void fullSegmentsStayWhenAFolderComes() {
        long[] segment = filled(40, NONE);
        Arrays.fill(segment, 0, 10, 1);
        Arrays.fill(segment, 10, 20, 2);
        ShardFragments in = living(filled(40, 100), new int[40], segment);

        Balance balance = Balancer.balance(in, new RowDelta(2_000, 0), 1_000, 0, 3);

        assertThat(balance.segment()).startsWith(Arrays.copyOf(segment, 20));
        assertThat(balance.newSegments()).isEqualTo(2);
        assertThat(balance.newRows()).isEqualTo(2_000);
    }

    @Test
    void anUnderfilledSegmentIsReopenedWhenUnassignedFragmentsFillIt() {
        long[] segment = filled(10, NONE);
        Arrays.fill(segment, 0, 4, 1);
        ShardFragments in = living(filled(10, 100), new int[10], segment);

        Balance balance = Balancer.balance(in, new RowDelta(600, 0), 1_000, 0, 2);

        assertThat(balance.segment()).containsOnly(2);
        assertThat(balance.newRows()).isEqualTo(1_000);
    }

    @Test
    void aSegmentLargerThanTheTargetIsKept() {
        ShardFragments in = living(new long[] {90, 90, 5}, new int[] {0, 0, 1}, new long[] {1, 1, NONE});

        Balance balance = Balancer.balance(in, new RowDelta(5, 0), 100, 0, 2);

        assertThat(balance.segment()).containsExactly(1, 1, 2);
    }

    @Test
    void fragmentsBeyondTheTargetOrWithRowsBelowZeroAreRefused() {
        assertThatThrownBy(() -> Balancer.balance(unassigned(3, 101), NOTHING, 100, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Fragment 0 has 101 rows; a fragment has none if it is dead, and at most the target of"
                        + " 100.");
        assertThatThrownBy(() -> Balancer.balance(unassigned(3, -1), NOTHING, 100, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has -1 rows");
    }

    @Test
    void anUnassignedFragmentWithDeadRowsIsRefused() {
        ShardFragments in = new ShardFragments(new long[] {1}, new long[] {2}, new int[1], new long[] {NONE});

        assertThatThrownBy(() -> Balancer.balance(in, NOTHING, 100, 0.3, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Fragment 0 has 2 dead rows; it has at least 0, and 0 if it is in no segment.");
        ShardFragments below = new ShardFragments(new long[] {1}, new long[] {-1}, new int[1], new long[] {0});
        assertThatThrownBy(() -> Balancer.balance(below, NOTHING, 100, 0.3, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has -1 dead rows");
    }

    @Test
    void aShareOfDeadRowsOutOfItsRangeIsRefused() {
        for (double share : new double[] {-0.1, 0.91, Double.NaN}) {
            assertThatThrownBy(() -> Balancer.balance(unassigned(1, 1), NOTHING, 100, share, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "The largest share of dead rows is " + share + "; it must be at least 0 and at most 0.9.");
        }
    }

    @Test
    void aSegmentIsKeptUntilMoreThanTheShareOfItsRowsIsDead() {
        int[] folder = new int[4];
        long[] segment = {1, 1, 2, 2};
        ShardFragments atTheShare =
                new ShardFragments(new long[] {40, 30, 50, 0}, new long[] {0, 30, 0, 10}, folder, segment);
        ShardFragments aboveIt =
                new ShardFragments(new long[] {40, 29, 50, 0}, new long[] {0, 31, 0, 10}, folder, segment);

        assertThat(Balancer.balance(atTheShare, NOTHING, 100, 0.3, 3).segment()).isEqualTo(segment);
        Balance balance = Balancer.balance(aboveIt, NOTHING, 100, 0.3, 3);
        assertThat(balance.segment()).containsExactly(3, 3, 2, 2);
        assertThat(balance).returns(1, Balance::newSegments).returns(69L, Balance::newRows);
    }

    @Test
    void atAShareOfNoneAnyDeadRowDissolvesASegment() {
        ShardFragments in =
                new ShardFragments(new long[] {40, 59, 100}, new long[] {0, 1, 0}, new int[3], new long[] {1, 1, 2});

        assertThat(Balancer.balance(in, NOTHING, 100, 0, 3).segment()).containsExactly(3, 3, 2);
    }

    /** As with a file that had deletes when it was first seen: nothing would be won. */
    @Test
    void rowsThatWereDeadWhenTheSegmentWasBuiltDoNotDissolveIt() {
        ShardFragments in = new ShardFragments(new long[] {1, 0}, new long[2], new int[2], new long[] {1, 1});

        assertThat(Balancer.balance(in, NOTHING, 100, 0, 2).segment()).containsExactly(1, 1);
    }

    @Test
    void deadFragmentsOfADissolvedSegmentAndUnassignedOnesWithoutRowsAreInNone() {
        ShardFragments in = new ShardFragments(
                new long[] {10, 0, 0, 0}, new long[] {0, 90, 0, 30}, new int[4], new long[] {1, 1, NONE, 2});

        Balance balance = Balancer.balance(in, NOTHING, 100, 0.3, 3);

        assertThat(balance.segment()).containsExactly(3, NONE, NONE, NONE);
        assertThat(balance.newSegments()).isOne();
    }

    @Test
    void aSegmentWithoutLivingRowsIsDropped() {
        ShardFragments in = new ShardFragments(new long[2], new long[2], new int[2], new long[] {1, 1});

        Balance balance = Balancer.balance(in, NOTHING, 100, 0.9, 2);

        assertThat(balance.segment()).containsOnly(NONE);
        assertThat(balance.newSegments()).isZero();
    }

    @Test
    void holesDoNotReopenASegment() {
        int n = 60;
        long[] rows = filled(n, 75);
        long[] dead = filled(n, 20);
        long[] segment = new long[n];
        Arrays.setAll(segment, i -> i);
        rows[n - 1] = 20;
        dead[n - 1] = 0;
        segment[n - 1] = NONE;

        Balance balance = Balancer.balance(
                new ShardFragments(rows, dead, new int[n], segment), new RowDelta(20, 20), 100, 0.3, n);

        assertThat(balance.newRows()).isEqualTo(20);
    }

    @Test
    void aSegmentWithTooManyDeadFragmentsIsDissolved() {
        int n = CommittedSegments.MAX_DEAD_FRAGMENTS + 2;
        long[] rows = new long[n];
        long[] dead = filled(n, 1);
        rows[0] = 1_000_000;
        dead[0] = 0;
        long[] segment = filled(n, 1);
        ShardFragments tooMany = new ShardFragments(rows, dead, new int[n], segment);
        rows = rows.clone();
        rows[1] = 1;
        ShardFragments asMany = new ShardFragments(rows, dead, new int[n], segment);

        assertThat(Balancer.balance(asMany, NOTHING, 2_000_000, 0.3, 2).segment())
                .containsOnly(1);
        assertThat(Balancer.balance(tooMany, NOTHING, 2_000_000, 0.3, 2).segment())
                .startsWith(2, NONE)
                .containsOnly(2, NONE);
    }

    @Test
    void aTargetBelowOneIsRefused() {
        assertThatThrownBy(() -> Balancer.balance(unassigned(0, 1), NOTHING, 0, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The target is 0 rows; it must be at least 1.");
    }

    @Test
    void anIdThatIsTakenIsRefused() {
        ShardFragments in = living(new long[] {1, 1}, new int[2], new long[] {7, NONE});

        assertThatThrownBy(() -> Balancer.balance(in, NOTHING, 100, 0, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the id 7 is taken");
    }

    @Test
    void arraysOfDifferentLengthsAreRefused() {
        assertThatThrownBy(() -> new ShardFragments(new long[2], new long[3], new int[1], new long[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 row counts, 3 counts of dead rows, 1 folders and 2 segments");
    }

    @Test
    void aTargetNearTheLargestNumberDoesNotOverflow() {
        Balance balance = Balancer.balance(unassigned(100, Long.MAX_VALUE / 200), NOTHING, Long.MAX_VALUE, 0, 1);

        assertThat(balance.newSegments()).isEqualTo(1);
    }

    @Test
    void everyResultKeepsThePromises() {
        for (int seed = 0; seed < 20_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long target = 1 + random.nextLong(random.nextBoolean() ? 10 : 1_000);
            ShardFragments in = anyShard(random, target, random.nextBoolean() ? 0 : random.nextDouble(0.5));
            double share = random.nextInt(3) == 0 ? 0 : random.nextDouble(Balancer.MOST_DEAD_SHARE);
            long firstId = 1_000 + random.nextLong(5);
            RowDelta change = new RowDelta(random.nextInt(3_000), random.nextInt(3_000));
            long[] rows = in.rows().clone();
            long[] dead = in.dead().clone();
            long[] before = in.segment().clone();

            Balance balance = Balancer.balance(in, change, target, share, firstId);

            String name = "seed " + seed;
            assertThat(in.rows()).as(name).isEqualTo(rows);
            assertThat(in.dead()).as(name).isEqualTo(dead);
            assertThat(in.segment()).as(name).isEqualTo(before);
            checkPromises(name, in, balance, target, share, firstId);
            Balance again = Balancer.balance(in, change, target, share, firstId);
            assertThat(again.segment()).as(name).isEqualTo(balance.segment());
        }
    }

    @Test
    void whereNothingIsUnassignedOrOverTheShareNothingChanges() {
        for (int seed = 0; seed < 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ShardFragments in = anyShard(random, 1_000, 0.2);
            double share = random.nextDouble(Balancer.MOST_DEAD_SHARE);
            long[] settled = Balancer.balance(in, NOTHING, 1_000, share, 1_000).segment();
            long[] dead = in.dead().clone();
            for (int i = 0; i < dead.length; i++) {
                dead[i] = settled[i] == in.segment()[i] && settled[i] != NONE ? dead[i] : 0;
            }

            Balance again = Balancer.balance(
                    new ShardFragments(in.rows(), dead, in.folder(), settled), NOTHING, 1_000, share, 2_000);

            assertThat(again.segment()).as("seed " + seed).isEqualTo(settled);
            assertThat(again.newRows()).as("seed " + seed).isZero();
        }
    }

    private static void checkPromises(
            String name, ShardFragments in, Balance balance, long target, double share, long firstId) {
        assertThat(balance.segment()).as(name).hasSameSizeAs(in.segment());
        long nextId = firstId;
        long newRows = 0;
        Map<Long, Long> rowsOfNew = new HashMap<>();
        Map<Long, long[]> kept = new HashMap<>();
        Set<Long> lost = new HashSet<>();
        for (int i = 0; i < in.size(); i++) {
            long id = balance.segment()[i];
            long before = in.segment()[i];
            if (id >= firstId) {
                assertThat(in.rows()[i]).as(name).isPositive();
                assertThat(id).as(name).isLessThanOrEqualTo(nextId);
                nextId = Math.max(nextId, id + 1);
                newRows += in.rows()[i];
                rowsOfNew.merge(id, in.rows()[i], Long::sum);
                lost.add(before);
            } else if (id == NONE) {
                assertThat(in.rows()[i]).as(name).isZero();
                lost.add(before);
            } else {
                assertThat(id).as(name).isEqualTo(before);
                long[] sums = kept.computeIfAbsent(id, any -> new long[2]);
                sums[0] += in.rows()[i];
                sums[1] += in.dead()[i];
            }
        }
        assertThat(Collections.disjoint(lost, kept.keySet())).as(name).isTrue();
        assertThat(kept.values()).as(name).allMatch(sums -> sums[0] > 0 && sums[1] <= share * (sums[0] + sums[1]));
        assertThat(rowsOfNew).as(name).hasSize(balance.newSegments());
        assertThat(rowsOfNew.values()).as(name).allMatch(r -> r <= target);
        assertThat(balance.newRows()).as(name).isEqualTo(newRows);
    }

    /**
     * Folders of any size; segments lie scattered; now and then one exceeds the target. Of some fragments a part of the
     * rows died, of some all.
     */
    private static ShardFragments anyShard(SplittableRandom random, long target, double dying) {
        int n = random.nextInt(60);
        long[] rows = new long[n];
        long[] dead = new long[n];
        int[] folder = new int[n];
        long[] segment = new long[n];
        Map<Long, Long> sizes = new HashMap<>();
        long largest = random.nextBoolean() ? target : 1 + target / 5;
        double unassigned = random.nextDouble();
        for (int i = 0; i < n; i++) {
            rows[i] = 1 + random.nextLong(largest);
            folder[i] = i == 0 ? 0 : folder[i - 1] + (random.nextInt(4) == 0 ? 1 : 0);
            long id = i > 0 && random.nextInt(3) > 0 ? segment[i - 1] : random.nextLong(12);
            boolean fits = sizes.getOrDefault(id, 0L) + rows[i] <= target || random.nextInt(100) == 0;
            segment[i] = id == NONE || random.nextDouble() < unassigned || !fits ? NONE : id;
            sizes.merge(segment[i], rows[i], Long::sum);
            if (random.nextDouble() < dying) {
                long died = random.nextBoolean() ? rows[i] : random.nextLong(rows[i] + 1);
                rows[i] -= died;
                // Some were dead when the segment was built.
                dead[i] = segment[i] == NONE || random.nextInt(4) == 0 ? 0 : died;
            }
        }
        return new ShardFragments(rows, dead, folder, segment);
    }

    private static ShardFragments living(long[] rows, int[] folder, long[] segment) {
        return new ShardFragments(rows, new long[rows.length], folder, segment);
    }

    private static ShardFragments unassigned(int n, long rows) {
        return living(filled(n, rows), new int[n], filled(n, NONE));
    }

    private static long[] filled(int n, long value) {
        long[] values = new long[n];
        Arrays.fill(values, value);
        return values;
    }
}
