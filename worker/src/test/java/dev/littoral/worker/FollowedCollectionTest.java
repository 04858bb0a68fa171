package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.consumer.ConsumerClient;
import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.SegmentProgress;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.model.Verdict;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A collection with a consumer on the real server, with the real activities. */
@Timeout(600)
class FollowedCollectionTest {
    private static final String ID = "followed";
    private static final String TASK_QUEUE = "followed";
    private static final SegmentProgress ONE = new SegmentProgress(1, 0, 1);

    @TempDir
    private Path folder;

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(50);
        }
    }

    @Test
    void aConsumerByMessagesAndOneInTheCatalogAreSeenRightAndWrong() throws Exception {
        Path lake = Files.createDirectories(folder.resolve("lake"));
        Files.write(lake.resolve("a.parquet"), Parquet.ofRows(10));
        Path catalog = folder.resolve("catalog");
        TemporalServer temporal = TemporalServer.shared();
        try (TemporalConnection connection = TemporalConnection.to(temporal.target(), null);
                LittoralWorker worker = LittoralWorker.start(
                        connection.client(),
                        new WorkerSettings(
                                catalog.toString(),
                                new AllowList(List.of("file://" + folder), List.of()),
                                TASK_QUEUE,
                                4));
                CatalogStore store = LocalStores.catalog(catalog)) {
            assertThat(worker.catalog()).endsWith("catalog");
            WorkflowClient client = connection.client();
            ExternalCollectionWorkflow start = client.newWorkflowStub(
                    ExternalCollectionWorkflow.class,
                    WorkflowOptions.newBuilder()
                            .setWorkflowId(ID)
                            .setTaskQueue(TASK_QUEUE)
                            .build());
            ObjectNode input = Json.JSON.createObjectNode();
            input.putObject("source").put("uri", "file://" + lake + "/");
            input.putObject("options")
                    .put("targetRowsPerSegment", 1_000)
                    .put("maxAhead", 1)
                    .putArray("consumers")
                    .add("cache")
                    .add("search");
            WorkflowClient.start(start::run, new CollectionInput(input), null);
            ExternalCollectionWorkflow orders = client.newWorkflowStub(ExternalCollectionWorkflow.class, ID);
            await(() -> orders.status().version() == 2);

            assertThat(orders.lease(LeaseMessage.of("search", null, Duration.ofHours(1)))
                            .granted())
                    .isTrue();
            assertThat(orders.acknowledge(AcknowledgeMessage.of("search", 2, ConsumerState.SERVING, 9L, ONE, null))
                            .verdict())
                    .isEqualTo(Verdict.WRONG);
            await(() -> orders.consumers().state() == ServingState.WRONG);
            orders.acknowledge(AcknowledgeMessage.of("search", 2, ConsumerState.SERVING, 10L, ONE, null));
            await(() -> orders.consumers().state() == ServingState.LAGGING);
            // Nobody tells the collection of this one.
            new ConsumerClient(store, ID, "cache", Clock.systemUTC()).serving(2, 10, ONE);
            await(() -> orders.consumers().state() == ServingState.SERVED);

            Files.write(lake.resolve("b.parquet"), Parquet.ofRows(20));
            await(() -> orders.status().update() == null);
            long second = orders.updateRefresh().update();
            await(() -> orders.status().last().update() == second);
            long third = orders.updateRefresh().update();
            await(() -> orders.status().serving().waits() != null);
            assertThat(orders.status().serving().waits())
                    .startsWith("update " + third + " waits: consumer ")
                    .contains("serves 2, 1 version behind; maxAhead is 1");
            long segments = orders.status().snapshot().segments();
            for (String name : List.of("cache", "search")) {
                orders.acknowledge(AcknowledgeMessage.of(
                        name, 3, ConsumerState.SERVING, 30L, new SegmentProgress(segments, 0, segments), null));
            }
            await(() -> orders.status().last().update() == third);
            assertThat(orders.status().serving().state()).isEqualTo(ServingState.SERVED);
        }
    }
}
