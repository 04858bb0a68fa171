package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.storage.s3.S3Stores;
import dev.littoral.activities.testing.FakeS3;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.S3Server;
import dev.littoral.activities.testing.S3Servers;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.TemporalServer;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * Workers and the server are killed and paused, on the real Temporal server; nothing is lost and nothing stale is
 * committed.
 */
class KilledWorkersTest {
    private static final int FILES = 120;

    /** How long changes and kills go on; longer by a property. */
    private static final long STORM_SECONDS = Long.getLong("littoral.storm.seconds", 45);

    @TempDir
    private Path folder;

    // ------------------------------------------------------------------ in every step

    @Test
    void anUpdateGoesOnWhateverStepItsWorkerIsKilledIn() throws Exception {
        TemporalServer temporal = TemporalServer.shared();
        String namespace = temporal.newNamespace();
        try (S3Server s3 = S3Servers.start(S3Servers.Kind.S3PROXY);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            String bucket = s3.newBucket();
            byte[] parquet = Parquet.ofRows(100);
            for (int i = 0; i < FILES; i++) {
                String key = "lake/part-%03d.parquet".formatted(i);
                s3.client().putObject(request -> request.bucket(bucket).key(key), RequestBody.fromBytes(parquet));
            }
            List<Future<?>> runs = new ArrayList<>();
            for (String step : List.of(
                    "OpenCollection",
                    "ListFiles",
                    "ReadFragments",
                    "BalanceSegments",
                    "CommitSnapshot",
                    "DiscardStaging")) {
                runs.add(threads.submit(() -> {
                    killIn(step, temporal.client(namespace), temporal, namespace, s3, bucket);
                    return null;
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
    }

    private void killIn(
            String step, WorkflowClient client, TemporalServer temporal, String namespace, S3Server s3, String bucket)
            throws Exception {
        String id = step.toLowerCase(java.util.Locale.ROOT);
        // Slow enough for each step to be met.
        try (FakeS3 slow = new FakeS3(s3.endpoint(), (number, request) -> {
            Thread.sleep(request.contains("_probe/") ? 0 : 120);
            return null;
        })) {
            Map<String, String> environment = Map.of(
                    "TEMPORAL_ADDRESS", temporal.target(),
                    "TEMPORAL_NAMESPACE", namespace,
                    "AWS_ENDPOINT_URL_S3", slow.endpoint().toString(),
                    "AWS_REGION", "us-east-1",
                    "AWS_ACCESS_KEY_ID", s3.accessKey(),
                    "AWS_SECRET_ACCESS_KEY", s3.secretKey());
            String catalog = "s3://" + bucket + "/catalog-" + id;
            WorkerProcess first = WorkerProcess.start(folder, catalog, id, environment);
            WorkerProcess second = null;
            try {
                first.awaitReady();
                Following collection = Following.start(client, id, id, "s3://" + bucket + "/lake/", Following.SMALL);
                String workflow = step.equals("OpenCollection") ? id : UpdateExternalCollectionWorkflow.id(id, 1);
                Following.await(step + " to start", () -> isRunning(client, workflow, step));
                first.kill();
                second = WorkerProcess.start(folder, catalog, id, environment).awaitReady();

                CollectionStatus status = collection.awaitIdle();
                assertThat(status.last().state()).as(step + ": " + status).isEqualTo(UpdateState.COMMITTED);
                assertThat(status.last().update()).isEqualTo(1);
                assertThat(status.snapshot().rows()).isEqualTo(100L * FILES);
                long reads = slow.requests().stream()
                        .filter(request -> request.startsWith("GET ") && request.contains("/lake/part-"))
                        .count();
                assertThat(reads)
                        .as("footers read, " + step)
                        .isBetween((long) FILES, step.equals("ReadFragments") ? 2L * FILES : FILES);
                audit(s3, catalog, id);
            } finally {
                first.kill();
                if (second != null) {
                    second.kill();
                }
            }
        }
    }

    private static void audit(S3Server s3, String catalog, String id) throws InterruptedException {
        try (CatalogStore store = S3Stores.catalog(s3.client(), catalog)) {
            assertThat(LogAudit.findings(store, id)).isEmpty();
        }
    }

    // ------------------------------------------------------------------ at random

    @Test
    void underAStormOfChangesAndKillsEveryPromiseIsKept() throws Exception {
        long seed = Long.getLong("littoral.storm.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        String catalog = folder.resolve("catalog").toString();
        List<String> ids = List.of("a", "b", "c", "d");
        Map<String, Path> lakes = new HashMap<>();
        for (String id : ids) {
            for (String side : List.of("left", "right")) {
                Path lake = Files.createDirectories(folder.resolve(id + "-" + side));
                lakes.put(id + "-" + side, lake);
                Files.write(lake.resolve("first.parquet"), Parquet.ofRows(10));
            }
        }
        try (TemporalServer temporal = TemporalServer.startDurable()) {
            WorkflowClient client = temporal.client();
            Map<String, String> environment = Map.of("TEMPORAL_ADDRESS", temporal.target());
            List<WorkerProcess> workers = new ArrayList<>();
            try {
                for (int i = 0; i < 2; i++) {
                    workers.add(WorkerProcess.start(folder, catalog, "storm", environment));
                }
                workers.forEach(WorkerProcess::awaitReady);
                for (String id : ids) {
                    Following.start(client, id, "storm", uri(lakes.get(id + "-left")), Following.SMALL);
                }
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STORM_SECONDS);
                int restarts = 0;
                while (System.nanoTime() < end) {
                    for (int i = 0; i < 5; i++) {
                        change(client, ids.get(random.nextInt(ids.size())), lakes, random);
                        Thread.sleep(random.nextInt(200));
                    }
                    int worker = random.nextInt(workers.size());
                    switch (random.nextInt(8)) {
                        case 0, 1, 2 -> {
                            workers.get(worker).kill();
                            workers.set(worker, WorkerProcess.start(folder, catalog, "storm", environment));
                        }
                        case 3, 4 -> {
                            workers.get(worker).pause();
                            Thread.sleep(random.nextInt(3_000));
                            workers.get(worker).resume();
                        }
                        case 5 -> {
                            if (restarts++ < 3) {
                                temporal.kill();
                                temporal.restart();
                            }
                        }
                        default -> Thread.sleep(500);
                    }
                }
                for (String id : ids) {
                    Following collection = new Following(client, id);
                    collection.insist("a last refresh", ExternalCollectionWorkflow::signalRefresh);
                    check(collection, catalog, seed);
                }
            } finally {
                for (WorkerProcess worker : workers) {
                    worker.resume();
                    worker.kill();
                }
            }
        }
    }

    private void change(WorkflowClient client, String id, Map<String, Path> lakes, SplittableRandom random)
            throws Exception {
        String side = random.nextBoolean() ? "left" : "right";
        Path lake = lakes.get(id + "-" + side);
        Path file = lake.resolve("part-" + random.nextInt(20) + ".parquet");
        if (random.nextInt(4) == 0) {
            Files.deleteIfExists(file);
        } else {
            // As a writer to a lake does it: the old content or the new one.
            Path scratch = Files.write(lake.resolve("_scratch"), Parquet.ofRows(1 + random.nextInt(50)));
            Files.move(scratch, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        Following collection = new Following(client, id);
        switch (random.nextInt(4)) {
            case 0 -> collection.send(workflow -> workflow.sourceChanged(Following.request(uri(lake))));
            case 1 -> collection.send(ExternalCollectionWorkflow::cancelUpdate);
            default -> collection.send(ExternalCollectionWorkflow::signalRefresh);
        }
    }

    private static String uri(Path lake) {
        return "file://" + lake + "/";
    }

    private static void check(Following collection, String catalog, long seed) throws Exception {
        CollectionStatus status = collection.awaitIdle();
        String id = collection.id();
        String as = id + ", seed " + seed + ": " + status;
        assertThat(status.last().state()).as(as).isIn(UpdateState.COMMITTED, UpdateState.UNCHANGED);
        List<Job> jobs = collection.workflow().jobs(null);
        assertThat(jobs)
                .as(as)
                .allMatch(job -> job.state().isEnd() && !job.reason().isBlank());
        assertThat(jobs).as(as).extracting(Job::update).doesNotHaveDuplicates();
        try (Storages storages = StorageRegistry.storages();
                CatalogStore store = storages.openCatalogForReading(catalog)) {
            assertThat(LogAudit.findings(store, id)).as(as).isEmpty();
            assertThat(LogAudit.served(store, id))
                    .as(as)
                    .isEqualTo(Parquet.rows(Path.of(status.source().uri().substring("file://".length()))));
        }
    }

    private static boolean isRunning(WorkflowClient client, String workflowId, String activity) {
        DescribeWorkflowExecutionRequest.Builder request = DescribeWorkflowExecutionRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace());
        request.getExecutionBuilder().setWorkflowId(workflowId);
        try {
            return client
                    .getWorkflowServiceStubs()
                    .blockingStub()
                    .describeWorkflowExecution(request.build())
                    .getPendingActivitiesList()
                    .stream()
                    .filter(pending -> pending.getState() == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED)
                    .map(PendingActivityInfo::getActivityType)
                    .anyMatch(type -> type.getName().equals(activity));
        } catch (StatusRuntimeException e) {
            return false;
        }
    }
}
