package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.steps.ConsumerProcess.Answer;
import dev.littoral.activities.steps.VectorLake.Content;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.RollbackRequest;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A collection of two lakes by turns, and what each of its versions serves. */
final class VectorWalk implements AutoCloseable {
    private static final int STEPS = 25;
    private static final int QUERIES = 5;
    private static final int NEAREST = 7;
    private static final int[] ROWS = {1, 30, 120, 250, 400, 900, 5_000};

    interface Check {
        void run() throws Exception;
    }

    private final Path collection;
    private final SplittableRandom random;
    private final long seed;
    private final List<VectorLake> lakes;
    private final Pipeline pipeline;
    private final CatalogReader reader;
    private final Map<Long, Map<String, Content>> served = new TreeMap<>();
    private final Map<String, Integer> kinds = new TreeMap<>();
    private final CollectionOptions options =
            new CollectionOptions(400, null, true, 1.0, CollectionOptions.DEFAULTS.keepVersionsFor(), 0.4);
    private VectorLake lake;
    private int writes;
    private int step;
    private long wanted;
    private long found;

    VectorWalk(Path folder, long seed) throws Exception {
        this.seed = seed;
        random = new SplittableRandom(seed);
        collection = folder.resolve("catalog/c");
        lakes = List.of(new VectorLake(folder.resolve("a")), new VectorLake(folder.resolve("b")));
        lake = lakes.getFirst();
        pipeline = new Pipeline(LocalStores.catalog(folder.resolve("catalog")), DeletesBeside.opener(), 6);
        reader = CatalogReader.on(pipeline.store);
    }

    @Override
    public void close() throws SQLException {
        pipeline.close();
        for (VectorLake each : lakes) {
            each.close();
        }
    }

    /** Fills both lakes, and commits what the second one has. */
    void fill() throws Exception {
        for (VectorLake each : lakes) {
            lake = each;
            for (int i = 0; i < 10; i++) {
                write("f" + i + ".parquet");
            }
        }
        update();
    }

    void run(Check check) throws Exception {
        fill();
        for (step = 0; step < STEPS; step++) {
            // Sometimes a consumer has not answered yet when the next version comes.
            do {
                change();
            } while (random.nextInt(4) == 0);
            try {
                check.run();
            } catch (AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + ", step " + step + ", of " + kinds + ": " + e.getMessage(), e);
            }
        }
    }

    Path collection() {
        return collection;
    }

    int step() {
        return step;
    }

    void checkEveryKind() {
        assertThat(kinds.keySet())
                .contains("append", "overwrite", "remove", "delete rows", "roll back", "restore", "other source");
    }

    private void write(String name) throws Exception {
        lake.write(name, ROWS[random.nextInt(ROWS.length)], ++writes, random.nextBoolean());
    }

    private void change() throws Exception {
        change(16);
    }

    /** Anything but an older version that is served again. */
    void changeLake() throws Exception {
        change(13);
    }

    private void change(int kindsOf) throws Exception {
        List<String> names = lake.names();
        int dice = names.size() < 4 ? 0 : random.nextInt(kindsOf);
        switch (dice) {
            case 0, 1, 2 -> {
                count("append");
                for (int i = random.nextInt(3); i >= 0; i--) {
                    write("g" + writes + ".parquet");
                }
            }
            case 3, 4, 5 -> {
                count("overwrite");
                write(any(names));
            }
            case 6, 7 -> {
                count("remove");
                lake.remove(any(names));
            }
            case 8, 9, 10, 11 -> {
                count("delete rows");
                for (int i = 0; i < 3; i++) {
                    deleteRows(any(names));
                }
            }
            case 12 -> {
                count("other source");
                lake = lakes.get(1 - lakes.indexOf(lake));
            }
            case 13, 14 -> {
                count("restore");
                restore(any(names));
                return;
            }
            default -> {
                count("roll back");
                rollBack(pipeline.head().version() - 1 - random.nextInt(3));
                return;
            }
        }
        update();
    }

    SplittableRandom random() {
        return random;
    }

    private void count(String kind) {
        kinds.merge(kind, 1, Integer::sum);
    }

    private String any(List<String> names) {
        return names.get(random.nextInt(names.size()));
    }

    private void deleteRows(String name) {
        BitSet more = new BitSet();
        int rows = lake.rows(name);
        int from = random.nextInt(rows);
        more.set(from, Math.min(rows, from + 1 + random.nextInt(20)));
        for (int i = 0; i < rows / 20; i++) {
            more.set(random.nextInt(rows));
        }
        lake.deleteRows(name, more);
    }

    /** A file that is gone for one version, and there as it was when the version before is served again. */
    private void restore(String name) throws Exception {
        update();
        long version = pipeline.head().version();
        lake.hide(name);
        update();
        lake.show(name);
        rollBack(version);
    }

    private void update() throws Exception {
        pipeline.update(lake.source(), options);
        for (long version = served.size() + 1L; version <= pipeline.head().version(); version++) {
            // A version that only declares another source serves what was served.
            served.put(
                    version,
                    reader.head("c", version).kind() == HeadKind.DECLARED
                            ? served.getOrDefault(version - 1, Map.of())
                            : lake.contents());
        }
    }

    private void rollBack(long version) throws Exception {
        Head base = pipeline.head();
        if (version < 2) {
            return;
        }
        CommitOutcome done = pipeline.commits.rollBack(
                new RollbackRequest("c", pipeline.update, version, base, "rollback-" + base.version(), "a test"));
        if (done instanceof CommitOutcome.Refused refused) {
            assertThat(refused.reason()).contains("serves the snapshot of version " + version + " already");
            return;
        }
        assertThat(done).isInstanceOf(CommitOutcome.Created.class);
        served.put(base.version() + 1, served.get(version));
    }

    /** Whether every file of a version is there as it was. */
    private boolean isThere(long version) {
        Map<String, Content> now = new TreeMap<>();
        lakes.forEach(each -> now.putAll(each.contents()));
        return served.get(version).entrySet().stream()
                .allMatch(file -> now.containsKey(file.getKey())
                        && now.get(file.getKey()).write() == file.getValue().write());
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
            count("failed");
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

    /** Living rows by segment, as the reader in Java has them, and in all as DuckDB and the books have them. */
    void checkCounts(ConsumerProcess consumer) throws Exception {
        JsonNode answer = served(consumer);
        assertThat(answer.get("state").asText()).as("%s", answer).isEqualTo("SERVING");
        long version = answer.get("version").asLong();
        List<String> expected = new ArrayList<>();
        try (var segments = reader.snapshot("c", version).segments()) {
            segments.map((Segment segment) -> segment.id() + "\t" + segment.rows())
                    .forEach(expected::add);
        }
        List<String> index = consumer.index();
        assertThat(index.getFirst()).isEqualTo("version " + version);
        assertThat(index.subList(1, index.size())).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(answer.get("rows").asLong())
                .isEqualTo(served.get(version).values().stream()
                        .mapToLong(content ->
                                content.vectors().size() - content.deleted().cardinality())
                        .sum());
    }
}
