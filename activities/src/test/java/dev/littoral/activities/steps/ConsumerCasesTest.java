package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.consumer.Consumers;
import dev.littoral.activities.steps.ConsumerProcess.Answer;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.activities.testing.SealedHead;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.ConsumerEntry;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.SegmentProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the consumers of {@code docs/consumers} do in cases that a random walk does not reach for sure. */
@Timeout(600)
class ConsumerCasesTest {
    private static final CollectionOptions OPTIONS =
            new CollectionOptions(400, null, true, 1.0, CollectionOptions.DEFAULTS.keepVersionsFor(), 0.9);
    private static final long[] QUERY = {500, 500, 500, 500, 500, 500, 500, 500};

    @TempDir
    private Path folder;

    private Path collection;
    private VectorLake lake;
    private Pipeline pipeline;

    /** Version 2 serves two files in one segment. */
    @BeforeEach
    void fill() throws Exception {
        collection = folder.resolve("catalog/c");
        lake = new VectorLake(folder.resolve("lake"));
        pipeline = new Pipeline(LocalStores.catalog(folder.resolve("catalog")), DeletesBeside.opener(), 6);
        lake.write("a.parquet", 100, 1, false);
        lake.write("b.parquet", 200, 2, false);
        update();
    }

    @AfterEach
    void close() throws Exception {
        pipeline.close();
        lake.close();
    }

    private long update() throws InterruptedException {
        return pipeline.update(lake.source(), OPTIONS).head().version();
    }

