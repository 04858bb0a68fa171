package dev.littoral.activities.listing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.KeyServer;
import dev.littoral.activities.testing.MemoryCatalogStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;

/** An initial listing over S3: that it is whole, and what it costs. */
class InitialListerTest {
    private static final int PAGES_AT_ONCE = 5;

    private static Set<Map.Entry<String, List<String>>> shapes() {
        return KeyShapes.of(60_000).entrySet();
    }

    private static CollectionCatalog newCatalog() {
        return new CollectionCatalog(new MemoryCatalogStore(), "c");
    }

    /** What an initial listing of all that a server has comes to. */
    private static SourceLister.Result list(KeyServer server, CollectionCatalog catalog)
            throws FileChangedException, InterruptedException {
        try (S3Client client = S3Clients.connect(server.endpoint(), "key", "secret");
                FileSource source = S3Stores.source(client, "s3://" + KeyServer.BUCKET + "/lake/")) {
            return new SourceLister(source, catalog, "staging/1", SourceLister.MAX_FILES, new AtomicLong())
                    .list(List.of(), false, false, null, null);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aLargeSourceIsListedInParallelByFewRequestsWhateverItsShape(Map.Entry<String, List<String>> shape)
            throws Exception {
        TreeSet<String> expected = new TreeSet<>(PathOrder.ORDER);
        shape.getValue().forEach(key -> expected.add("s3://" + KeyServer.BUCKET + "/" + key));
        int mostRequests = 2 * shape.getValue().size() / 1_000;
        for (Duration latency : KeyServer.LATENCIES) {
            CollectionCatalog catalog = newCatalog();
            try (KeyServer server = new KeyServer(shape.getValue(), latency)) {
                List<String> listed = new ArrayList<>();
                for (PlannedShard shard : list(server, catalog).plan().shards()) {
                    for (StagedFiles part : shard.parts()) {
                        catalog.lines(part.object(), SourceFile.class).forEach(file -> listed.add(file.path()));
                    }
                }
                assertThat(listed).isEqualTo(List.copyOf(expected));
                if (latency.equals(KeyServer.LATENCIES.getLast())) {
                    assertThat(server.mostAtOnce()).as("pages at once").isGreaterThanOrEqualTo(PAGES_AT_ONCE);
                    assertThat(server.lists()).as("requests").isLessThan(mostRequests);
                } else if (server.mostAtOnce() >= PAGES_AT_ONCE && server.lists() < mostRequests) {
                    return;
                }
            }
        }
    }

    @Test
    void aSourceOfOnePageCostsOneRequest() throws Exception {
        try (KeyServer server = new KeyServer(KeyShapes.of(1_000).get("folders of one size"), Duration.ZERO)) {
            list(server, newCatalog());
            assertThat(server.lists()).isEqualTo(1);
        }
    }
}
