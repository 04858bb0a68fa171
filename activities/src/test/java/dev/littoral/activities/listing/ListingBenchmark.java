package dev.littoral.activities.listing;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.s3.RequestCounter;
import dev.littoral.activities.s3.S3Clients;
import dev.littoral.activities.s3.S3Uri;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.S3Source;
import dev.littoral.activities.testing.KeyServer;
import dev.littoral.activities.testing.MemoryObjectStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Compares a first listing with the SDK's paginator, on keys that a server on loopback lists with a latency of 20 ms a page. Run by
 * hand, with the number of keys; prints a table in Markdown.
 */
public final class ListingBenchmark {
    private static final Duration LATENCY = Duration.ofMillis(20);
    private static final int ROUNDS = 7;

    private ListingBenchmark() {}

    /** Lists everything. */
    private interface Lister {
        void list() throws InterruptedException;
    }

    public static void main(String[] arguments) throws InterruptedException {
        int keys = arguments.length == 0 ? 100_000 : Integer.parseInt(arguments[0]);
        System.out.println("| keys | requests here | requests of the paginator | here s | paginator s | times |");
        System.out.println("|---|---|---|---|---|---|");
        for (Map.Entry<String, List<String>> shape : KeyShapes.of(keys).entrySet()) {
            try (KeyServer server = new KeyServer(shape.getValue(), LATENCY);
                    S3Client client = S3Clients.connect(server.endpoint(), "key", "secret")) {
                Lister here = () -> here(client);
                Lister paginator = () -> client.listObjectsV2Paginator(
                                r -> r.bucket(KeyServer.BUCKET).prefix("lake/"))
                        .contents()
                        .forEach(key -> {});
                double[] hereSeconds = new double[ROUNDS];
                double[] paginatorSeconds = new double[ROUNDS];
                int hereRequests = 0;
                int paginatorRequests = 0;
                // The first rounds warm up; the medians leave them out.
                for (int round = 0; round < ROUNDS; round++) {
                    int before = server.lists();
                    hereSeconds[round] = seconds(here);
                    hereRequests = server.lists() - before;
                    paginatorSeconds[round] = seconds(paginator);
                    paginatorRequests = server.lists() - before - hereRequests;
                }
                System.out.printf(
                        "| %,d, %s | %d | %d | %.2f | %.2f | %.1f |%n",
                        shape.getValue().size(),
                        shape.getKey(),
                        hereRequests,
                        paginatorRequests,
                        median(hereSeconds),
                        median(paginatorSeconds),
                        median(paginatorSeconds) / median(hereSeconds));
            }
        }
    }

    private static void here(S3Client client) throws InterruptedException {
        CollectionCatalog catalog = new CollectionCatalog(new MemoryObjectStore(), "c");
        try (S3Source source = new S3Source(
                client,
                new S3Uri(KeyServer.BUCKET, "lake/"),
                new PathFilter(List.of(), List.of()),
                new RequestCounter(),
                false)) {
            new SourceLister(source, catalog, "staging/1", SourceLister.MAX_FILES, new AtomicLong())
                    .list(List.of(), false, false, null, null);
        }
    }

    private static double seconds(Lister lister) throws InterruptedException {
        long start = System.nanoTime();
        lister.list();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(double[] seconds) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
