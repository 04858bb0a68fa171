package dev.littoral.worker;

import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.workflows.testing.ServerProcess;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowClient;
import io.temporal.common.WorkerDeploymentVersion;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** A worker in a process of its own, which can be paused and killed. */
final class WorkerProcess {
    private static final long TIMEOUT_MILLIS = 480_000;

    private static final AllowList ALLOWED =
            new AllowList(StorageRegistry.EVERY_SOURCE, List.of(new AllowList.AllowedProfile("", "other")));

    private final ServerProcess process;
    private final Path ready;

    private WorkerProcess(ServerProcess process, Path ready) {
        this.process = process;
        this.ready = ready;
    }

    /**
     * Hosts a catalog on a task queue until it is killed; every source is allowed. With two more arguments it is a
     * version of a worker deployment.
     */
    public static void main(String[] args) throws Exception {
        TemporalConnection connection = TemporalConnection.open(null);
        Optional<WorkerDeploymentVersion> version =
                args.length > 3 ? Optional.of(new WorkerDeploymentVersion(args[3], args[4])) : Optional.empty();
        start(
                connection.client(),
                new WorkerSettings(
                        args[0], ALLOWED, args[1], 16, 0, WorkerSettings.DRAIN, List.of(), List.of(), version));
        Files.createFile(Path.of(args[2]));
        Thread.sleep(Long.MAX_VALUE);
    }

    /** Until Temporal answers in time: while all workers of a test start, a busy machine keeps it from that. */
    private static void start(WorkflowClient client, WorkerSettings settings) throws InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000;
        while (true) {
            try {
                LittoralWorker.start(client, settings);
                return;
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.DEADLINE_EXCEEDED || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    /**
     * Starts a worker.
     *
     * @param folder where it logs
     * @param environment Temporal's and AWS's
     * @param version the name of a worker deployment and a build, or nothing
     */
    static WorkerProcess start(
            Path folder, String catalog, String taskQueue, Map<String, String> environment, String... version)
            throws Exception {
        Path own = Files.createTempDirectory(folder, "worker-");
        Path ready = own.resolve("ready");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                WorkerProcess.class.getName(),
                catalog,
                taskQueue,
                ready.toString()));
        command.addAll(List.of(version));
        Map<String, String> all = new TreeMap<>(environment);
        all.put("LC_ALL", "C.UTF-8");
        all.put("PATH", System.getenv("PATH") + File.pathSeparator);
        return new WorkerProcess(ServerProcess.start(own, command, all), ready);
    }

    WorkerProcess awaitReady() {
        long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000;
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("the worker does not start: " + process.log());
            }
            process.waitFor(20);
        }
        return this;
    }

    boolean isReady() {
        return Files.exists(ready);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill() {
        process.kill();
    }

    /** Stops it where it is, as a machine that is overloaded or suspended does. */
    void pause() throws Exception {
        signal("STOP");
    }

    void resume() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** The most memory it has had, heap and all, in bytes; empty where the system does not report it. */
    OptionalLong mostMemory() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst();
    }

    String log() {
        return process.log();
    }
}
