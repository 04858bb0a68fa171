package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.testing.ServerProcess;
import dev.littoral.workflows.testing.TemporalServer;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands without a Temporal server that answers, or with one that refuses them. */
class AwayIT {
    private static final String KEY = "tmprl-hunter2";

    private static final List<List<String>> COMMANDS = List.of(
            List.of("start", "c", "--source", "lake"),
            List.of("start", "c", "--source", "lake", "--wait"),
            List.of("change-source", "c", "--source", "lake"),
            List.of("refresh", "c"),
            List.of("cancel", "c"),
            List.of("pause", "c"),
            List.of("resume", "c"),
            List.of("rollback", "c", "2"),
            List.of("retire", "c"),
            List.of("status", "c"),
            List.of("status", "c", "--watch"),
            List.of("jobs", "c"),
            List.of("list"),
            List.of("sync", "c", "--source", "lake"));

    @TempDir
    Path folder;

    private static List<Run> runs(Cli cli, ExitCode code) throws Exception {
        List<Run> runs = new ArrayList<>();
        List<Running> started = new ArrayList<>();
        for (List<String> words : COMMANDS) {
            started.add(cli.start(words.toArray(String[]::new)));
            if (started.size() == 4) {
                end(started, runs, code);
            }
        }
        end(started, runs, code);
        return runs;
    }

    private static void end(List<Running> started, List<Run> runs, ExitCode code) throws Exception {
        for (Running each : started) {
            Run run = each.end().endsWith(code);
            assertThat(run.out()).as("%s", run).isEmpty();
            assertThat(run.err()).as("%s", run).hasLineCount(1);
            runs.add(run);
        }
        started.clear();
    }

    /** A server that answers every request with a status. */
    private static Server saying(Status status) throws Exception {
        BindableService service = new WorkflowServiceGrpc.WorkflowServiceImplBase() {};
        ServerInterceptor refusing = new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                call.close(status, new Metadata());
                return new ServerCall.Listener<>() {};
            }
        };
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(service)
                .intercept(refusing)
                .build()
                .start();
    }

    @Test
    void aServerThatIsAwayIsNamed() throws Exception {
        String address = "127.0.0.1:" + ServerProcess.freePort();
        long began = System.nanoTime();
        for (Run run : runs(new Cli(folder).with("TEMPORAL_ADDRESS", address), ExitCode.UNAVAILABLE)) {
            assertThat(run.sentence())
                    .isEqualTo("littoral: Temporal does not answer at " + address
                            + " (Connection refused); expected a server there, or another address in TEMPORAL_ADDRESS");
        }
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.MINUTES.toNanos(5));
        Run unknown = new Cli(folder)
                .with("TEMPORAL_ADDRESS", "no-such-host.invalid:7233")
                .run("list")
                .endsWith(ExitCode.UNAVAILABLE);
        assertThat(unknown.sentence()).contains("no-such-host.invalid:7233");
        assertThat(unknown.err()).hasLineCount(1);
    }

    /** The result depends on whether a server listens on this machine; where builds run, none does. */
    @Test
    void whereNoServerIsConfiguredOrListensTheStatusIsTheCatalogs() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 10, 0);
        Cli cli = new Cli(folder);
        cli.sync("--source", "lake");
        boolean listens;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), 7233)) {
            listens = socket.isConnected();
        } catch (IOException e) {
            listens = false;
        }
        Run run = cli.run("status", "c");
        assertThat(run.out().startsWith("c  version 2, COMMITTED at "))
                .as("%s", run)
                .isNotEqualTo(listens);
        if (!listens) {
            assertThat(cli.run("status", "c", "--watch")
                            .endsWith(ExitCode.UNAVAILABLE)
                            .sentence())
                    .contains("Temporal does not answer at 127.0.0.1:7233");
        }
    }

    @Test
    void aServerThatTakesTheConnectionAndSaysNothingIsGivenUp() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            long began = System.nanoTime();
            Run run = new Cli(folder)
                    .with("TEMPORAL_ADDRESS", "127.0.0.1:" + mute.getLocalPort())
                    .run("list")
                    .endsWith(ExitCode.UNAVAILABLE);
            assertThat(System.nanoTime() - began).isLessThan(TimeUnit.MINUTES.toNanos(2));
            assertThat(run.sentence()).contains("Temporal does not answer at 127.0.0.1:" + mute.getLocalPort());
            assertThat(run.err()).hasLineCount(1);
        }
    }

    @Test
    void aServerThatDeniesAccessIsAnAccessError() throws Exception {
        for (Status status : List.of(
                Status.PERMISSION_DENIED.withDescription("Request unauthorized."),
                Status.UNAUTHENTICATED.withDescription("unknown key"))) {
            Server server = saying(status);
            try {
                String address = "127.0.0.1:" + server.getPort();
                for (Run run : runs(new Cli(folder).with("TEMPORAL_ADDRESS", address), ExitCode.ACCESS)) {
                    assertThat(run.sentence()).contains(address);
                }
                Run key = new Cli(folder)
                        .with("TEMPORAL_ADDRESS", address)
                        .with("TEMPORAL_API_KEY", KEY)
                        .with("LITTORAL_LOG", "DEBUG")
                        .run("list");
                assertThat(key.exit()).as("%s", key).isNotZero();
                assertThat(key.err()).contains(address).doesNotContain(KEY);
            } finally {
                server.shutdownNow().awaitTermination();
            }
        }
    }

    @Test
    void aNamespaceThatIsMissingIsNamed() throws Exception {
        Cli cli = new Cli(folder).on(TemporalServer.shared(), "nowhere");
        for (Run run : runs(cli, ExitCode.INPUT)) {
            assertThat(run.sentence())
                    .startsWith("littoral: Temporal at "
                            + TemporalServer.shared().target() + " has no namespace nowhere; expected one");
        }
    }

    @Test
    void whatIsNotRightIsRefusedBeforeAnyServerIsAsked() throws Exception {
        Cli cli = new Cli(folder).with("TEMPORAL_ADDRESS", "127.0.0.1:" + ServerProcess.freePort());
        for (List<String> words : List.of(
                List.of("start", "../c"),
                List.of("start", "c", "--source", "https://host/"),
                List.of("start", "c", "--source", "lake", "--spec", "{\"fromat\":\"parquet\"}"),
                List.of("start", "c", "--target-rows", "0"),
                List.of("start", "c", "--max-drop-share", "2"),
                List.of("start", "c", "--refresh-every", "often"),
                List.of("start", "c", "--keep-versions-for", "PT1S"),
                List.of("start", "c", "--forget-consumers-after", "PT1S"),
                List.of("change-source", "c", "--source", "s3://AKIAIOSFODNN7EXAMPLE:hunter2@bucket/"),
                List.of("refresh", "C!"),
                List.of("status", "C!"),
                List.of("jobs", "C!"))) {
            Run run = cli.run(words.toArray(String[]::new)).endsWith(ExitCode.INPUT);
            assertThat(run.err()).as("%s", run).hasLineCount(1).doesNotContain("hunter2");
        }
        for (List<String> words : List.of(
                List.of("change-source", "c"),
                List.of("change-source", "c", "--spec", "{}"),
                List.of("start", "c", "--spec", "{}"),
                List.of("start", "c", "--source", "lake", "--spec", "nonsense"),
                List.of("jobs", "c", "--limit", "0"),
                List.of("jobs", "c", "--before", "0"),
                List.of("pause"))) {
            cli.run(words.toArray(String[]::new)).endsWith(ExitCode.USAGE);
        }
    }
}
