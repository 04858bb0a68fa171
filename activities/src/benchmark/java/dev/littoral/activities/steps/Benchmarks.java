package dev.littoral.activities.steps;

import dev.littoral.activities.balance.BalanceBenchmark;
import dev.littoral.activities.listing.ListingBenchmark;
import dev.littoral.activities.parquet.FooterBenchmark;
import dev.littoral.activities.source.PlanningBenchmark;
import dev.littoral.activities.storage.s3.RangeReadBenchmark;
import java.util.List;

/**
 * Runs the benchmarks, all or those named: {@code decoder}, {@code footers}, {@code reads}, {@code listing},
 * {@code balance}, {@code updates}, and {@code iceberg}, {@code delta}, {@code lance}, which plan tables. Prints tables
 * in Markdown. The system properties {@code littoral.footers}, {@code littoral.objects}, {@code littoral.files} and
 * {@code littoral.planned} set the number of files.
 */
public final class Benchmarks {
    private Benchmarks() {}

    public static void main(String[] names) throws Exception {
        List<String> wanted = names.length == 0
                ? List.of("decoder", "footers", "reads", "listing", "balance", "updates", "iceberg", "delta", "lance")
                : List.of(names);
        int planned = Integer.getInteger("littoral.planned", 100_000);
        for (String name : wanted) {
            switch (name) {
                case "decoder" -> FooterBenchmark.run();
                case "footers" -> FooterPeersBenchmark.run(Integer.getInteger("littoral.footers", 10_000));
                case "reads" -> RangeReadBenchmark.run(Integer.getInteger("littoral.objects", 4_000));
                case "listing" -> ListingBenchmark.run(100_000);
                case "balance" -> BalanceBenchmark.run();
                case "updates" -> UpdateBenchmark.run(Integer.getInteger("littoral.files", 100_000));
                case "iceberg" -> PlanningBenchmark.iceberg(planned);
                case "delta" -> PlanningBenchmark.delta(planned);
                case "lance" -> PlanningBenchmark.lance(planned);
                default ->
                    throw new IllegalArgumentException("There is no benchmark " + name
                            + "; expected decoder, footers, reads, listing, balance, updates, iceberg, delta or lance");
            }
        }
        // The pools of clients and of Temporal's test service may linger.
        System.exit(0);
    }
}
