package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.AllowList;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.RegisteredAttributes;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.testing.GuardedEnvironment;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The life of a worker: how it ends, and what it says of its health. */
@Timeout(600)
class LittoralWorkerTest {
    private static final Duration LONG = Duration.ofMinutes(8);

    @TempDir
    private Path folder;

    private final TestWorkflowEnvironment temporal = GuardedEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
            .setUseTimeskipping(false)
            .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                    .setDataConverter(new MessageConverter())
                    .build()));
    private final AtomicLong nanos = new AtomicLong();
    private final Health health = new Health(nanos::get);
    private final WorkerMetrics metrics = new WorkerMetrics();
    private final AtomicBoolean memoryRunsOut = new AtomicBoolean();
    private final Held held = new Held();
    private LittoralWorker worker;

    /** Listings that are held, in the place of traces of them. */
    private static final class Held implements Tracing {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch stopped = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicReference<ActivityCompletionException> refused = new AtomicReference<>();
        private final AtomicLong heartbeats = new AtomicLong();

        @Override
        public WorkerInterceptor interceptor() {
            return new WorkerInterceptorBase() {
                @Override
                public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
                    return new ActivityInboundCallsInterceptorBase(next) {
                        private ActivityExecutionContext context;

                        @Override
                        public void init(ActivityExecutionContext activity) {
                            context = activity;
                            super.init(activity);
                        }

                        @Override
                        public ActivityOutput execute(ActivityInput input) {
                            if (context.getInfo().getActivityType().equals("ListFiles")) {
                                hold(context);
                            }
                            return super.execute(input);
                        }
                    };
                }
            };
        }

        private void hold(ActivityExecutionContext context) {
            reached.countDown();
            try {
                while (!released.await(10, TimeUnit.MILLISECONDS)) {
                    context.heartbeat(null);
                    heartbeats.incrementAndGet();
                }
            } catch (InterruptedException e) {
                stop();
                Thread.currentThread().interrupt();
            } catch (ActivityCompletionException e) {
                refused.set(e);
                stop();
            } finally {
                ended.set(true);
            }
        }

        /** It has to let go of what it holds. */
        private void stop() {
            stopped.countDown();
            try {
                Thread.sleep(500);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void ended(UpdateReport report) {}

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() throws Exception {
        Path lake = Files.createDirectories(folder.resolve("lake"));
        Files.write(lake.resolve("a.parquet"), Parquet.ofRows(10));
        RegisteredAttributes attributes = () -> {
            if (memoryRunsOut.get()) {
                throw new OutOfMemoryError("test");
            }
            return Set.of();
        };
        worker = LittoralWorker.start(
                temporal.getWorkflowClient(),
                new WorkerSettings(
                        folder.resolve("catalog").toString(),
                        new AllowList(List.of("file://" + folder), List.of()),
                        ExternalCollectionWorkflow.TASK_QUEUE,
                        16,
                        0,
                        LONG,
                        List.of(),
                        List.of(),
                        Optional.empty()),
                metrics,
                health,
                attributes,
                held);
    }

    @AfterEach
    void stop() {
        held.released.countDown();
        worker.close();
        metrics.close();
        temporal.close();
    }

    private void startCollection() {
        ExternalCollectionWorkflow collection = temporal.getWorkflowClient()
                .newWorkflowStub(
                        ExternalCollectionWorkflow.class,
                        WorkflowOptions.newBuilder()
                                .setWorkflowId("orders")
                                .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                                .build());
        WorkflowClient.start(
                collection::run,
                CollectionInput.of(
                        new ExternalSource("file://" + folder.resolve("lake") + "/", ExternalSpec.parquet()),
                        CollectionOptions.DEFAULTS),
                null);
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aWorkerThatDrainsWaitsForItsActivitiesWhichHeartbeatMeanwhile() throws Exception {
        assertThat(worker.awaitPolling(LONG)).isTrue();
        startCollection();
        await(held.reached);
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(worker::drain);
        while (worker.isPolling()) {
            Thread.sleep(10);
        }
        long before = held.heartbeats.get();
        while (held.heartbeats.get() < before + 10 && !held.ended.get()) {
            Thread.sleep(10);
        }
        held.released.countDown();
        assertThat(drained.get()).as("all has ended by itself").isTrue();
        assertThat(held.refused.get()).as("the end of heartbeats").isNull();
    }

    @Test
    void aWorkerThatIsClosedStopsItsActivitiesAndWaitsForThem() throws Exception {
        startCollection();
        await(held.reached);
        CompletableFuture<Boolean> closed = CompletableFuture.supplyAsync(() -> {
            Instant start = Instant.now();
            worker.close();
            boolean longEnough = Duration.between(start, Instant.now()).compareTo(Duration.ofSeconds(30)) >= 0;
            return held.ended.get() || longEnough;
        });
        await(held.stopped);
        assertThat(closed.get()).as("the activity ended before").isTrue();
    }

    @Test
    void aWorkerIsExpectedToAskForWorkUntilItDrains() {
        assertThat(health.failure()).isEmpty();
        nanos.addAndGet(Health.MAX_SILENCE.multipliedBy(2).toNanos());
        assertThat(health.failure())
                .hasValueSatisfying(why -> assertThat(why).contains("has not asked Temporal for work"));
        worker.drain();
        nanos.addAndGet(Health.MAX_SILENCE.multipliedBy(2).toNanos());
        assertThat(health.failure()).isEmpty();
    }

    @Test
    void aWorkerThatIsClosedIsNotExpectedToAskForWork() {
        worker.close();
        nanos.addAndGet(Health.MAX_SILENCE.multipliedBy(2).toNanos());
        assertThat(health.failure()).isEmpty();
    }

    /** What was opened before is closed, and that does not hide why. */
    @Test
    void aWorkerThatCannotStartSaysWhy() {
        assertThatThrownBy(() -> start("nowhere://catalog", List.of())).isInstanceOf(LittoralException.class);
        assertThatThrownBy(() -> start(
                        folder.resolve("catalog").toString(),
                        List.of(new SinkSettings("indexer", "nowhere://indexer", null))))
                .isInstanceOf(LittoralException.class);
    }

    private void start(String catalog, List<SinkSettings> sinks) throws InterruptedException {
        LittoralWorker.start(
                        temporal.getWorkflowClient(),
                        new WorkerSettings(
                                catalog,
                                new AllowList(List.of("file://" + folder), List.of()),
                                "another",
                                16,
                                0,
                                LONG,
                                sinks,
                                List.of(),
                                Optional.empty()))
                .close();
    }

    @Test
    void memoryThatRunsOutInAWorkflowIsSeen() throws Exception {
        memoryRunsOut.set(true);
        startCollection();
        while (health.failure().isEmpty()) {
            Thread.sleep(10);
        }
        assertThat(health.failure()).hasValueSatisfying(why -> assertThat(why).contains("out of memory"));
    }
}
