package dev.littoral.activities.listing;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.steps.Measured;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.KeyServer;
import dev.littoral.activities.testing.MemoryCatalogStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Compares an initial listing with the SDK's paginator, on keys that a server on loopback lists with a latency of 20 ms
 * a page. Run by hand, with the number of keys; prints a table in Markdown.
 */
public final class ListingBenchmark {
    private static final Duration LATENCY = Duration.ofMillis(20);
    private static final int ROUNDS = 7;

    private ListingBenchmark() {}

    public static void run(int keys) throws Exception {
        System.out.println();
        System.out.println("## Initial listing over S3");
        System.out.println();
        System.out.println("| keys | requests here | requests of the paginator | here s | paginator s | times |");
        System.out.println("|---|---|---|---|---|---|");
        for (Map.Entry<String, List<String>> shape : KeyShapes.of(keys).entrySet()) {
            try (KeyServer server = new KeyServer(shape.getValue(), LATENCY);
                    S3Client client = S3Clients.connect(server.endpoint(), "key", "secret")) {
                Measured.Work here = () -> here(client);
                Measured.Work paginator = () -> client.listObjectsV2Paginator(
                                r -> r.bucket(KeyServer.BUCKET).prefix("lake/"))
                        .contents()
                        .forEach(key -> {});
                int before = server.lists();
                here.run();
                int hereRequests = server.lists() - before;
                paginator.run();
                int paginatorRequests = server.lists() - before - hereRequests;
                Map<String, Measured.Work> works = new LinkedHashMap<>();
                works.put("here", here);
                works.put("paginator", paginator);
                Map<String, Double> seconds = Measured.medians(ROUNDS, works);
                System.out.printf(
                        "| %,d, %s | %d | %d | %.2f | %.2f | %.1f |%n",
                        shape.getValue().size(),
                        shape.getKey(),
                        hereRequests,
                        paginatorRequests,
                        seconds.get("here"),
                        seconds.get("paginator"),
                        seconds.get("paginator") / seconds.get("here"));
            }
        }
    }

    private static void here(S3Client client) throws FileChangedException, InterruptedException {
        CollectionCatalog catalog = new CollectionCatalog(new MemoryCatalogStore(), "c");
        try (FileSource source = S3Stores.source(client, "s3://" + KeyServer.BUCKET + "/lake/")) {
            new SourceLister(source, catalog, "staging/1", SourceLister.MAX_FILES, new AtomicLong())
                    .list(List.of(), false, false, null, null);
        }
    }
}
