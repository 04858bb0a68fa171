package dev.littoral.activities.balance;

import java.util.Arrays;

/**
 * Balances the fragments of one shard into segments, with two goals: segments near the target (fill: rows ÷ (segments ×
 * target)) and few rows in new segments (churn: {@link Balance#newRows()} ÷ {@link RowDelta#rows()}), because every new
 * segment is indexed again downstream.
 *
 * <p>Unassigned fragments go to new segments, each folder to segments of its own as far as the fill allows
 * ({@link BinPacking}). Underfilled segments are reopened, always whole and smallest first, in two cases: the shard has
 * more segments than a fill of {@value #FILL} allows and reopening is cheap enough, or there are more than
 * {@value #SMALL_SEGMENTS} small ones. See docs/adr/0004-balancing.md for why, and for measurements.
 *
 * <p>Deterministic: the same input gives the same output.
 */
final class Balancer {
    /** The fill of the shard up to which underfilled segments are reopened. */
    static final double FILL = 0.94;

    /** How many segments of less than half the target may exist before small ones are merged whatever that costs. */
    static final int SMALL_SEGMENTS = 6;

    /** To reach the fill, new rows may become this many times the rows that changed … */
    private static final double BUDGET = 1.8;

    /** … or this many times the rows of unassigned fragments … */
    private static final double GROWTH = 1.3;

    /** … or, if that fills a segment and is no more than two, this many times the rows added on top. */
    private static final double COMPLETION = 3;

    /**
     * A segment joins a merge of smaller ones if it has at most this part of their rows, so its rows triple at least.
     */
    private static final double JOIN = 0.5;

    private final ShardFragments in;
    private final RowDelta change;
    private final long target;

    /** Ids of the segments that are kept unless reopened, ascending. */
    private final long[] keptIds;

    private final long[] keptRows;
    /** For each fragment the index of its segment in {@code keptIds}, or -1. */
    private final int[] kept;

    private final long unassignedRows;
    /** How many segments the shard may have at the target fill. */
    private final long allowed;
    /** The kept segments that may be reopened, smallest first; keys of {@link BinPacking#emptiestFirst}. */
    private final long[] underfilled;

    /** Which fragments are packed into which bins when the first {@code reopened} underfilled segments are reopened. */
    private record Candidate(int reopened, BinPacking packing) {
        /** By how much the plan changes the number of segments. */
        int growth() {
            return packing.bins() - reopened;
        }
    }

    private Balancer(ShardFragments in, RowDelta change, long target) {
        this.in = in;
        this.change = change;
        this.target = target;
        keptIds = segmentIds(in.segment());
        keptRows = new long[keptIds.length];
        kept = new int[in.size()];
        long total = 0;
        long unassigned = 0;
        for (int i = 0; i < kept.length; i++) {
            long id = in.segment()[i];
            long rows = in.rows()[i];
            if (rows < 1 || rows > target) {
                throw new IllegalArgumentException("Fragment " + i + " has " + rows
                        + " rows; a fragment has at least one and at most the target of " + target + ".");
            }
            total += rows;
            if (id == ShardFragments.NONE) {
                kept[i] = -1;
                unassigned += rows;
            } else {
                boolean asBefore = i > 0 && in.segment()[i - 1] == id;
                kept[i] = asBefore ? kept[i - 1] : Arrays.binarySearch(keptIds, id);
                keptRows[kept[i]] += rows;
            }
        }
        unassignedRows = unassigned;
        allowed = Math.max(Math.ceilDiv(total, target), (long) (total / (FILL * target)));
        underfilled = BinPacking.emptiestFirst(keptRows, keptRows.length, target);
    }

    /**
     * Gives every fragment a segment. A kept segment keeps its id and all its fragments, or is reopened and all of them
     * go to new segments. Without unassigned fragments nothing changes.
     *
     * @param targetRows what a new segment may have at most, at least 1
     * @param firstId the id of the first new segment, above all ids in {@code in}; new ids count up from it in the
     *     order of each segment's first fragment
     * @throws IllegalArgumentException if a fragment is empty or exceeds the target, or ids are not below
     *     {@code firstId}
     */
    static Balance balance(ShardFragments in, RowDelta change, long targetRows, long firstId) {
        if (targetRows < 1) {
            throw new IllegalArgumentException("The target is " + targetRows + " rows; it must be at least 1.");
        }
        Balancer balancer = new Balancer(in, change, targetRows);
        int segments = balancer.keptIds.length;
        if (segments > 0 && balancer.keptIds[segments - 1] >= firstId) {
            throw new IllegalArgumentException("The first new segment id is " + firstId + ", but the id "
                    + balancer.keptIds[segments - 1] + " is taken; new ids must be above all others.");
        }
        return balancer.result(balancer.plan(), firstId);
    }

