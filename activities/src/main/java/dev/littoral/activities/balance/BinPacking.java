package dev.littoral.activities.balance;

import java.util.Arrays;

/**
 * Bin packing: puts fragments of a shard, given in path order, into bins of at most the target's rows. Every folder
 * fills bins of its own first. The rest shares bins only as far as the number of bins demands it, because each further
 * folder in a bin is one more reason to rebuild that bin.
 *
 * <p>O(n log n) time and a few words per fragment. Not safe for use by several threads.
 */
final class BinPacking {
    /** From this part of the target on a bin is full: it takes no part in sharing. */
    static final double FULL = 0.93;

    /** Up to this part of the target a bin that the next fragment does not fit looks for others that do. */
    private static final double CLOSED = 0.97;

    /** How many fragments ahead it looks. */
    private static final int AHEAD = 16;

    /** How many shared bins are open at a time. */
    private static final int OPEN = 16;

    private final long[] rows;
    private final int[] folder;
    private final long target;
    /** Fragments to pack, as indexes into the shard's. */
    private final int[] items;
    /** The bin of each item, or -1. */
    private int[] bin;

    private long[] binRows = new long[16];
    private int bins;

    private BinPacking(ShardFragments in, int[] items, long target) {
        this.rows = in.rows();
        this.folder = in.folder();
        this.target = target;
        this.items = items;
        this.bin = new int[items.length];
        Arrays.fill(bin, -1);
    }

    /**
     * Packs {@code items}, indexes of fragments in ascending order, into at most {@code maxBins} bins if that is
     * possible.
     *
     * @param maxDeadShare the part of a segment that may die; what is left of a folder and is no more than that shares
     *     a bin anyway, as it can die without the others being rebuilt
     */
    static BinPacking of(ShardFragments in, int[] items, long target, long maxBins, double maxDeadShare) {
        BinPacking packing = new BinPacking(in, items, target);
        packing.fillByFolder();
        packing.share(maxBins, maxDeadShare * target);
        if (packing.bins > maxBins) {
            packing.mix(maxBins);
        }
        packing.numberInOrder();
        return packing;
    }

    /** The number of bins; they are numbered in the order of their first items. */
    int bins() {
        return bins;
    }

    int items() {
        return items.length;
    }

    int fragment(int item) {
        return items[item];
    }

    int bin(int item) {
        return bin[item];
    }

    long rows(int ofBin) {
        return binRows[ofBin];
    }

    /**
     * The first {@code count} entries of {@code sizes} that are less than full, emptiest first, each as a key whose
     * lower 32 bits are the entry's index.
     */
    static long[] emptiestFirst(long[] sizes, int count, long target) {
        long[] keys = new long[count];
        int n = 0;
        for (int i = 0; i < count; i++) {
            double fill = (double) sizes[i] / target;
            if (fill < FULL) {
                keys[n++] = (long) (fill * (1 << 30)) << 32 | i;
            }
        }
        keys = Arrays.copyOf(keys, n);
        Arrays.sort(keys);
        return keys;
    }

    private void fillByFolder() {
        int[] order = new int[items.length];
        Arrays.setAll(order, i -> i);
        for (int from = 0, to; from < items.length; from = to) {
            to = from + 1;
            while (to < items.length && folder[items[to]] == folder[items[from]]) {
                to++;
            }
            fill(order, from, to);
        }
    }

    /**
     * Fills new bins with the items {@code order[from..to)}, in that order as long as they fit. A bin that ends with a
     * gap returns its last two and takes, one or two at a time, those of the next ones that fill it best.
     */
    private void fill(int[] order, int from, int to) {
        int head = from;
        while (head < to) {
            int b = newBin();
            long sum = 0;
            int last = head;
            int beforeLast = head;
            int next = head;
            for (; next < to; next++) {
                if (bin[order[next]] >= 0) {
                    continue;
                }
                long r = rowsOf(order[next]);
                if (r > target - sum) {
                    break;
                }
                bin[order[next]] = b;
                sum += r;
                beforeLast = last;
                last = next;
            }
            if (next < to && sum < CLOSED * target) {
                for (int back : new int[] {last, beforeLast}) {
                    if (back > head) {
                        bin[order[back]] = -1;
                        sum -= rowsOf(order[back]);
                        next = back;
                    }
                }
                long more;
                do {
                    more = takeBest(order, next, to, b, target - sum);
                    sum += more;
                } while (more > 0);
            }
            binRows[b] = sum;
            while (head < to && bin[order[head]] >= 0) {
                head++;
            }
        }
    }

