package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.testing.CatalogSchemas;
import dev.littoral.activities.testing.Receiver;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Events of a collection on the real server, whose files and catalog are real, at a receiver that checks signatures and
 * loses, delays and repeats.
 */
@Timeout(600)
class EventsTest {
    private static final String ID = "events-products";
    private static final String QUEUE = "events-test";
    private static final long TIMEOUT_MILLIS = 480_000;

    @TempDir
    private Path folder;

    private final TemporalServer temporal = TemporalServer.shared();
    private final WorkflowClient client = temporal.client();
    private final TemporalConnection connection = TemporalConnection.to(temporal.target(), null);
    private final Receiver receiver = new Receiver();
    private LittoralWorker worker;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectories(folder.resolve("lake"));
        startWorker();
    }

    @AfterEach
    void close() {
        worker.close();
        connection.close();
        receiver.close();
    }

    private void startWorker() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), Receiver.SECRET);
        worker = LittoralWorker.start(
                connection.client(),
                new WorkerSettings(
                        folder.resolve("catalog").toString(),
                        new AllowList(List.of("file://" + folder), List.of()),
                        QUEUE,
                        4,
                        0,
                        Duration.ofSeconds(10),
                        List.of(new SinkSettings("indexer", receiver.address().toString(), "file:" + secret)),
                        List.of(),
                        Optional.empty()));
        assertThat(worker.awaitPolling(Duration.ofMinutes(8))).isTrue();
    }

    private ExternalCollectionWorkflow startCollection() throws Exception {
        ExternalCollectionWorkflow collection = client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setWorkflowId(ID)
                        .setTaskQueue(QUEUE)
                        .build());
        String input = "{'source':{'uri':'file://" + folder + "/lake/'},'options':{'notify':['indexer']}}";
        WorkflowClient.start(collection::run, new CollectionInput(Json.JSON.readTree(input.replace('\'', '"'))), null);
        return client.newWorkflowStub(ExternalCollectionWorkflow.class, ID);
    }

    /** Writes a file and has it committed. */
    private void update(ExternalCollectionWorkflow collection, int number) throws Exception {
        Files.write(folder.resolve("lake/" + number + ".parquet"), Parquet.ofRows(10 + number));
        collection.signalRefresh();
        await(() -> collection.status().snapshot().files() == number + 1
                && collection.status().update() == null
                && collection.status().last().state() != UpdateState.FAILED);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.currentTimeMillis() + TIMEOUT_MILLIS;
        while (!condition.getAsBoolean()) {
            assertThat(System.currentTimeMillis()).as("waited too long").isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    private List<Head> log() {
        try (CatalogReader catalog =
                CatalogReader.open(folder.resolve("catalog").toString())) {
            return catalog.versions(ID).toList().reversed();
        }
    }

    /** Every version was an event, and none came for the first time before one of an older version. */
    private void assertAllCameInOrder() {
        List<Head> log = log();
        assertThat(receiver.problems()).isEmpty();
        assertThat(receiver.taken().stream()
                        .map(event -> event.get("id").asText())
                        .distinct())
                .containsExactlyElementsOf(log.stream().map(Head::commitId).toList());
        for (JsonNode event : receiver.taken()) {
            assertThat(CatalogSchemas.EVENT.faults(event)).isEmpty();
        }
    }

    private void awaitAll(ExternalCollectionWorkflow collection) throws InterruptedException {
        await(() -> collection.status().sinks().getFirst().behind() == 0);
    }

    @Test
    void everyVersionComesInOrderThoughTheSinkLosesDelaysAndRepeats() throws Exception {
        Files.write(folder.resolve("lake/0.parquet"), Parquet.ofRows(10));
        AtomicInteger requests = new AtomicInteger();
        Random random = new Random(7);
        receiver.lose(request -> request.sendResponseHeaders(503, -1));
        ExternalCollectionWorkflow collection = startCollection();
        update(collection, 1);
        await(() -> collection.status().sinks().getFirst().failure() != null);
        assertThat(collection.status().sinks().getFirst().failure())
                .startsWith("Sink indexer at http://127.0.0.1:")
                .contains("answers 503");

        // From here on it takes each, and the answer of every third is lost or late.
        receiver.answer(request -> {
            if (requests.incrementAndGet() % 3 == 0) {
                pause(random.nextInt(200));
                request.sendResponseHeaders(400, -1);
            } else {
                request.sendResponseHeaders(200, -1);
            }
        });
        for (int i = 2; i < 6; i++) {
            update(collection, i);
        }
        worker.close();
        startWorker();
        update(collection, 6);
        awaitAll(collection);
        assertAllCameInOrder();
        assertThat(receiver.taken().size()).isGreaterThan(log().size());

        client.newUntypedWorkflowStub(ID).terminate("Temporal loses it");
        int before = receiver.taken().size();
        receiver.answer(Receiver.TAKEN);
        ExternalCollectionWorkflow again = startCollection();
        update(again, 7);
        awaitAll(again);
        assertAllCameInOrder();
        assertThat(receiver.taken().size() - before).isGreaterThanOrEqualTo(log().size());

        String everything = client.fetchHistory(ID).toJson(true) + Json.JSON.writeValueAsString(again.status());
        assertThat(everything)
                .contains("indexer")
                .doesNotContain("hidden", "whsec_", folder.resolve("secret").toString());
        again.retire();
        await(() -> receiver.taken().getLast().get("type").asText().endsWith(".retired.v1"));
        assertAllCameInOrder();
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
