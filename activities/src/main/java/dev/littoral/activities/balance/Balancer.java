package dev.littoral.activities.balance;

/**
 * Balances the fragments of one shard into segments, with two goals: segments near the target (fill: living rows ÷
 * (segments × target)) and few rows in new segments (churn: {@link Balance#newRows()} ÷ {@link RowDelta#rows()}),
 * because every new segment is indexed again downstream.
 *
 * <p>Rows die in place: a segment is kept until more than a share of the rows it was built with is dead. Then it is
 * dissolved, and what lives of it is unassigned. Unassigned fragments go to new segments, each folder to segments of
 * its own as far as the fill allows ({@link BinPacking}). Underfilled segments are reopened, always whole and smallest
 * first, in three cases: it takes few rows to save a segment; the shard has more segments than a fill of about
 * {@value #FILL} allows and reopening is cheap enough; there are too many small ones. Segments count here with the rows
 * they were built with, so that holes reopen none. See docs/adr/0036-balancing-dead-rows.md for why.
 *
 * <p>Deterministic: the same input gives the same output.
 */
final class Balancer {
    /** Beyond it a consumer would mask nearly all that it reads. */
    static final double MOST_DEAD_SHARE = 0.9;

    /** The fill of the shard up to which underfilled segments are reopened … */
    static final double FILL = 0.94;

    /** … less this times the largest share of dead rows: the more may die, the longer a shared segment lasts. */
    private static final double LENIENCE = 0.04;

    /** To reach the fill, new rows may become this many times the rows that changed … */
    private static final double BUDGET = 1.8;

    /** … or this many times the rows of orphans … */
    private static final double GROWTH = 1.3;

    /** … or, if that fills a segment and is no more than two, this many times the rows added on top. */
    private static final double COMPLETION = 3;

    /** So many targets of rows may be written to save a segment, whatever the fill … */
    private static final double WORTH = 0.5;

    /** … but no more than this times the largest share of dead rows: where none may die, a segment is soon lost. */
    private static final double WORTH_OF_SHARE = 2;

    /** Reopening that is worth it adds this part of the orphans' rows at most, times what a segment is worth. */
    private static final double EXTRA = 0.1;

    /** How full new segments become, as far as it can be told beforehand. */
    private static final double PACKED = 0.99;

    /** How many segments of less than half the target may exist before small ones are merged whatever that costs … */
    static final int SMALL_SEGMENTS = 6;

    /** … or this part of those that the shard may have, times what a segment is worth, if that is more. */
    private static final double SMALL_PART = 0.16;

    /**
     * A segment joins a merge of smaller ones if it has at most this part of their rows, divided by how many small ones
     * may exist: the more they may be, the more its rows multiply, and the less often they are merged.
     */
    private static final double JOIN = 3;

    /**
     * By so large a part more segments than the shard may have are left as they are where rows may be dead, so that
     * several small ones are merged at once, and none each time that one is added.
     */
    private static final double SLACK = 0.025;

    /** By this part more segments than the shard may have are far more. */
    private static final double CROWDED = 0.04;

    private final ShardFragments in;
    private final RowDelta change;
    private final long target;
    private final double maxDeadShare;
    private final CommittedSegments committed;
    /** How many targets of rows may be written to save a segment. */
    private final double worth;

    /** Rows of fragments that are unassigned or in dissolved segments. */
    private final long orphanRows;
    /** How many segments are kept unless reopened. */
    private final int kept;
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

    private Balancer(ShardFragments in, RowDelta change, long target, double maxDeadShare) {
        this.in = in;
        this.change = change;
        this.target = target;
        this.maxDeadShare = maxDeadShare;
        worth = Math.min(WORTH, WORTH_OF_SHARE * maxDeadShare);
        committed = new CommittedSegments(in, maxDeadShare);
        long orphans = 0;
        for (int i = 0; i < in.size(); i++) {
            if (isOrphan(i)) {
                orphans += in.rows()[i];
            }
        }
        long total = orphans;
        long[] layoutRows = new long[committed.count()];
        int n = 0;
        for (int s = 0; s < layoutRows.length; s++) {
            if (committed.dissolved(s)) {
                // Full, and so none to reopen.
                layoutRows[s] = target;
            } else {
                layoutRows[s] = committed.layoutRows(s);
                total += layoutRows[s];
                n++;
            }
        }
        orphanRows = orphans;
        kept = n;
        allowed = Math.max(Math.ceilDiv(total, target), (long) (total / ((FILL - LENIENCE * maxDeadShare) * target)));
        underfilled = BinPacking.emptiestFirst(layoutRows, layoutRows.length, target);
    }

