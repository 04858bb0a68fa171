package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.Cli.Running;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.testing.Listeners;
import dev.littoral.workflows.testing.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The {@code dev} command: a Temporal server and a worker on one machine. */
class DevIT {
    @TempDir
    Path folder;

    private final int port = ServerProcess.freePort();
    private final int uiPort = ServerProcess.freePort();
    private Running dev;

    @AfterEach
    void end() throws Exception {
        if (dev != null) {
            List<ProcessHandle> children = children();
            dev.signal("KILL");
            dev.end();
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private List<ProcessHandle> children() {
        return ProcessHandle.of(dev.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .toList();
    }

    private Cli cli() {
        return new Cli(folder).with("TEMPORAL_ADDRESS", "127.0.0.1:" + port);
    }

    private Cli real() {
        return cli().with(
                        "LITTORAL_TEMPORAL_CLI",
                        ServerProcess.binary("temporal").toString());
    }

    private void start(Cli cli) throws Exception {
        dev = cli.start("dev", "--port", "" + port, "--ui-port", "" + uiPort);
        assertThat(dev.prints("Ctrl-C ends everything.")).as("%s", dev.said()).isTrue();
    }

    private Run stop() throws Exception {
        dev.signal("INT");
        Run run = dev.end();
        dev = null;
        return run;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRealServerKeepsCollectionsAndNothingIsLeftBehind() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 10, 0);
        start(real());
        List<ProcessHandle> servers = children();
        assertThat(servers).hasSize(1);
        assertThat(Listeners.of(servers.getFirst().pid()))
                .extracting(Listeners.Listener::port)
                .contains(port, uiPort);
        assertThat(Listeners.of(servers.getFirst().pid())).allMatch(Listeners.Listener::isLoopback);
        assertThat(Listeners.of(dev.pid())).isEmpty();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> page = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + uiPort + "/namespaces/default/workflows"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
        }
        cli().ok("start", "c", "--source", "lake", "--wait");
        Run run = stop().endsWith(ExitCode.OK);
        assertThat(run.out())
                .contains(
                        "127.0.0.1:" + port,
                        "http://127.0.0.1:" + uiPort + "/namespaces/default/workflows",
                        "TEMPORAL_ADDRESS=127.0.0.1:" + port + " littoral start products ");
        assertThat(run.err()).contains("Worker draining", "Worker stopped");
        assertThat(servers).noneMatch(ProcessHandle::isAlive);
        Path database = folder.resolve(".catalog-temporal.db");
        assertThat(database).isNotEmptyFile();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(database)))
                .isEqualTo("rw-------");
        // As one is that was made before.
        Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-r--r--"));

        start(real());
        assertThat(cli().ok("refresh", "c", "--wait").out()).startsWith("c  UNCHANGED: ");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith(".catalog-temporal.db")))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as(file.toString())
                            .isEqualTo("rw-------"));
        }
        stop().endsWith(ExitCode.OK);
    }

    @Test
    void aServerThatEndsEndsEverythingWithASentence() throws Exception {
        start(real());
        List<ProcessHandle> servers = children();
        assertThat(servers).hasSize(1);
        servers.getFirst().destroyForcibly();
        Run run = dev.end();
        dev = null;
        assertThat(run.exit()).as("%s", run).isEqualTo(ExitCode.UNAVAILABLE.code());
        assertThat(run.sentence()).contains("Temporal's development server has ended with exit code 137");
    }

    @Test
    void withoutTemporalsCliAServerInMemoryDoes() throws Exception {
        Lake.write(folder.resolve("lake/a.parquet"), 10, 0);
        start(cli().with("PATH", Files.createDirectory(folder.resolve("bin")).toString()));
        assertThat(children()).isEmpty();
        cli().ok("start", "c", "--source", "lake", "--wait");
        Run run = stop().endsWith(ExitCode.OK);
        assertThat(run.out()).contains("Web UI     none", "127.0.0.1:" + port);
    }

    @Test
    void whatIsNotRightIsOneSentence() throws Exception {
        assertThat(cli().with("LITTORAL_TEMPORAL_CLI", "/nowhere/temporal")
                        .run("dev")
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("LITTORAL_TEMPORAL_CLI is /nowhere/temporal");
        start(cli().with("PATH", Files.createDirectory(folder.resolve("bin")).toString()));
        assertThat(cli().run("dev", "--port", "" + port)
                        .endsWith(ExitCode.INPUT)
                        .sentence())
                .contains("Port " + port + " of this machine is in use", "--port");
        stop().endsWith(ExitCode.OK);
    }
}
