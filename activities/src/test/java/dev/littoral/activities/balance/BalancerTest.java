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
        Balance balance = Balancer.balance(unassigned(0, 1), NOTHING, 100, 1);

        assertThat(balance.segment()).isEmpty();
        assertThat(balance.newSegments()).isZero();
        assertThat(balance.newRows()).isZero();
    }

    @Test
    void withoutUnassignedFragmentsNothingChangesHoweverSmallTheSegments() {
        long[] segment = new long[100];
        Arrays.setAll(segment, i -> i);
        ShardFragments in = new ShardFragments(filled(100, 1), new int[100], segment);

        Balance balance = Balancer.balance(in, new RowDelta(0, 5_000), 1_000, 100);

        assertThat(balance.segment()).isEqualTo(segment);
        assertThat(balance.newSegments()).isZero();
    }

    /** Six small segments may lie around. One of half the target is none, be it kept or new. */
    @Test
    void whatIsHalfFullIsNotSmall() {
        long[] rows = {16, 16, 16, 16, 16, 16, 50, 50};
        int[] folder = {0, 0, 0, 0, 0, 0, 0, 1};
        long[] segment = {1, 2, 3, 4, 5, 6, 7, NONE};

        Balance balance = Balancer.balance(new ShardFragments(rows, folder, segment), new RowDelta(1, 0), 100, 8);

        assertThat(balance.segment()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        rows[7] = 49;
        assertThat(Balancer.balance(new ShardFragments(rows, folder, segment), new RowDelta(1, 0), 100, 8)
                        .newRows())
                .isGreaterThan(49);
    }

    /** So many bins are wanted as their rows fill, not fewer: in two of them two folders need not be mixed. */
    @Test
    void smallSegmentsThatFillMoreThanOneAreMergedFolderByFolder() {
        long[] rows = {8, 8, 8, 8, 8, 8, 8, 36, 12, 8};
        int[] folder = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
        long[] segment = {1, 2, 3, 4, 5, 6, 7, 8, NONE, NONE};

        Balance balance = Balancer.balance(new ShardFragments(rows, folder, segment), new RowDelta(1, 0), 100, 9);

        assertThat(balance.segment()).containsExactly(9, 9, 9, 9, 9, 9, 9, 9, 10, 10);
    }

    @Test
    void oneUnassignedFragmentGetsTheFirstId() {
        Balance balance = Balancer.balance(unassigned(1, 7), new RowDelta(7, 0), 100, 42);

        assertThat(balance).returns(1, Balance::newSegments).returns(7L, Balance::newRows);
        assertThat(balance.segment()).containsExactly(42);
    }

    @Test
    void filesOfExactlyTheTargetGetASegmentEach() {
        Balance balance = Balancer.balance(unassigned(50, 1_000), new RowDelta(50_000, 0), 1_000, 1);

        assertThat(balance.newSegments()).isEqualTo(50);
        assertThat(balance.segment()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aTargetOfOneGivesEveryRowASegment() {
        Balance balance = Balancer.balance(unassigned(20, 1), new RowDelta(20, 0), 1, 1);

        assertThat(balance.newSegments()).isEqualTo(20);
    }

    @Test
    void thousandsOfTinyFilesInAsManyFoldersFillSegments() {
        int n = 10_000;
        int[] folder = new int[n];
        Arrays.setAll(folder, i -> i);
        ShardFragments in = new ShardFragments(filled(n, 1), folder, filled(n, NONE));

        Balance balance = Balancer.balance(in, new RowDelta(n, 0), 100, 1);

        assertThat(balance.newSegments()).isBetween(100, 107);
    }

    @Test
    void aHugeFolderIsCutInPathOrder() {
        Balance balance = Balancer.balance(unassigned(1_000, 10), new RowDelta(10_000, 0), 1_000, 1);

        assertThat(balance.newSegments()).isEqualTo(10);
        assertThat(balance.segment()).isSorted();
    }

    @Test
    void aFolderThatFillsItsSegmentsSharesThemWithNoOther() {
        int[] folder = new int[200];
        Arrays.setAll(folder, i -> i / 20);
        ShardFragments in = new ShardFragments(filled(200, 96), folder, filled(200, NONE));

        Balance balance = Balancer.balance(in, new RowDelta(200 * 96, 0), 1_000, 1);

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
        ShardFragments in = new ShardFragments(filled(40, 100), new int[40], segment);

        Balance balance = Balancer.balance(in, new RowDelta(2_000, 0), 1_000, 3);

        assertThat(balance.segment()).startsWith(Arrays.copyOf(segment, 20));
        assertThat(balance.newSegments()).isEqualTo(2);
        assertThat(balance.newRows()).isEqualTo(2_000);
    }

    @Test
    void anUnderfilledSegmentIsReopenedWhenUnassignedFragmentsFillIt() {
        long[] segment = filled(10, NONE);
        Arrays.fill(segment, 0, 4, 1);
        ShardFragments in = new ShardFragments(filled(10, 100), new int[10], segment);

        Balance balance = Balancer.balance(in, new RowDelta(600, 0), 1_000, 2);

        assertThat(balance.segment()).containsOnly(2);
        assertThat(balance.newRows()).isEqualTo(1_000);
    }

    @Test
    void aSegmentLargerThanTheTargetIsKept() {
        ShardFragments in = new ShardFragments(new long[] {90, 90, 5}, new int[] {0, 0, 1}, new long[] {1, 1, NONE});

        Balance balance = Balancer.balance(in, new RowDelta(5, 0), 100, 2);

        assertThat(balance.segment()).containsExactly(1, 1, 2);
    }

    @Test
    void fragmentsBeyondTheTargetOrWithoutRowsAreRefused() {
        assertThatThrownBy(() -> Balancer.balance(unassigned(3, 101), NOTHING, 100, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Fragment 0 has 101 rows; a fragment has at least one and at most the target of 100.");
        assertThatThrownBy(() -> Balancer.balance(unassigned(3, 0), NOTHING, 100, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 0 rows");
    }

    @Test
    void aTargetBelowOneIsRefused() {
        assertThatThrownBy(() -> Balancer.balance(unassigned(0, 1), NOTHING, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The target is 0 rows; it must be at least 1.");
    }

    @Test
    void anIdThatIsTakenIsRefused() {
        ShardFragments in = new ShardFragments(new long[] {1, 1}, new int[2], new long[] {7, NONE});

        assertThatThrownBy(() -> Balancer.balance(in, NOTHING, 100, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the id 7 is taken");
    }

    @Test
    void arraysOfDifferentLengthsAreRefused() {
        assertThatThrownBy(() -> new ShardFragments(new long[2], new int[1], new long[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 row counts, 1 folders and 2 segments");
    }

    @Test
    void aTargetNearTheLargestNumberDoesNotOverflow() {
        Balance balance = Balancer.balance(unassigned(100, Long.MAX_VALUE / 200), NOTHING, Long.MAX_VALUE, 1);

        assertThat(balance.newSegments()).isEqualTo(1);
    }

    @Test
    void everyResultKeepsThePromises() {
        for (int seed = 0; seed < 20_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long target = 1 + random.nextLong(random.nextBoolean() ? 10 : 1_000);
            ShardFragments in = anyShard(random, target);
            long firstId = 1_000 + random.nextLong(5);
            RowDelta change = new RowDelta(random.nextInt(3_000), random.nextInt(3_000));
            long[] rows = in.rows().clone();
            long[] before = in.segment().clone();

            Balance balance = Balancer.balance(in, change, target, firstId);

            String name = "seed " + seed;
            assertThat(in.rows()).as(name).isEqualTo(rows);
            assertThat(in.segment()).as(name).isEqualTo(before);
            checkPromises(name, in, balance, target, firstId);
            Balance again = Balancer.balance(in, change, target, firstId);
            assertThat(again.segment()).as(name).isEqualTo(balance.segment());
        }
    }

    private static void checkPromises(String name, ShardFragments in, Balance balance, long target, long firstId) {
        assertThat(balance.segment()).as(name).hasSameSizeAs(in.segment());
        long nextId = firstId;
        long newRows = 0;
        Map<Long, Long> rowsOfNew = new HashMap<>();
        Set<Long> reopened = new HashSet<>();
        Set<Long> kept = new HashSet<>();
        for (int i = 0; i < in.size(); i++) {
            long id = balance.segment()[i];
            long before = in.segment()[i];
            if (id >= firstId) {
                assertThat(id).as(name).isLessThanOrEqualTo(nextId);
                nextId = Math.max(nextId, id + 1);
                newRows += in.rows()[i];
                rowsOfNew.merge(id, in.rows()[i], Long::sum);
                reopened.add(before);
            } else {
                assertThat(id).as(name).isEqualTo(before).isNotEqualTo(NONE);
                kept.add(before);
            }
        }
        assertThat(Collections.disjoint(reopened, kept)).as(name).isTrue();
        assertThat(rowsOfNew).as(name).hasSize(balance.newSegments());
        assertThat(rowsOfNew.values()).as(name).allMatch(r -> r <= target);
        assertThat(balance.newRows()).as(name).isEqualTo(newRows);
    }

    /** Folders of any size; segments lie scattered; now and then one exceeds the target. */
    private static ShardFragments anyShard(SplittableRandom random, long target) {
        int n = random.nextInt(60);
        long[] rows = new long[n];
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
        }
        return new ShardFragments(rows, folder, segment);
    }

    private static ShardFragments unassigned(int n, long rows) {
        return new ShardFragments(filled(n, rows), new int[n], filled(n, NONE));
    }

    private static long[] filled(int n, long value) {
        long[] values = new long[n];
        Arrays.fill(values, value);
        return values;
    }
}
