package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.testing.KeyServer;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What updates of a source on S3 cost, counted by the store. The system property {@code littoral.costs.files} says
 * otherwise of how many files.
 */
class S3CostsTest {
    private static final int FILES = Integer.getInteger("littoral.costs.files", 20_000);
    private static final int IN_FOLDER = 100;
    private static final int IN_SHARD = 500;
    private static final Duration LATENCY = Duration.ofMillis(20);
    private static final byte[] CONTENT = ParquetFiles.of(100, 0);
    private static final ExternalSource SOURCE =
            new ExternalSource("s3://" + KeyServer.BUCKET + "/lake/", ExternalSpec.parquet());

    private static List<String> keys(int files) {
        return IntStream.range(0, files)
                .mapToObj(i -> "lake/day=%05d/%08d.parquet".formatted(i / IN_FOLDER, i))
                .toList();
    }

    private static Update update(Pipeline pipeline) throws InterruptedException {
        pipeline.store.forget();
        return pipeline.update(SOURCE, PipelineTest.options(1_000));
    }

    @Test
    void whatAnUpdateCostsFollowsWhatChanged() throws Exception {
        try (KeyServer server = new KeyServer(keys(FILES), LATENCY, CONTENT, Integer.MAX_VALUE);
                S3Client client = S3Clients.connect(server.endpoint(), "key", "secret");
                Pipeline pipeline = new Pipeline(
                        new MemoryCatalogStore(), new ObjectCache(16 << 20), PipelineTest.s3(client), IN_SHARD)) {
            pipeline.prepares = number -> true;
            Update first = update(pipeline);
            assertThat(first.files().added()).isEqualTo(FILES);
            assertThat(server.gets()).as("reads, of which a file needs one").isEqualTo(FILES);
            assertThat(server.other()).as("requests that neither list nor read").isZero();
            long snapshot = pipeline.store.bytesWritten();

            int lists = server.lists();
            Update unchanged = update(pipeline);
            assertThat(unchanged.committed()).isFalse();
            assertThat(pipeline.store.written()).isEmpty();
            assertThat(pipeline.store.requests())
                    .as("whether the base is still the newest, the base, and its root")
                    .isEqualTo(3);
            assertThat(server.gets()).isEqualTo(FILES);
            int refresh = server.lists() - lists;
            assertThat(refresh)
                    .as("a page for 1,000 files, and one more for each range")
                    .isLessThan(FILES / 1_000 + 20);

            server.rewrite("lake/day=00050/00005001.");
            lists = server.lists();
            Update changed = update(pipeline);
            assertThat(changed.files().changed()).isEqualTo(1);
            assertThat(server.gets()).isEqualTo(FILES + 1);
            assertThat(server.lists() - lists).isEqualTo(refresh);
            assertThat(pipeline.store.requests()).isEqualTo(8);
            // A shard, of the forty that there are, and the root.
            assertThat(pipeline.store.bytesWritten()).isLessThan(snapshot * 2 * IN_SHARD / FILES);
        }
    }

    /** A server, closed by now, after a first update has read 4,000 files of it. */
    private static KeyServer read(Duration latency, int mostGets) throws Exception {
        try (KeyServer server = new KeyServer(keys(4_000), latency, CONTENT, mostGets);
                S3Client client = S3Clients.connect(server.endpoint(), "key", "secret");
                Pipeline pipeline = new Pipeline(new MemoryCatalogStore(), PipelineTest.s3(client), IN_SHARD)) {
            assertThat(update(pipeline).files().added()).isEqualTo(4_000);
            assertThat(server.gets()).isEqualTo(4_000);
            return server;
        }
    }

    @Test
    void aStoreThatAnswersIsAskedForMoreAtOnce() throws Exception {
        int most = 0;
        for (Duration latency : KeyServer.LATENCIES) {
            most = read(latency, Integer.MAX_VALUE).mostGetsAtOnce();
            if (most > 32) {
                break;
            }
        }
        assertThat(most).isGreaterThan(32);
    }

    @Test
    void aStoreThatRefusesTooManyReadsAtOnceIsReadAllTheSame() throws Exception {
        int refused = 0;
        for (Duration latency : KeyServer.LATENCIES) {
            refused = read(latency, 24).refused();
            assertThat(refused).isLessThan(4_000 / 10);
            if (refused > 0) {
                break;
            }
        }
        assertThat(refused).isPositive();
    }

    /** Not that the files change, which the first round has to believe. */
    @Test
    void aStoreThatListsAndReadsWithDifferentETagsIsFoundOutInTheSecondRound() throws Exception {
        try (KeyServer server = new KeyServer(keys(3), Duration.ZERO, CONTENT, Integer.MAX_VALUE);
                S3Client client = S3Clients.connect(server.endpoint(), "key", "secret");
                Pipeline pipeline = new Pipeline(new MemoryCatalogStore(), PipelineTest.s3(client), IN_SHARD)) {
            server.readWith("x");
            assertThatThrownBy(() -> update(pipeline))
                    .rootCause()
                    .isInstanceOfSatisfying(
                            ApplicationFailure.class,
                            e -> assertThat(e.getType()).isEqualTo("INPUT"))
                    .hasMessageContaining("the store lists ETag ")
                    .hasMessageContaining("and answers reads of it with ETag x");
            server.readWith("");
            assertThat(update(pipeline).files().added()).isEqualTo(3);
        }
    }
}
