package dev.littoral.workflows.testing;

import com.google.protobuf.Duration;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.errordetails.v1.NamespaceNotFoundFailure;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.RegisterNamespaceRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.RpcRetryOptions;
import io.temporal.serviceclient.StatusUtils;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The real Temporal server with its web UI, a process of its own on loopback, as {@code temporal server start-dev}
 * starts it.
 *
 * <p>One is started at its first use and shared by all tests of the JVM, each in a namespace of its own. Where the
 * binary is missing the test is skipped and says so, or fails when {@code LITTORAL_REQUIRE_SERVERS} is {@code true}.
 */
public final class TemporalServer implements AutoCloseable {
    public static final String DEFAULT_NAMESPACE = "default";

    private static final AtomicInteger NAMESPACES = new AtomicInteger();
    private static final int STARTS = 3;
    /** Waits of 50 ms for a server to answer. */
    private static final int WAITS = 6_000;

    /** How long a request of a test may take: the SDK's ten seconds are too few on a busy machine. */
    public static final java.time.Duration RPC_TIMEOUT = java.time.Duration.ofMinutes(8);
    /** A server that waits for a busy machine says for minutes that it has nobody to answer. */
    public static final RpcRetryOptions RPC_RETRIES =
            RpcRetryOptions.newBuilder().setExpiration(RPC_TIMEOUT).build();
    /** On a busy machine a server that was killed takes seconds to list what it keeps. */
    private static final int ANSWER_SECONDS = 60;

    private static final long CLI_SECONDS = 480;

    private static TemporalServer shared;

    private final Path binary;
    private final Path folder;
    private final boolean durable;
    private final int port = ServerProcess.freePort();
    private final int uiPort = ServerProcess.freePort();
    private final int httpPort = ServerProcess.freePort();
    private final int metricsPort = ServerProcess.freePort();
    private final WorkflowServiceStubs stubs;
    private final Thread atExit = new Thread(this::end);
    private ServerProcess process;

    private TemporalServer(Path binary, boolean durable) {
        this.binary = binary;
        this.folder = ServerProcess.newFolder("temporal");
        this.durable = durable;
        this.stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(target())
                .setRpcTimeout(RPC_TIMEOUT)
                .setRpcRetryOptions(RPC_RETRIES)
                .build());
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** The server that all tests share; it lives as long as the JVM. Tests take namespaces of their own. */
    public static synchronized TemporalServer shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** A server of one's own, to be closed. It forgets everything when it stops. */
    public static TemporalServer start() {
        return start(false);
    }

    /** A server of one's own, to be closed, that keeps what it knows in a file until then. */
    public static TemporalServer startDurable() {
        return start(true);
    }

    private static TemporalServer start(boolean durable) {
        Path binary = ServerProcess.binary("temporal");
        String log = "";
        for (int attempt = 1; attempt <= STARTS; attempt++) {
            TemporalServer server = new TemporalServer(binary, durable);
            if (server.launch()) {
                return server;
            }
            // Another process may have taken a port in between.
            log = server.process.log();
            server.close();
        }
        throw new IllegalStateException("temporal server start-dev does not answer; it printed: " + log);
    }

    private boolean launch() {
        List<String> command = new ArrayList<>(List.of(
                binary.toString(),
                "server",
                "start-dev",
                "--ip",
                "127.0.0.1",
                "--port",
                "" + port,
                "--ui-port",
                "" + uiPort,
                "--http-port",
                "" + httpPort,
                "--metrics-port",
                "" + metricsPort,
                "--log-level",
                "error",
                "--dynamic-config-value",
                "system.enableActivityEagerExecution=true",
                // With five seconds it gives its state up on a busy machine, and takes minutes to have it again.
                "--dynamic-config-value",
                "history.shardIOTimeout=\"300s\""));
        if (durable) {
            command.addAll(
                    List.of("--db-filename", folder.resolve("temporal.db").toString()));
        }
        process = ServerProcess.start(folder, command, Map.of());
        return answers(DEFAULT_NAMESPACE);
    }

