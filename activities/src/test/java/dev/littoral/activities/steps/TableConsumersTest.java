package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.steps.ConsumerProcess.Answer;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.Head;
import java.nio.file.Path;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The consumers of {@code docs/consumers} beside tables that change at random: rows are appended, deleted, moved by a
 * compaction, and columns get other names. After each change they answer as the table itself would.
 * {@code -Dlittoral.consumers.steps=18} says how many there are.
 */
@Timeout(900)
class TableConsumersTest {
    private static final int STEPS = Integer.getInteger("littoral.consumers.steps", 10);
    private static final CollectionOptions OPTIONS =
            new CollectionOptions(400, null, true, 1.0, CollectionOptions.DEFAULTS.keepVersionsFor(), 0.4);

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @CsvSource({
        "python, iceberg with ids, 1",
        "python, iceberg without ids, 2",
        "python, delta by name, 3",
        "python, delta by id, 4",
        "java, iceberg with ids, 5",
        "java, delta by id, 6",
        "shell, iceberg with ids, 7",
        "shell, delta by name, 8"
    })
    void aConsumerAnswersAsTheTableWouldAfterEveryChange(String consumer, String kind, long seed) throws Exception {
        Path folder = temporary.toRealPath();
        Path collection = folder.resolve("catalog/c");
        SplittableRandom random = new SplittableRandom(seed);
        Set<String> kinds = new TreeSet<>();
        try (VectorTable table = VectorTables.of(folder.resolve("t"), kind);
                Pipeline pipeline = new Pipeline(
                        LocalStores.catalog(folder.resolve("catalog")),
                        PipelineTest.local(FormatRegistry.formats()),
                        6);
                ConsumerProcess process = consumer(consumer, collection)) {
            for (int step = 0; step < STEPS || kinds.size() < 5; step++) {
                kinds.add(table.change(random));
                Head head = pipeline.update(table.source(), OPTIONS).head();
                JsonNode said = process.awaitAnswer(head.version());
                String what = "step " + step + " of " + kinds + ": " + said + " " + process.log();
                assertThat(said.get("state").asText()).as(what).isEqualTo("SERVING");
                assertThat(said.get("rows").asLong())
                        .as(what)
                        .isEqualTo(head.totals().rows());
                if (consumer.equals("shell")) {
                    checkCounts(process, CatalogReader.on(pipeline.store), head);
                } else {
                    checkSearch(process, table, head, random, what);
                }
            }
        }
    }

    private static ConsumerProcess consumer(String language, Path collection) {
        return switch (language) {
            case "python" -> ConsumerProcess.python(collection, "search");
            case "java" -> ConsumerProcess.java(collection, "search");
            default -> ConsumerProcess.shell(collection, "search");
        };
    }

    private static void checkSearch(
            ConsumerProcess process, VectorTable table, Head head, SplittableRandom random, String what)
            throws Exception {
        long[] query =
                random.longs(VectorLake.DIMENSIONS, 0, VectorLake.LARGEST).toArray();
        for (int k : new int[] {5, 100_000}) {
            assertThat(process.search(query, k))
                    .as(what)
                    .isEqualTo(new Answer(head.version(), VectorLake.search(table.contents(), query, k)));
        }
    }

    private static void checkCounts(ConsumerProcess process, CatalogReader reader, Head head) throws Exception {
        try (var segments = reader.snapshot("c", head.version()).segments()) {
            assertThat(process.index())
                    .containsAll(segments.map((Segment segment) -> segment.id() + "\t" + segment.rows())
                            .toList());
        }
    }
}