    /** Puts into bin {@code b} the one or two of the next free items that fill {@code gap} best; returns their rows. */
    private long takeBest(int[] order, int from, int to, int b, long gap) {
        int[] free = new int[AHEAD];
        int n = 0;
        for (int k = from; k < Math.min(to, from + 4 * AHEAD) && n < AHEAD; k++) {
            if (bin[order[k]] < 0 && rowsOf(order[k]) <= gap) {
                free[n++] = order[k];
            }
        }
        long best = 0;
        int one = -1;
        int two = -1;
        for (int i = 0; i < n; i++) {
            long r = rowsOf(free[i]);
            if (r > best) {
                best = r;
                one = free[i];
                two = -1;
            }
            for (int j = i + 1; j < n; j++) {
                long second = rowsOf(free[j]);
                if (second <= gap - r && r + second > best) {
                    best = r + second;
                    one = free[i];
                    two = free[j];
                }
            }
        }
        if (one >= 0) {
            bin[one] = b;
        }
        if (two >= 0) {
            bin[two] = b;
        }
        return best;
    }

    /**
     * Puts whole bins that are not full together, best fit in path order: all while there are more than the limit, then
     * those of no more than {@code pieceRows}.
     */
    private void share(long maxBins, double pieceRows) {
        int[] movedTo = new int[bins];
        Arrays.setAll(movedTo, b -> b);
        int[] open = new int[OPEN];
        int n = 0;
        int left = bins;
        for (int b = 0; b < bins; b++) {
            if (binRows[b] >= FULL * target || (left <= maxBins && binRows[b] > pieceRows)) {
                continue;
            }
            int fullest = 0;
            int best = -1;
            for (int k = 0; k < n; k++) {
                long sum = binRows[open[k]];
                if (sum <= target - binRows[b] && (best < 0 || sum > binRows[open[best]])) {
                    best = k;
                }
                if (sum > binRows[open[fullest]]) {
                    fullest = k;
                }
            }
            if (best >= 0) {
                movedTo[b] = open[best];
                binRows[open[best]] += binRows[b];
                binRows[b] = 0;
                left--;
            } else if (n < OPEN) {
                open[n++] = b;
            } else {
                open[fullest] = b;
            }
        }
        for (int i = 0; i < bin.length; i++) {
            bin[i] = movedTo[bin[i]];
        }
        numberInOrder();
    }

    /**
     * Refills the emptiest bins, whatever the folders: as many of them as it takes for their gaps to make up for the
     * bins that are too many. Even if that saves no bin, it leaves full ones and one small one, which is easy to fill
     * later. If it would need more bins, nothing changes.
     */
    private void mix(long maxBins) {
        long[] emptiest = emptiestFirst(binRows, bins, target);
        boolean[] chosen = new boolean[bins];
        int n = 0;
        // A little more than the gaps need, because fragments do not fit without waste.
        double missing = (bins - maxBins) * 1.03 * target;
        for (; n < emptiest.length && missing > 0; n++) {
            int b = (int) emptiest[n];
            chosen[b] = true;
            missing -= target - binRows[b];
        }
        int[] binBefore = bin.clone();
        int binsBefore = bins;
        int[] order = new int[items.length];
        int m = 0;
        for (int i = 0; i < bin.length; i++) {
            if (chosen[bin[i]]) {
                bin[i] = -1;
                order[m++] = i;
            }
        }
        fill(order, 0, m);
        if (bins - binsBefore > n) {
            bin = binBefore;
            bins = binsBefore;
        }
    }

    /** Numbers the bins that have items in the order of their first ones, and forgets the others. */
    private void numberInOrder() {
        int[] number = new int[bins];
        Arrays.fill(number, -1);
        long[] numberedRows = new long[bins];
        int n = 0;
        for (int i = 0; i < bin.length; i++) {
            int b = bin[i];
            if (number[b] < 0) {
                numberedRows[n] = binRows[b];
                number[b] = n++;
            }
            bin[i] = number[b];
        }
        bins = n;
        binRows = numberedRows;
    }

    private int newBin() {
        if (bins == binRows.length) {
            binRows = Arrays.copyOf(binRows, 2 * bins);
        }
        return bins++;
    }

    private long rowsOf(int item) {
        return rows[items[item]];
    }
}
