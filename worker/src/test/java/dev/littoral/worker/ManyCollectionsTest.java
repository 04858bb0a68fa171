package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.TemporalServer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One worker with a small heap serves more collections than it has room for at once.
 * {@code -Dlittoral.many.collections=10000} makes it ten thousand.
 */
class ManyCollectionsTest {
    private static final int COLLECTIONS = Integer.getInteger("littoral.many.collections", 300);
    private static final Duration TIMEOUT = Duration.ofMinutes(5).plusSeconds(COLLECTIONS);
    private static final long MEMORY = 512 << 20;

    @TempDir
    private Path folder;

    @Test
    void oneWorkerServesHundredsOfCollections() throws Exception {
        Path left = lake("left", 10);
        Path right = lake("right", 20);
        TemporalServer temporal = TemporalServer.shared();
        String namespace = temporal.newNamespace();
        WorkflowClient client = temporal.client(namespace);
        String catalog = folder.resolve("catalog").toString();
        WorkerProcess worker = WorkerProcess.start(
                folder,
                catalog,
                "many",
                Map.of("TEMPORAL_ADDRESS", temporal.target(), "TEMPORAL_NAMESPACE", namespace));
        try (Storages storages = StorageRegistry.storages()) {
            worker.awaitReady();
            for (int i = 0; i < COLLECTIONS; i++) {
                ExternalCollectionWorkflow collection = client.newWorkflowStub(
                        ExternalCollectionWorkflow.class,
                        WorkflowOptions.newBuilder()
                                .setWorkflowId("many-" + i)
                                .setTaskQueue("many")
                                .build());
                WorkflowClient.start(
                        collection::run, CollectionInput.of(source(left), CollectionOptions.DEFAULTS), null);
            }
            Instant deadline = Instant.now().plus(TIMEOUT);
            for (int i = 0; i < COLLECTIONS; i++) {
                assertThat(awaitIdle(client, i, 1, deadline).snapshot().rows()).isEqualTo(10);
            }
            // By now most of them are not in the worker's memory any more.
            for (int i = 0; i < COLLECTIONS; i += 10) {
                collection(client, i).sourceChanged(SourceRequest.of(source(right)));
            }
            try (CatalogStore store = storages.openCatalogForReading(catalog)) {
                for (int i = 0; i < COLLECTIONS; i++) {
                    boolean changed = i % 10 == 0;
                    assertThat(awaitIdle(client, i, changed ? 2 : 1, deadline)
                                    .snapshot()
                                    .rows())
                            .isEqualTo(changed ? 20 : 10);
                    if (i % 50 == 0) {
                        assertThat(LogAudit.findings(store, "many-" + i)).isEmpty();
                    }
                }
            }
            worker.mostMemory().ifPresent(bytes -> {
                System.out.printf("%,d collections; the worker's memory came to %,d MiB%n", COLLECTIONS, bytes >> 20);
                assertThat(bytes).isLessThan(MEMORY);
            });
        } finally {
            worker.kill();
        }
    }

    private Path lake(String name, int rows) throws Exception {
        Path lake = Files.createDirectories(folder.resolve(name));
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute("COPY (SELECT range AS id FROM range(" + rows + ")) TO '" + lake.resolve("part.parquet")
                    + "' (FORMAT parquet)");
        }
        return lake;
    }

    private static ExternalSource source(Path lake) {
        return new ExternalSource("file://" + lake + "/", ExternalSpec.parquet());
    }

    private static ExternalCollectionWorkflow collection(WorkflowClient client, int number) {
        return client.newWorkflowStub(ExternalCollectionWorkflow.class, "many-" + number);
    }

    private static CollectionStatus awaitIdle(WorkflowClient client, int number, long update, Instant deadline)
            throws InterruptedException {
        while (true) {
            CollectionStatus status = status(client, number, deadline);
            if (status.last() != null && status.last().update() == update && status.update() == null) {
                assertThat(status.last().state()).as(status.toString()).isEqualTo(UpdateState.COMMITTED);
                return status;
            }
            assertThat(Instant.now()).as(status.toString()).isBefore(deadline);
            Thread.sleep(100);
        }
    }

    /** A query that a busy worker answers too late is asked again. */
    private static CollectionStatus status(WorkflowClient client, int number, Instant deadline) {
        while (true) {
            try {
                return collection(client, number).status();
            } catch (WorkflowServiceException e) {
                boolean late = e.getCause() instanceof StatusRuntimeException cause
                        && cause.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED;
                if (!late || Instant.now().isAfter(deadline)) {
                    throw e;
                }
            }
        }
    }
}
