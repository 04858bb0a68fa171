package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.source.Sources;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.verify.Verifier;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.testing.TemporalServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An operator resets collections to every workflow task of a history with several updates, on the real server: a run
 * goes on from a point of an older one, with what that knew, while the catalog has gone on. The server does not tell it
 * of updates that closed before.
 */
@Timeout(1_800)
class CollectionResetTest {
    private static final String TASK_QUEUE = "resets";

    /** In parallel, as a reset is mostly a wait. Each is reset to every {@code COLLECTIONS}-th task of its history. */
    private static final int COLLECTIONS = Integer.getInteger("littoral.resets.collections", 12);

    /** How long a collection may take to look at an update that is gone, before a person asks again. */
    private static final long SECONDS_BETWEEN_REQUESTS = 20;

    private static final int REQUESTS = 20;

    private static final int TIMEOUT_SECONDS = 480;

    @TempDir
    private Path folder;

    private int rows;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCollectionIsRightAfterAResetToAnyTask(boolean reapplies) throws Exception {
        Path catalog = folder.resolve("catalog");
        TemporalServer temporal = TemporalServer.shared();
        try (TemporalConnection connection = TemporalConnection.to(temporal.target(), null);
                LittoralWorker worker = LittoralWorker.start(
                        connection.client(),
                        new WorkerSettings(
                                catalog.toString(),
                                new AllowList(List.of("file://" + folder), List.of()),
                                TASK_QUEUE,
                                16));
                CatalogStore store = LocalStores.catalog(catalog);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> tenants = new ArrayList<>();
            for (int i = 0; i < COLLECTIONS; i++) {
                int first = i;
                tenants.add(threads.submit(() -> new Tenant(
                                temporal, store, "resets-%s-%02d".formatted(reapplies ? "with" : "without", first))
                        .isReset(first, reapplies)));
            }
            int resets = 0;
            for (Future<Integer> tenant : tenants) {
                resets += tenant.get();
            }
            assertThat(resets).isPositive();
            System.out.println(resets + " resets " + (reapplies ? "with" : "without") + " what came since");
            assertThat(worker.isPolling()).isTrue();
        }
    }

    /** A collection and the three folders that it follows in turn. */
    private final class Tenant {
        private final CatalogStore store;
        private final String id;
        private final Path left;
        private final Path middle;
        private final Path right;
        private final Following collection;

        Tenant(TemporalServer temporal, CatalogStore store, String id) throws Exception {
            this.store = store;
            this.id = id;
            left = Files.createDirectories(folder.resolve("lake").resolve(id + "-left"));
            middle = Files.createDirectories(folder.resolve("lake").resolve(id + "-middle"));
            right = Files.createDirectories(folder.resolve("lake").resolve(id + "-right"));
            change();
            collection = Following.start(temporal.client(), id, TASK_QUEUE, uri(left), Following.SMALL);
        }

        /** Another file in each folder, and the first with other rows. */
        private void change() throws Exception {
            int more;
            synchronized (CollectionResetTest.this) {
                more = ++rows;
            }
            for (Path lake : List.of(left, middle, right)) {
                for (String name : List.of("first", "more-" + more)) {
                    Path written = Files.write(folder.resolve(id + ".writing"), Parquet.ofRows(1 + more % 50));
                    Files.move(written, lake.resolve(name + ".parquet"), StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }

        private static String uri(Path lake) {
            return "file://" + lake + "/";
        }

        /** Builds up a history, resets it to its tasks, and returns how often. */
        int isReset(int first, boolean reapplies) throws Exception {
            history();
            String run = collection.run();
            List<Long> tasks = collection.tasks(run);
            int resets = 0;
            for (int i = first; i < tasks.size(); i += COLLECTIONS) {
                collection.reset(run, tasks.get(i), reapplies);
                change();
                isRightInTheEnd("after a reset to event " + tasks.get(i));
                resets++;
            }
            // Updates of runs that were reset are stopped, and remove their staging then.
            for (int i = 0; i < TIMEOUT_SECONDS && !findings().isEmpty(); i++) {
                Thread.sleep(1_000);
            }
            assertThat(findings()).as(id).isEmpty();
            collection.client().newUntypedWorkflowStub(id).terminate("the test is over");
            return resets;
        }

        /** Updates that commit, one that is stopped by a change, and one that is cancelled. */
        private void history() throws Exception {
            collection.awaitIdle();
            collection.workflow().changeSource(Following.request(uri(middle)));
            collection.awaitIdle();
            change();
            collection.workflow().signalRefresh();
            collection.workflow().sourceChanged(Following.request(uri(right)));
            collection.workflow().sourceChanged(Following.request(uri(left)));
            collection.awaitIdle();
            change();
            collection.workflow().updateRefresh();
            collection.workflow().cancelUpdate();
            collection.awaitIdle();
            collection.workflow().sourceChanged(Following.request(uri(right)));
            collection.awaitIdle();
        }

        private void isRightInTheEnd(String when) throws Exception {
            for (int i = 0; i < REQUESTS; i++) {
                // A refresh makes the collection check the updates that it waits for.
                collection.workflow().signalRefresh();
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_BETWEEN_REQUESTS);
                while (System.nanoTime() < end) {
                    if (isRight()) {
                        return;
                    }
                    Thread.sleep(200);
                }
            }
            throw new AssertionError(
                    id + " " + when + ": " + collection.workflow().status() + ", "
                            + collection.workflow().jobs(null));
        }

        /** Whether it is idle, and serves what the source that it follows has now. */
        private boolean isRight() throws InterruptedException, SQLException {
            ExternalCollectionWorkflow workflow = collection.workflow();
            CollectionStatus status = workflow.status();
            return status.state().equals("idle")
                    && status.pending() == null
                    && LogAudit.served(store, id)
                            .equals(Parquet.rows(Path.of(status.source().uri().substring("file://".length()))));
        }

        /** What anybody finds in the catalog once all is idle. */
        private List<String> findings() throws InterruptedException {
            List<String> findings = new ArrayList<>(LogAudit.findings(store, id));
            new Verifier(store, id, finding -> findings.add(finding.severity() + " " + finding.sentence()))
                    .verifyWithSource(source -> {
                        try {
                            return new Sources(
                                            StorageRegistry.addresses(),
                                            FormatRegistry.formats(),
                                            new AllowList(StorageRegistry.EVERY_SOURCE, List.of()))
                                    .open(Json.JSON.treeToValue(source, ExternalSource.class), true);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
            return findings;
        }
    }
}
