package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.MessageConverter;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.testing.AesCodec;
import dev.littoral.workflows.testing.CodecServer;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import io.temporal.common.converter.CodecDataConverter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.spi.ToolProvider;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Drills as those of {@link OnCallIT}, of faults in the workers themselves: their code, number, slots and codec. */
@Timeout(900)
class OnCallWorkersIT {
    private static final Path SOURCES = Path.of("..", "activities", "src", "main", "java");
    private static final Path PATH_ORDER = Path.of("dev", "littoral", "activities", "path", "PathOrder.java");
    private static final List<String> COLLECTIONS = List.of("items", "parts", "users");

    /** More than the workflows that a worker keeps in memory. */
    private static final int MANY = 650;

    private static final int THREADS = 8;

    /** Longer than tasks may wait by the rules, whose times are shortened. */
    private static final long LONG_MILLIS = 15_000;

    @TempDir
    static Path folder;

    private static OnCallStack stack;
    private static CodecServer codec;
    private static SlowStore slow;

    @BeforeAll
    static void startAll() throws Exception {
        stack = new OnCallStack(folder);
        codec = CodecServer.start(new AesCodec("right"), null);
        slow = new SlowStore(folder);
        stack.with("TEMPORAL_CODEC_ENDPOINT", codec.endpoint()).with(slow.endpoint());
        startWorkers(2);
        List<Running> starts = new ArrayList<>();
        starts.add(stack.start("orders", "--max-staleness", "PT15S"));
        for (String collection : COLLECTIONS) {
            starts.add(stack.start(collection));
        }
        for (Running start : starts) {
            start.end().endsWith(ExitCode.OK);
        }
    }

    @AfterAll
    static void stopAll() throws Exception {
        for (AutoCloseable each : new AutoCloseable[] {stack, slow, codec}) {
            if (each != null) {
                each.close();
            }
        }
    }

    /** Starts workers that carry out one activity at a time. */
    private static void startWorkers(int number) throws Exception {
        stack.startWorkers(number, "--concurrency", "1", "--allow-profile", "slow");
    }

    @Test
    void aBuildWithABugIsNamedAndTheOneBeforeGoesOn() throws Exception {
        stack.awaitFreshAndQuiet("orders");
        stack.endWorkers(stack.workers(), "TERM");
        stack.startWorkers(2, Optional.of(buildWithBug()), "--allow-profile", "slow");
        stack.store().put("lake", "items/b.parquet", folder.resolve("a.parquet"));
        stack.cli().run("refresh", "items", "--wait").endsWith(ExitCode.INTERNAL);
        stack.awaitFiring("LittoralInternalError", "severity", "page");
        stack.why("items", "FAILED", "a bug in Littoral", "report it with the worker's log");
        assertThat(stack.cli().ok("list", "--state", "failed").out()).startsWith("items ");
        assertThat(stack.workers().stream().map(Running::said))
                .anyMatch(said -> said.contains("level=ERROR")
                        && said.contains("collection=items update=2")
                        && said.contains("IllegalStateException: a bug"));

        stack.endWorkers(stack.workers(), "TERM");
        startWorkers(2);
        stack.cli().ok("refresh", "items", "--wait");
        stack.awaitFreshAndQuiet("orders");
    }

    /** Compiles a class anew that cannot compare some paths. */
    private static Path buildWithBug() throws Exception {
        String source = Files.readString(SOURCES.resolve(PATH_ORDER));
        String begin = "int n = Math.min(";
        assertThat(source).contains(begin);
        Path changed = folder.resolve("bug").resolve(PATH_ORDER);
        Files.createDirectories(changed.getParent());
        Files.writeString(
                changed,
                source.replace(
                        begin, "if (b.endsWith(\"b.parquet\")) throw new IllegalStateException(\"a bug\"); " + begin));
        int end = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(System.out, System.err, "--release", "21", "-d", folder.resolve("build").toString(), changed.toString());
        assertThat(end).isZero();
        return folder.resolve("build");
    }

    @Test
    void slotsThatAStoreHoldsAreNamedAndMoreWorkersTakeWhatWaits() throws Exception {
        stack.awaitFreshAndQuiet("orders");
        slow.be(SlowStore.Mode.HOLD);
        for (String collection : List.of("slow-1", "slow-2")) {
            stack.cli().ok("start", collection, "--source", SlowStore.SOURCE, "--spec", SlowStore.SPEC);
        }
        stack.awaitFiring("LittoralTaskSlotsExhausted", "worker_type", "ActivityWorker", "severity", "page");
        for (String collection : COLLECTIONS) {
            stack.cli().ok("refresh", collection);
        }
        stack.why("orders", "BEHIND since", "is slow", "add workers");
        assertThat(stack.cli().ok("list", "--state", "updating").out()).contains("slow-1 ", "slow-2 ", "items ");
        assertThat(queue()).contains("BacklogCount", "activity");
        Thread.sleep(LONG_MILLIS);

        stack.startWorkers(1, "--concurrency", "8", "--allow-profile", "slow");
        stack.awaitFiring("LittoralScheduleToStartSlow", "task", "activity", "severity", "ticket");
        stack.await("slots are free", () -> !stack.fires("LittoralTaskSlotsExhausted"));
        slow.be(SlowStore.Mode.ANSWER);
        stack.awaitFreshAndQuiet("orders");
        stack.endWorkers(stack.workers().subList(2, 3), "TERM");
    }