    private void check(ConsumerProcess consumer, long version) throws Exception {
        JsonNode answer = consumer.awaitAnswer(version);
        assertThat(answer.get("state").asText()).as("%s", answer).isEqualTo("SERVING");
        assertThat(consumer.search(QUERY, 1_000))
                .isEqualTo(new Answer(version, VectorLake.search(lake.contents(), QUERY, 1_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "java"})
    void rowsThatWereDeadWhenTheirSegmentWasBuiltAreReadWhenTheyAreRestored(String language) throws Exception {
        lake.hide("b.parquet");
        long version = update();
        try (ConsumerProcess consumer = language.equals("java")
                ? ConsumerProcess.java(collection, "search")
                : ConsumerProcess.python(collection, "search")) {
            check(consumer, version);
            lake.show("b.parquet");
            assertThat(pipeline.commits.rollBack(
                            new RollbackRequest("c", pipeline.update, 2, pipeline.head(), "rollback", "a test")))
                    .isInstanceOf(CommitOutcome.Created.class);
            check(consumer, version + 1);
        }
    }

    @Test
    void aVersionWhoseFilesAreNotAsTheyWereIsFailedAndTheNextOneIsServed() throws Exception {
        Map<String, VectorLake.Content> before = lake.contents();
        try (ConsumerProcess consumer = ConsumerProcess.python(collection, "search")) {
            check(consumer, 2);
            lake.write("c.parquet", 50, 3, false);
            consumer.signal("STOP");
            long failed = update();
            lake.write("c.parquet", 60, 4, false);
            consumer.signal("CONT");
            JsonNode answer = consumer.awaitAnswer(failed);
            assertThat(answer.get("state").asText()).isEqualTo("FAILED");
            assertThat(answer.get("reason").asText())
                    .isEqualTo("File " + folder.resolve("lake/c.parquet") + " has another version by now");
            assertThat(consumer.search(QUERY, 1_000)).isEqualTo(new Answer(2, VectorLake.search(before, QUERY, 1_000)));
            check(consumer, update());
        }
    }

    @Test
    void aVersionWithoutTheColumnIsFailedInASentence() throws Exception {
        try (ConsumerProcess consumer = ConsumerProcess.python(collection, "search", "--column", "vector")) {
            JsonNode answer = consumer.awaitAnswer(2);
            assertThat(answer.get("state").asText()).isEqualTo("FAILED");
            assertThat(answer.get("reason").asText())
                    .isEqualTo("File " + folder.resolve("lake/a.parquet") + " cannot be read: it has no column vector");
        }
    }

    @Test
    void aLeaseThatIsRefusedIsNotUsedAndTheNextVersionIsServed() throws Exception {
        ObjectNode boundary = JsonNodeFactory.instance.objectNode();
        boundary.put("n", 1).put("below", 3).put("time", "2026-11-28T10:12:00Z");
        Files.createDirectories(collection.resolve("boundary"));
        Files.writeString(collection.resolve("boundary/9999999998.json"), SealedHead.of(boundary));
        try (ConsumerProcess python = ConsumerProcess.python(collection, "search");
                ConsumerProcess shell = ConsumerProcess.shell(collection, "counter")) {
            for (ConsumerProcess consumer : List.of(python, shell)) {
                // It asks again, and never says that it serves.
                JsonNode third = consumer.await(entry -> entry.get("n").asLong() >= 3);
                assertThat(third.get("state").asText()).isEqualTo("BUILDING");
            }
            lake.deleteRows("a.parquet", BitSet.valueOf(new long[] {0b1011}));
            long version = update();
            check(python, version);
            assertThat(shell.awaitAnswer(version).get("rows").asLong()).isEqualTo(297);
        }
    }

    @Test
    void aRetiredCollectionEndsThemAndTheySaySo() throws Exception {
        try (ConsumerProcess python = ConsumerProcess.python(collection, "search");
                ConsumerProcess shell = ConsumerProcess.shell(collection, "counter");
                ConsumerProcess java = ConsumerProcess.java(collection, "lucene")) {
            List<ConsumerProcess> all = List.of(python, shell, java);
            for (ConsumerProcess consumer : all) {
                consumer.awaitAnswer(2);
            }
            pipeline.commits.retireCollection(new RetireRequest("c", pipeline.update, pipeline.head(), "retire"));
            for (ConsumerProcess consumer : all) {
                JsonNode last =
                        consumer.await(entry -> entry.get("state").asText().equals("GONE"));
                assertThat(last.get("version").asLong()).isEqualTo(3);
                assertThat(consumer.end()).as(consumer.log()).isEqualTo(0);
            }
        }
    }

    @Test
    void aConsumerThatIsKilledGoesOnUnderItsName() throws Exception {
        JsonNode last;
        try (ConsumerProcess consumer = ConsumerProcess.python(collection, "search")) {
            last = consumer.awaitAnswer(2);
        }
        lake.remove("a.parquet");
        long version = update();
        try (ConsumerProcess consumer = ConsumerProcess.python(collection, "search")) {
            check(consumer, version);
            assertThat(consumer.newest().orElseThrow().get("n").asLong())
                    .isEqualTo(last.get("n").asLong() + 2);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MINIO", "VERSITYGW"})
    void theConsumerInShellFollowsACatalogInABucket(S3Servers.Kind kind) throws Exception {
        S3Server server = S3Servers.shared(kind);
        String bucket = server.newBucket();
        CatalogStore store = S3Stores.catalog(server.client(), "s3://" + bucket + "/catalog");
        try (Pipeline onS3 = new Pipeline(store, DeletesBeside.opener(), 6);
                ConsumerProcess shell = ConsumerProcess.shellOnS3(server, bucket, "counter")) {
            onS3.update(lake.source(), OPTIONS);
            shell.awaitPrinted(2);
            lake.deleteRows("b.parquet", BitSet.valueOf(new long[] {0b111}));
            onS3.update(lake.source(), OPTIONS);
            shell.awaitPrinted(3);

            Segment segment =
                    CatalogReader.on(store).snapshot("c").segments().findFirst().orElseThrow();
            assertThat(shell.index()).containsExactly("version 3", segment.id() + "\t297");
            ConsumerEntry serving =
                    new Consumers(store, "c").known("counter", Instant.now()).newest();
            assertThat(serving.state()).isEqualTo(ConsumerState.SERVING);
            assertThat(serving.version()).isEqualTo(3);
            assertThat(serving.rows()).isEqualTo(297);
            assertThat(serving.segments()).isEqualTo(new SegmentProgress(1, 0, 1));
        }
    }
}
