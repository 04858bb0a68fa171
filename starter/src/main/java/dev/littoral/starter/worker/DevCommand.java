package dev.littoral.starter.worker;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.starter.embedded.EmbeddedTemporal;
import dev.littoral.starter.server.TemporalService;
import dev.littoral.worker.TemporalConnection;
import dev.littoral.worker.WorkerMetrics;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a Temporal service and a worker. */
@Command(
        name = "dev",
        modelTransformer = WorkerSettingOptions.class,
        description = "Starts everything for one machine: a Temporal server and a worker, until Ctrl-C.",
        footer = {
            "",
            "The server is the Temporal CLI's, with its web UI, where temporal is on the PATH or LITTORAL_TEMPORAL_CLI"
                    + " names it;",
            "it remembers collections in a file beside the catalog. Otherwise it is one in memory, without a web UI.",
            "The worker may read every source, with the profiles of --allow-profile."
                    + " Default of --catalog: .littoral here."
        })
public final class DevCommand implements Callable<Integer> {
    private static final WorkerConfig.Defaults DEFAULTS =
            new WorkerConfig.Defaults(".littoral", StorageRegistry.EVERY_SOURCE);

    private static final String NAMESPACE = "default";

    /** As far as the web UI's port is from the server's, for Temporal's CLI too. */
    private static final int UI_DISTANCE = 1_000;

    private static final int MAX_PORT = 65_535;

    @Option(
            names = "--port",
            paramLabel = "<port>",
            defaultValue = "7233",
            description = "Where the server listens on 127.0.0.1. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--ui-port",
            paramLabel = "<port>",
            description = "Where its web UI is. Default: 1000 above the server's.")
    private Integer uiPort;

    @Spec
    private CommandSpec spec;

    private final ShutdownSignal shutdown;

    public DevCommand(ShutdownSignal shutdown) {
        this.shutdown = shutdown;
    }

    @Override
    public Integer call() throws InterruptedException {
        WorkerConfig config = WorkerSettingOptions.config(spec.commandLine().getParseResult(), DEFAULTS);
        int ui = uiPort == null ? port + UI_DISTANCE : uiPort;
        requirePort("--port", port);
        requirePort("--ui-port", ui);
        Optional<Path> cli = DevServer.cli();
        if (cli.isEmpty()) {
            EmbeddedTemporal.require("the Temporal CLI as temporal on the PATH or in " + DevServer.VARIABLE);
        }
        requireFree("--port", port);
        WorkerRun.log(config.logFormat());
        AtomicReference<DevServer> started = new AtomicReference<>();
        Runnable end = () -> Optional.ofNullable(started.get()).ifPresent(DevServer::kill);
        shutdown.drain(end);
        if (cli.isPresent()) {
            requireFree("--ui-port", ui);
            // The server ends with this process, however that ends.
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(end));
            try (DevServer server = DevServer.start(
                    cli.get(), port, ui, database(config.worker().catalog()))) {
                started.set(server);
                return real(config, server, ui);
            }
        }
        return embedded(config);
    }

    private void requirePort(String option, int value) {
        if (value < 1 || value > MAX_PORT) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + value + "; expected a port from 1 to " + MAX_PORT);
        }
    }

    private static void requireFree(String option, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw LittoralException.input(
                    "Port " + port + " of this machine is in use, perhaps by another Temporal server;"
                            + " expected a free one in " + option + ", or littoral worker for a server that runs");
        }
    }

    /** Next to a catalog that is a folder, else here. */
    private static Path database(String catalog) {
        return StorageRegistry.addresses()
                .catalog(catalog)
                .folder()
                .map(DevCommand::databaseBeside)
                .orElseGet(() -> Path.of(".littoral-temporal.db").toAbsolutePath());
    }

    private static Path databaseBeside(Path catalog) {
        Path folder = catalog.toAbsolutePath().normalize();
        String name =
                folder.getFileName() == null ? "littoral" : folder.getFileName().toString();
        return folder.resolveSibling((name.startsWith(".") ? name : "." + name) + "-temporal.db");
    }

    private Integer real(WorkerConfig config, DevServer temporal, int ui) throws InterruptedException {
        try (WorkerMetrics metrics = new WorkerMetrics();
                TemporalService server = TemporalService.shared(temporal.target(), metrics.scope())) {
            if (!temporal.await(() -> answers(server), shutdown)) {
                return ExitCode.OK.code();
            }
            new WorkerRun(config, server, metrics, shutdown, err())
                    .serve(() -> announce(temporal.target(), ui), temporal::isAlive);
        }
        if (!shutdown.isRequested()) {
            throw temporal.ended();
        }
        return ExitCode.OK.code();
    }

    /** Whether its namespace can be used: whether executions in it can be listed. */
    private static boolean answers(TemporalService server) {
        WorkflowServiceStubs stubs = server.client().getWorkflowServiceStubs();
        try {
            stubs.blockingStub()
                    .withDeadlineAfter(1, TimeUnit.SECONDS)
                    .describeNamespace(DescribeNamespaceRequest.newBuilder()
                            .setNamespace(NAMESPACE)
                            .build());
            stubs.blockingStub()
                    .withDeadlineAfter(1, TimeUnit.SECONDS)
                    .listWorkflowExecutions(ListWorkflowExecutionsRequest.newBuilder()
                            .setNamespace(NAMESPACE)
                            .build());
            return true;
        } catch (StatusRuntimeException notYet) {
            return false;
        }
    }

    private Integer embedded(WorkerConfig config) throws InterruptedException {
        EmbeddedTemporal temporal;
        try {
            temporal = EmbeddedTemporal.start(port);
        } catch (UncheckedIOException e) {
            throw LittoralException.input("Port " + port + " of this machine is in use; expected a free one in --port");
        }
        try (temporal;
                WorkerMetrics metrics = new WorkerMetrics();
                TemporalService server = TemporalService.shared(temporal.target(), metrics.scope())) {
            new WorkerRun(config, server, metrics, shutdown, err())
                    .serve(() -> announce(temporal.target(), 0), () -> true);
        }
        return ExitCode.OK.code();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Where things are and what comes next. */
    private void announce(String target, int ui) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("Temporal   " + target + ", namespace " + NAMESPACE);
        if (ui == 0) {
            out.println("Web UI     none: the server is in memory; install Temporal's CLI (temporal) for one");
        } else {
            out.println("Web UI     http://127.0.0.1:" + ui + "/namespaces/" + NAMESPACE + "/workflows");
        }
        boolean elsewhere = port != 7233 || TemporalConnection.isConfigured();
        out.println("Next       " + (elsewhere ? "TEMPORAL_ADDRESS=" + target + " " : "")
                + "littoral start products --source <folder or s3://bucket/prefix/> --wait");
        out.println("           Ctrl-C ends everything.");
        out.flush();
    }
}