    /**
     * Gives every living fragment a segment. A kept segment keeps its id and all its fragments, dead ones too. One that
     * is dissolved or reopened loses all: the living go to new segments, the dead to none. Where nothing is unassigned
     * or over the share, nothing changes.
     *
     * @param targetRows what a new segment may have at most, at least 1
     * @param maxDeadShare the share of the rows it was built with from which on a segment is dissolved if more is dead,
     *     0 to {@value #MOST_DEAD_SHARE}; at 0 any dead row dissolves it
     * @param firstId the id of the first new segment, above all ids in {@code in}; new ids count up from it in the
     *     order of each segment's first fragment
     * @throws IllegalArgumentException if a fragment exceeds the target, an unassigned one has dead rows, the share is
     *     out of its range, or ids are not below {@code firstId}
     */
    static Balance balance(ShardFragments in, RowDelta change, long targetRows, double maxDeadShare, long firstId) {
        if (targetRows < 1) {
            throw new IllegalArgumentException("The target is " + targetRows + " rows; it must be at least 1.");
        }
        if (!(maxDeadShare >= 0 && maxDeadShare <= MOST_DEAD_SHARE)) {
            throw new IllegalArgumentException("The largest share of dead rows is " + maxDeadShare
                    + "; it must be at least 0 and at most " + MOST_DEAD_SHARE + ".");
        }
        checkFragments(in, targetRows);
        Balancer balancer = new Balancer(in, change, targetRows, maxDeadShare);
        int segments = balancer.committed.count();
        if (segments > 0 && balancer.committed.id(segments - 1) >= firstId) {
            throw new IllegalArgumentException("The first new segment id is " + firstId + ", but the id "
                    + balancer.committed.id(segments - 1) + " is taken; new ids must be above all others.");
        }
        return balancer.result(balancer.plan(), firstId);
    }

    private static void checkFragments(ShardFragments in, long target) {
        for (int i = 0; i < in.size(); i++) {
            long rows = in.rows()[i];
            long dead = in.dead()[i];
            if (rows < 0 || rows > target) {
                throw new IllegalArgumentException("Fragment " + i + " has " + rows
                        + " rows; a fragment has none if it is dead, and at most the target of " + target + ".");
            }
            if (dead < 0 || (dead > 0 && in.segment()[i] == ShardFragments.NONE)) {
                throw new IllegalArgumentException("Fragment " + i + " has " + dead
                        + " dead rows; it has at least 0, and 0 if it is in no segment.");
            }
        }
    }

    /** Whether a fragment has living rows, but no segment that is kept. */
    private boolean isOrphan(int fragment) {
        int segment = committed.of(fragment);
        return in.rows()[fragment] > 0 && (segment < 0 || committed.dissolved(segment));
    }

