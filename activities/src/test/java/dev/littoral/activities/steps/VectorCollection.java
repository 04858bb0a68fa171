package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.steps.ConsumerProcess.Answer;
import dev.littoral.activities.steps.VectorLake.Content;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A collection of vectors whose source changes at random, and what each of its versions serves. */
abstract class VectorCollection implements AutoCloseable {
    private static final int QUERIES = 5;
    private static final int NEAREST = 7;

    final SplittableRandom random;
    final Pipeline pipeline;
    final CatalogReader reader;

    /** What each version serves, by file. */
    final Map<Long, Map<String, Content>> served = new TreeMap<>();

    /** The living rows of each segment of a version, as the shell's index has them. */
    private final Map<Long, List<String>> counts = new TreeMap<>();

    private final Path collection;
    private final CollectionOptions options =
            new CollectionOptions(400, null, true, 1.0, CollectionOptions.DEFAULTS.keepVersionsFor(), 0.4);
    private long wanted;
    private long found;

    VectorCollection(Path folder, long seed, UpdateActivitiesImpl.Opener sources) throws InterruptedException {
        random = new SplittableRandom(seed);
        collection = folder.resolve("catalog/c");
        pipeline = new Pipeline(LocalStores.catalog(folder.resolve("catalog")), sources, 6);
        reader = CatalogReader.on(pipeline.store);
    }

    /** Commits the first version. */
    abstract void fill() throws Exception;

    /** Anything but an older version that is served again. */
    abstract void changeLake() throws Exception;

    /** Whether every file of a version is there as it was. */
    abstract boolean isThere(long version);

    @Override
    public void close() throws SQLException {
        pipeline.close();
    }

    final Path collection() {
        return collection;
    }

    final SplittableRandom random() {
        return random;
    }

    /** Updates the collection from a source that has these files now. */
    final void update(ExternalSource source, Map<String, Content> contents) throws InterruptedException {
        pipeline.update(source, options);
        for (long version = served.size() + 1L; version <= pipeline.head().version(); version++) {
            // A version that only declares another source serves what was served.
            boolean declared = reader.head("c", version).kind() == HeadKind.DECLARED;
            serves(version, declared ? served.getOrDefault(version - 1, Map.of()) : contents);
        }
    }

    final void serves(long version, Map<String, Content> contents) throws InterruptedException {
        served.put(version, contents);
        if (reader.head("c", version).snapshot() != null) {
            List<String> lines = new ArrayList<>();
            try (var segments = reader.snapshot("c", version).segments()) {
                segments.map((Segment segment) -> segment.id() + "\t" + segment.rows())
                        .forEach(lines::add);
            }
            counts.put(version, lines);
        }
    }

    /** The newest version that changes what is served. */
    long newest() throws InterruptedException {
        Head head = pipeline.head();
        while (head.kind() == HeadKind.DECLARED) {
            head = pipeline.catalog().heads().at(head.version() - 1).orElseThrow();
        }
        return head.version();
    }

    /** What a consumer says of the newest version, with the counts of its root. */
    private JsonNode served(ConsumerProcess consumer) throws Exception {
        JsonNode answer = consumer.awaitAnswer(newest());
        if (answer.get("state").asText().equals("SERVING")) {
            Head head = reader.head("c", answer.get("version").asLong());
            assertThat(answer.get("rows").asLong()).isEqualTo(head.totals().rows());
            assertThat(answer.get("segments").get("done").asLong())
                    .isEqualTo(head.totals().segments());
            assertThat(answer.get("segments").get("total"))
                    .isEqualTo(answer.get("segments").get("done"));
        }
        return answer;
    }

    void checkSearch(ConsumerProcess consumer, boolean mayKnowMore) throws Exception {
        JsonNode answer = served(consumer);
        long version = answer.get("version").asLong();
        if (answer.get("state").asText().equals("FAILED")) {
            // A version that is served again may have files that are not there any more.
            assertThat(answer.get("reason").asText()).containsAnyOf("has another version", "cannot be read");
            assertThat(isThere(version)).as("%s", answer).isFalse();
            failed();
            return;
        }
        assertThat(mayKnowMore || isThere(version)).isTrue();
        for (int i = 0; i < QUERIES; i++) {
            long[] query =
                    random.longs(VectorLake.DIMENSIONS, 0, VectorLake.LARGEST).toArray();
            int k = random.nextInt(4) == 0 ? 100_000 : NEAREST;
            assertThat(consumer.search(query, k))
                    .isEqualTo(new Answer(version, VectorLake.search(served.get(version), query, k)));
        }
    }

    /** One query at any time: whatever version is served, it is served as it is. */
    void checkAnyAnswer(ConsumerProcess consumer) throws Exception {
        long[] query =
                random.longs(VectorLake.DIMENSIONS, 0, VectorLake.LARGEST).toArray();
        Answer answer = consumer.search(query, NEAREST);
        assertThat(answer.hits()).isEqualTo(VectorLake.search(served.get(answer.version()), query, NEAREST));
    }

    void checkGraphs(ConsumerProcess consumer) throws Exception {
        long[] query =
                random.longs(VectorLake.DIMENSIONS, 0, VectorLake.LARGEST).toArray();
        Answer answer = consumer.searchNearly(query, NEAREST);
        Map<String, Content> contents = served.get(answer.version());
        List<VectorLake.Hit> all = VectorLake.search(contents, query, Integer.MAX_VALUE);
        assertThat(all).containsSubsequence(answer.hits());
        List<VectorLake.Hit> nearest = all.subList(0, Math.min(NEAREST, all.size()));
        wanted += nearest.size();
        found += answer.hits().stream().filter(nearest::contains).count();
    }

    double recall() {
        return (double) found / wanted;
    }

    /** Called for each version that cannot be built. */
    void failed() {}

    /** Living rows by segment, as the reader in Java has them, and in all as DuckDB and the books have them. */
    void checkCounts(ConsumerProcess consumer) throws Exception {
        JsonNode answer = served(consumer);
        assertThat(answer.get("state").asText()).as("%s", answer).isEqualTo("SERVING");
        long version = answer.get("version").asLong();
        assertThat(checkIndex(consumer)).isEqualTo(version);
        assertThat(answer.get("rows").asLong())
                .isEqualTo(served.get(version).values().stream()
                        .mapToLong(content ->
                                content.vectors().size() - content.deleted().cardinality())
                        .sum());
    }

    /** The living rows that the consumer in shell has counted, at any time; returns the version that they are of. */
    long checkIndex(ConsumerProcess consumer) throws Exception {
        List<String> index = consumer.index();
        long version = Long.parseLong(index.getFirst().substring("version ".length()));
        assertThat(index.subList(1, index.size())).containsExactlyInAnyOrderElementsOf(counts.get(version));
        return version;
    }
}