    /**
     * Waits until a namespace can be used: until executions in it can be listed, and each of the server's services,
     * which know namespaces for themselves, knows it.
     */
    private boolean answers(String namespace) {
        for (int i = 0; i < WAITS && process.isAlive(); i++) {
            try {
                stubs.blockingStub()
                        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                        .describeNamespace(DescribeNamespaceRequest.newBuilder()
                                .setNamespace(namespace)
                                .build());
                stubs.blockingStub()
                        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                        .listWorkflowExecutions(ListWorkflowExecutionsRequest.newBuilder()
                                .setNamespace(namespace)
                                .build());
                stubs.blockingStub()
                        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                        .describeTaskQueue(DescribeTaskQueueRequest.newBuilder()
                                .setNamespace(namespace)
                                .setTaskQueue(TaskQueue.newBuilder().setName("none"))
                                .build());
                if (hasExecutions(namespace)) {
                    return true;
                }
                process.waitFor(50);
            } catch (StatusRuntimeException notYet) {
                process.waitFor(50);
            }
        }
        return false;
    }

    /** Whether the service that runs executions answers for a namespace, though it has none of that ID. */
    private boolean hasExecutions(String namespace) {
        try {
            stubs.blockingStub()
                    .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(namespace)
                            .setExecution(WorkflowExecution.newBuilder().setWorkflowId("none"))
                            .build());
            return true;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() == Status.Code.NOT_FOUND
                    && !StatusUtils.hasFailure(e, NamespaceNotFoundFailure.class);
        }
    }

    /** {@code host:port} of its API. */
    public String target() {
        return "127.0.0.1:" + port;
    }

    public URI uiAddress() {
        return URI.create("http://127.0.0.1:" + uiPort);
    }

    public long pid() {
        return process.pid();
    }

    /** A connection to it, closed with the server. */
    public WorkflowServiceStubs stubs() {
        return stubs;
    }

    /** A client in the default namespace, closed with the server. */
    public WorkflowClient client() {
        return client(DEFAULT_NAMESPACE);
    }

    /** A client in this namespace, closed with the server. */
    public WorkflowClient client(String namespace) {
        return WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder().setNamespace(namespace).build());
    }

    /** Creates a namespace that no other test uses, and returns its name. */
    public String newNamespace() {
        String name = "test-" + NAMESPACES.incrementAndGet();
        stubs.blockingStub()
                .registerNamespace(RegisterNamespaceRequest.newBuilder()
                        .setNamespace(name)
                        .setWorkflowExecutionRetentionPeriod(
                                Duration.newBuilder().setSeconds(86_400))
                        .build());
        if (!answers(name)) {
            throw new IllegalStateException("Temporal does not know the namespace " + name);
        }
        return name;
    }

    /** Runs the Temporal CLI against this server, in the default namespace. */
    public CliResult cli(String... arguments) {
        return cliIn(DEFAULT_NAMESPACE, arguments);
    }

    /** Runs the Temporal CLI against this server, in this namespace. */
    public CliResult cliIn(String namespace, String... arguments) {
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "HOME",
                        folder.toString(),
                        "NO_COLOR",
                        "1",
                        "TEMPORAL_ADDRESS",
                        target(),
                        "TEMPORAL_NAMESPACE",
                        namespace));
        try {
            Path out = Files.createTempFile(folder, "cli", ".out");
            Path error = Files.createTempFile(folder, "cli", ".err");
            Process cli = builder.redirectOutput(out.toFile())
                    .redirectError(error.toFile())
                    .start();
            cli.getOutputStream().close();
            boolean ended = cli.waitFor(CLI_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                cli.destroyForcibly().waitFor();
            }
            CliResult result = new CliResult(cli.exitValue(), text(out), text(error));
            Files.delete(out);
            Files.delete(error);
            if (!ended) {
                throw new AssertionError(String.join(" ", command) + " does not end: " + result);
            }
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the Temporal CLI runs", e);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    /** Asks the server to end, and waits until it has. */
    public void stop() {
        process.stop();
    }

    /** Ends the server at once. */
    public void kill() {
        process.kill();
    }

    /**
     * Starts the server again, on the same ports, after it was stopped or killed. Only a durable one knows what it
     * knew.
     */
    public void restart() {
        if (!launch()) {
            throw new IllegalStateException(
                    "temporal server start-dev does not answer again; it printed: " + process.log());
        }
    }

    /** Stops the server and removes what it kept. */
    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        stubs.shutdownNow();
        end();
    }

    private void end() {
        process.kill();
        ServerProcess.remove(folder);
    }
}
