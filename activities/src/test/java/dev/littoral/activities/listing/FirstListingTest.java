package dev.littoral.activities.listing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.s3.RequestCounter;
import dev.littoral.activities.s3.S3Uri;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.Paths;
import dev.littoral.activities.source.S3Source;
import dev.littoral.activities.source.SourceFile;
import dev.littoral.activities.testing.KeyServer;
import dev.littoral.activities.testing.MemoryObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A first listing over S3: that it is whole, and what it costs. */
class FirstListingTest {
    private static final Duration LATENCY = Duration.ofMillis(20);

    private record Keys(String name, List<String> keys) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Keys> shapes() {
        SplittableRandom random = new SplittableRandom(1);
        return List.of(
                new Keys("flat, by number", numbered("lake/part-%06d.parquet", 60_000)),
                new Keys("flat, by random number", random("lake/%016x.parquet", 60_000, random)),
                new Keys("folders of one size", numbered("lake/day=%04d/part-%05d.parquet", 60_000, 500)),
                new Keys("one folder has nearly all", skewed()),
                new Keys(
                        "folders within folders",
                        numbered("lake/year=%04d/month=%02d/%06d.parquet", 60_000, 24_000, 2_000)));
    }

    private static List<String> numbered(String format, int count, int... perFolder) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    List<Object> numbers = new ArrayList<>();
                    for (int size : perFolder) {
                        numbers.add(i / size);
                    }
                    numbers.add(i);
                    return format.formatted(numbers.toArray());
                })
                .toList();
    }

    private static List<String> random(String format, int count, SplittableRandom random) {
        return random.longs(count).mapToObj(format::formatted).toList();
    }

    private static List<String> skewed() {
        return Stream.concat(
                        numbered("lake/a/%02d.parquet", 50).stream(),
                        Stream.concat(
                                numbered("lake/b/data-%05d-of-59800.parquet", 59_800).stream(),
                                numbered("lake/c/%03d.parquet", 150).stream()))
                .toList();
    }

    private static S3Client client(KeyServer server) {
        return S3Client.builder()
                .endpointOverride(server.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .forcePathStyle(true)
                .httpClientBuilder(Apache5HttpClient.builder().maxConnections(64))
                .build();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aLargeSourceIsListedInParallelByFewRequestsWhateverItsShape(Keys shape) throws Exception {
        CollectionCatalog catalog = new CollectionCatalog(new MemoryObjectStore(), "c");
        try (KeyServer server = new KeyServer(shape.keys(), LATENCY);
                S3Client client = client(server);
                S3Source source = new S3Source(
                        client,
                        new S3Uri("b", "lake/"),
                        new PathFilter(List.of(), List.of()),
                        new RequestCounter(),
                        false)) {
            SourceLister.Result result = new SourceLister(source, catalog, "staging/1", 10_000, new AtomicLong())
                    .list(List.of(), false, false, null, null);
            List<String> listed = new ArrayList<>();
            for (PlannedShard shard : result.plan().shards()) {
                for (Part part : shard.parts()) {
                    catalog.lines(part.key(), SourceFile.class).forEach(file -> listed.add(file.path()));
                }
            }
            TreeSet<String> expected = new TreeSet<>(Paths.ORDER);
            shape.keys().forEach(key -> expected.add("s3://b/" + key));
            assertThat(listed).isEqualTo(List.copyOf(expected));
            assertThat(server.mostAtOnce()).as("pages at once").isGreaterThan(4);
            assertThat(server.lists())
                    .as("requests")
                    .isLessThan(2 * shape.keys().size() / 1_000);
        }
    }

    @Test
    void aSourceOfOnePageCostsOneRequest() throws Exception {
        CollectionCatalog catalog = new CollectionCatalog(new MemoryObjectStore(), "c");
        try (KeyServer server = new KeyServer(numbered("lake/%d/%d", 1_000, 10), Duration.ZERO);
                S3Client client = client(server);
                S3Source source = new S3Source(
                        client,
                        new S3Uri("b", "lake/"),
                        new PathFilter(List.of(), List.of()),
                        new RequestCounter(),
                        false)) {
            new SourceLister(source, catalog, "staging/1", 10_000, new AtomicLong())
                    .list(List.of(), false, false, null, null);
            assertThat(server.lists()).isEqualTo(1);
        }
    }
}