    private Candidate plan() {
        long room = allowed - kept;
        Candidate plan = reopen(0, room);
        if (orphanRows == 0) {
            return plan;
        }
        plan = worthIt(plan);
        if (plan.growth() > room + (worth > 0 ? SLACK * allowed : 0)) {
            int count = countForFill(plan.growth(), room);
            plan = better(plan, count, room + count);
        }
        if (plan.reopened == 0 && smallSegments(plan) > mostSmall()) {
            int count = countForMerge(plan.growth() > room + CROWDED * allowed);
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

    /** Reopens the underfilled segments that save most for the rows they have, if that is worth it. */
    private Candidate worthIt(Candidate plan) {
        int count = 0;
        double best = 0;
        long rows = orphanRows;
        double bins = Math.ceil(orphanRows / (PACKED * target));
        for (int n = 1; n <= underfilled.length; n++) {
            rows += committed.livingRows((int) underfilled[n - 1]);
            long more = rows - orphanRows;
            if (more > EXTRA * worth * orphanRows) {
                break;
            }
            double saved = n + bins - Math.ceil(rows / (PACKED * target));
            double gain = saved * worth * target - more;
            if (gain > best) {
                best = gain;
                count = n;
            }
        }
        if (count == 0) {
            return plan;
        }
        long all = rowsWith(count);
        Candidate other = reopen(count, (long) Math.ceil(all / (PACKED * target)));
        return (plan.growth() - other.growth()) * worth * target >= all - orphanRows ? other : plan;
    }

    /** How many underfilled segments to reopen so that the number of segments grows by no more than {@code room}. */
    private int countForFill(int growth, long room) {
        int count = 0;
        long fewest = growth;
        long rows = orphanRows;
        for (int n = 1; n <= underfilled.length && fewest > room; n++) {
            long more = committed.livingRows((int) underfilled[n - 1]);
            rows += more;
            boolean cheap = rows <= Math.max(BUDGET * change.rows(), GROWTH * orphanRows);
            boolean completes = rows >= BinPacking.FULL * target
                    && rows <= 2.0 * target
                    && rows - orphanRows <= COMPLETION * change.addedRows();
            long bins = Math.ceilDiv(rows, target);
            if ((cheap || completes) && bins - n < fewest) {
                fewest = bins - n;
                count = n;
            }
        }
        return count;
    }

    /**
     * How many underfilled segments to merge with the orphans and with each other so that each of them ends up in a
     * segment that is several times larger, or full. So a row is rewritten only a logarithmic number of times.
     *
     * @param crowded whether the shard has far more segments than it may; then none shall end between half and full,
     *     where it is neither small nor full, and so hardly ever merged again
     */
    private int countForMerge(boolean crowded) {
        int count = 0;
        long rows = orphanRows;
        int n = 0;
        while (n < underfilled.length && rows < BinPacking.FULL * target) {
            long more = committed.livingRows((int) underfilled[n++]);
            boolean joins = more * mostSmall() <= JOIN * rows;
            rows += more;
            boolean between = rows >= target / 2 && rows < BinPacking.FULL * target;
            if (joins && !(crowded && worth > 0 && between)) {
                count = n;
            }
        }
        return count == 0 && worth > 0 && rows >= BinPacking.FULL * target ? n : count;
    }

    private double mostSmall() {
        return Math.max(SMALL_SEGMENTS, SMALL_PART * worth * allowed);
    }

    private long rowsWith(int reopened) {
        long rows = orphanRows;
        for (int i = 0; i < reopened; i++) {
            rows += committed.livingRows((int) underfilled[i]);
        }
        return rows;
    }

    private int smallSegments(Candidate plan) {
        int small = 0;
        while (small < underfilled.length && committed.layoutRows((int) underfilled[small]) < target / 2) {
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
        boolean[] open = firstUnderfilled(count);
        int n = 0;
        for (int i = 0; i < in.size(); i++) {
            if (isOrphan(i) || isOpen(i, open)) {
                n++;
            }
        }
        int[] items = new int[n];
        n = 0;
        for (int i = 0; i < in.size(); i++) {
            if (isOrphan(i) || isOpen(i, open)) {
                items[n++] = i;
            }
        }
        return new Candidate(count, BinPacking.of(in, items, target, wantedBins, maxDeadShare));
    }

    /** Marks the first underfilled segments. */
    private boolean[] firstUnderfilled(int count) {
        boolean[] first = new boolean[committed.count()];
        for (int i = 0; i < count; i++) {
            first[(int) underfilled[i]] = true;
        }
        return first;
    }

    private boolean isOpen(int fragment, boolean[] open) {
        int segment = committed.of(fragment);
        return in.rows()[fragment] > 0 && segment >= 0 && open[segment];
    }

    private Balance result(Candidate plan, long firstId) {
        long[] segment = in.segment().clone();
        boolean[] open = firstUnderfilled(plan.reopened);
        for (int i = 0; i < segment.length; i++) {
            int s = committed.of(i);
            if (s >= 0 && (committed.dissolved(s) || open[s])) {
                segment[i] = ShardFragments.NONE;
            }
        }
        long newRows = 0;
        BinPacking packing = plan.packing;
        for (int i = 0; i < packing.items(); i++) {
            segment[packing.fragment(i)] = firstId + packing.bin(i);
            newRows += in.rows()[packing.fragment(i)];
        }
        return new Balance(segment, packing.bins(), newRows);
    }
}
