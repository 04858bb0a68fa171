package dev.littoral.activities.balance;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * The rule that Littoral is compared to: largest unassigned fragment first into the emptiest of as few bins as the rows
 * need. A segment of which anything died is dissolved.
 */
final class UpstreamRule {
    private UpstreamRule() {}

    static Balance balance(ShardFragments in, RowDelta change, long target, long firstId) {
        CommittedSegments committed = new CommittedSegments(in, 0);
        long[] segment = new long[in.size()];
        Arrays.setAll(segment, i -> {
            int s = committed.of(i);
            return s < 0 || committed.dissolved(s) ? ShardFragments.NONE : in.segment()[i];
        });
        int[] unassigned = IntStream.range(0, in.size())
                .filter(i -> segment[i] == ShardFragments.NONE && in.rows()[i] > 0)
                .boxed()
                .sorted((a, b) -> Long.compare(in.rows()[b], in.rows()[a]))
                .mapToInt(i -> i)
                .toArray();
        long newRows = Arrays.stream(unassigned).mapToLong(i -> in.rows()[i]).sum();
        int bins = (int) Math.ceilDiv(newRows, target);
        PriorityQueue<long[]> emptiest =
                new PriorityQueue<>((a, b) -> a[0] != b[0] ? Long.compare(a[0], b[0]) : Long.compare(a[1], b[1]));
        for (int b = 0; b < bins; b++) {
            emptiest.add(new long[] {0, firstId + b});
        }
        for (int i : unassigned) {
            long[] bin = emptiest.remove();
            segment[i] = bin[1];
            bin[0] += in.rows()[i];
            emptiest.add(bin);
        }
        return new Balance(segment, bins, newRows);
    }
}