    /** What the pages have people type. */
    private static String queue() {
        return stack.temporal()
                .cli("task-queue", "describe", "--task-queue", ExternalCollectionWorkflow.TASK_QUEUE)
                .out();
    }

    @Test
    void tasksThatWaitForAWorkerAreNamedAndTakenByNewOnes() throws Exception {
        stack.awaitFreshAndQuiet("orders");
        stack.endWorkers(stack.workers(), "KILL");
        for (String collection : COLLECTIONS) {
            assertThat(stack.temporal()
                            .cli("workflow", "signal", "--workflow-id", collection, "--name", "refresh")
                            .exitCode())
                    .isZero();
        }
        Thread.sleep(LONG_MILLIS);
        assertThat(stack.cli().run("why", "orders").endsWith(ExitCode.UNAVAILABLE).sentence())
                .contains("No worker answers for collection orders");
        assertThat(queue()).contains("BacklogCount", "workflow");

        startWorkers(2);
        stack.awaitFiring("LittoralScheduleToStartSlow", "task", "workflow", "severity", "page");
        stack.awaitFreshAndQuiet("orders");
    }

    @Test
    void aCodecThatDoesNotWorkIsNamedAndWorkflowsGoOnWithIt() throws Exception {
        stack.awaitFreshAndQuiet("orders");
        codec.answerWith(503);
        for (String collection : COLLECTIONS) {
            stack.temporal().cli("workflow", "signal", "--workflow-id", collection, "--name", "refresh");
        }
        stack.awaitFiring("LittoralWorkflowTasksFailing", "workflow_type", "ExternalCollection", "severity", "page");
        Run why = stack.cli().run("why", "items").endsWith(ExitCode.UNAVAILABLE);
        assertThat(why.sentence()).contains("The codec server at " + codec.endpoint(), "503");
        assertThat(stack.temporal()
                        .cli("workflow", "show", "--workflow-id", "items", "--output", "json")
                        .out())
                .contains("WORKFLOW_TASK_FAILED", "The codec server at " + codec.endpoint());

        codec.answerWith(200);
        stack.awaitFreshAndQuiet("orders");
    }

    @Test
    void workersThatKeepTooFewWorkflowsAreNamedAndMoreWorkersKeepThem() throws Exception {
        stack.awaitFreshAndQuiet("orders");
        stack.endWorkers(stack.workers().subList(1, 2), "TERM");
        WorkflowClient client = WorkflowClient.newInstance(
                stack.temporal().stubs(),
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(
                                new CodecDataConverter(new MessageConverter(), List.of(new AesCodec("right")), true))
                        .build());
        CollectionInput input = new CollectionInput(Json.JSON.createObjectNode());
        forMany(i -> WorkflowClient.start(
                client.newWorkflowStub(
                                ExternalCollectionWorkflow.class,
                                WorkflowOptions.newBuilder()
                                        .setWorkflowId("many-" + i)
                                        .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                                        .build())
                        ::run,
                input,
                null));
        IntConsumer ask = i -> {
            try {
                client.newWorkflowStub(ExternalCollectionWorkflow.class, "many-" + i).status();
            } catch (WorkflowServiceException busy) {
                // Asked again in the next round.
            }
        };
        stack.await("no cache is too small", () -> {
            forMany(ask);
            return stack.fires("LittoralStickyCacheMisses", "severity", "ticket");
        });
        assertThat(stack.temporal()
                        .cli(
                                "workflow",
                                "count",
                                "--query",
                                "WorkflowType = 'ExternalCollection' AND ExecutionStatus = 'Running'")
                        .out())
                .containsPattern("Total: 6[5-9]\\d");

        startWorkers(1);
        stack.endWorkers(stack.workers().subList(0, 1), "TERM");
        startWorkers(1);
        stack.await("the caches are too small", () -> {
            forMany(ask);
            return !stack.fires("LittoralStickyCacheMisses");
        });
        stack.awaitFreshAndQuiet("orders");
        forMany(i -> client.newUntypedWorkflowStub("many-" + i).terminate("the drill is over"));
    }

    private static void forMany(IntConsumer action) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<Void>> calls = IntStream.range(0, MANY)
                    .<Callable<Void>>mapToObj(i -> () -> {
                        action.accept(i);
                        return null;
                    })
                    .toList();
            for (Future<Void> each : threads.invokeAll(calls)) {
                each.get();
            }
        }
    }
}
