package dev.littoral.activities.balance;

import dev.littoral.activities.steps.Measured;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How the cost of balancing grows with the fragments, beside that of the upstream rule and of one that scans its bins.
 */
public final class BalanceBenchmark {
    private static final long TARGET = 1_000_000;
    private static final int IN_FOLDER = 100;

    /** Beyond it a scan of all bins for each fragment takes minutes. */
    private static final int MOST_SCANNED = 100_000;

    private BalanceBenchmark() {}

    public static void run() throws Exception {
        System.out.println();
        System.out.println("## Balancing");
        System.out.println();
        System.out.println(
                "| fragments | Littoral s | upstream rule, heap s | upstream rule, scan s | exponent here |");
        System.out.println("|---|---|---|---|---|");
        double before = 0;
        for (int n = 10_000; n <= 10_000_000; n *= 10) {
            ShardFragments in = fragments(n);
            RowDelta change = new RowDelta(Arrays.stream(in.rows()).sum(), 0);
            Map<String, Measured.Work> works = new LinkedHashMap<>();
            works.put("here", () -> Balancer.balance(in, change, TARGET, 0.3, 1));
            works.put("heap", () -> UpstreamRule.balance(in, change, TARGET, 1));
            if (n <= MOST_SCANNED) {
                works.put("scan", () -> scan(in, change));
            }
            Map<String, Double> seconds = Measured.medians(n > 1_000_000 ? 3 : 9, works);
            double here = seconds.get("here");
            System.out.printf(
                    "| %,d | %.4f | %.4f | %s | %s |%n",
                    n,
                    here,
                    seconds.get("heap"),
                    seconds.containsKey("scan") ? "%.4f".formatted(seconds.get("scan")) : "",
                    before == 0 ? "" : "%.2f".formatted(Math.log10(here / before)));
            before = here;
        }
    }

    private static ShardFragments fragments(int n) {
        SplittableRandom random = new SplittableRandom(n);
        long[] rows = random.longs(n, TARGET / 50, TARGET / 5).toArray();
        int[] folder = new int[n];
        Arrays.setAll(folder, i -> i / IN_FOLDER);
        long[] segment = new long[n];
        Arrays.fill(segment, ShardFragments.NONE);
        return new ShardFragments(rows, new long[n], folder, segment);
    }

    /** The upstream rule as it is: each fragment looks at every bin. */
    private static long scan(ShardFragments in, RowDelta change) {
        long[] sorted = in.rows().clone();
        Arrays.sort(sorted);
        long[] bins = new long[(int) Math.ceilDiv(change.addedRows(), TARGET)];
        for (int i = sorted.length - 1; i >= 0; i--) {
            int emptiest = 0;
            for (int bin = 1; bin < bins.length; bin++) {
                if (bins[bin] < bins[emptiest]) {
                    emptiest = bin;
                }
            }
            bins[emptiest] += sorted[i];
        }
        return bins[0];
    }
}