    private Candidate plan() {
        long room = allowed - keptIds.length;
        Candidate plan = reopen(0, room);
        if (unassignedRows == 0) {
            return plan;
        }
        if (plan.growth() > room) {
            int count = countForFill(plan.growth(), room);
            plan = better(plan, count, room + count);
        }
        if (plan.reopened == 0 && smallSegments(plan) > SMALL_SEGMENTS) {
            int count = countForMerge();
            plan = better(plan, count, Math.ceilDiv(rowsWith(count), target));
        }
        return plan;
    }

    private Candidate better(Candidate plan, int reopened, long wantedBins) {
        if (reopened == 0) {
            return plan;
        }
        Candidate other = reopen(reopened, wantedBins);
        return other.growth() < plan.growth() ? other : plan;
    }

    /** How many underfilled segments to reopen so that the number of segments grows by no more than {@code room}. */
    private int countForFill(int growth, long room) {
        int count = 0;
        long fewest = growth;
        long rows = unassignedRows;
        for (int n = 1; n <= underfilled.length && fewest > room; n++) {
            long more = keptRows[(int) underfilled[n - 1]];
            rows += more;
            boolean cheap = rows <= Math.max(BUDGET * change.rows(), GROWTH * unassignedRows);
            boolean completes = rows >= BinPacking.FULL * target
                    && rows <= 2.0 * target
                    && rows - unassignedRows <= COMPLETION * change.addedRows();
            long bins = Math.ceilDiv(rows, target);
            if ((cheap || completes) && bins - n < fewest) {
                fewest = bins - n;
                count = n;
            }
        }
        return count;
    }

    /**
     * How many underfilled segments to merge with the unassigned fragments and with each other so that each of them
     * ends up in a segment that is several times larger, or full. So a row is rewritten only a logarithmic number of
     * times.
     */
    private int countForMerge() {
        int count = 0;
        long rows = unassignedRows;
        for (int n = 1; n <= underfilled.length && rows < BinPacking.FULL * target; n++) {
            long more = keptRows[(int) underfilled[n - 1]];
            if (more <= JOIN * rows) {
                count = n;
            }
            rows += more;
        }
        return count;
    }

    private long rowsWith(int reopened) {
        long rows = unassignedRows;
        for (int i = 0; i < reopened; i++) {
            rows += keptRows[(int) underfilled[i]];
        }
        return rows;
    }

    private int smallSegments(Candidate plan) {
        int small = 0;
        while (small < underfilled.length && keptRows[(int) underfilled[small]] < target / 2) {
            small++;
        }
        for (int b = 0; b < plan.packing.bins(); b++) {
            if (plan.packing.rows(b) < target / 2) {
                small++;
            }
        }
        return small;
    }

    private Candidate reopen(int count, long wantedBins) {
        boolean[] open = new boolean[keptIds.length];
        for (int i = 0; i < count; i++) {
            open[(int) underfilled[i]] = true;
        }
        int n = 0;
        for (int segment : kept) {
            if (segment < 0 || open[segment]) {
                n++;
            }
        }
        int[] items = new int[n];
        n = 0;
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] < 0 || open[kept[i]]) {
                items[n++] = i;
            }
        }
        return new Candidate(count, BinPacking.of(in, items, target, wantedBins));
    }

    private Balance result(Candidate plan, long firstId) {
        long[] segment = in.segment().clone();
        long newRows = 0;
        BinPacking packing = plan.packing;
        for (int i = 0; i < packing.items(); i++) {
            segment[packing.fragment(i)] = firstId + packing.bin(i);
            newRows += in.rows()[packing.fragment(i)];
        }
        return new Balance(segment, packing.bins(), newRows);
    }

    /** The ids in {@code segment} without {@link ShardFragments#NONE}, ascending and each once. */
    private static long[] segmentIds(long[] segment) {
        // Neighbours are mostly in the same segment, so there are far fewer changes of segment than fragments.
        int n = 0;
        for (int i = 0; i < segment.length; i++) {
            if (segment[i] != ShardFragments.NONE && (i == 0 || segment[i] != segment[i - 1])) {
                n++;
            }
        }
        long[] ids = new long[n];
        n = 0;
        for (int i = 0; i < segment.length; i++) {
            if (segment[i] != ShardFragments.NONE && (i == 0 || segment[i] != segment[i - 1])) {
                ids[n++] = segment[i];
            }
        }
        Arrays.sort(ids);
        int distinct = 0;
        for (int i = 0; i < n; i++) {
            if (i == 0 || ids[i] != ids[i - 1]) {
                ids[distinct++] = ids[i];
            }
        }
        return Arrays.copyOf(ids, distinct);
    }
}
