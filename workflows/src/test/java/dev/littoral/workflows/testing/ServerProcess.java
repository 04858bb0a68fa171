package dev.littoral.workflows.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A server that tests start, a process of its own. It sees nothing of this machine's environment but what it is given,
 * its home is its folder, and what it prints goes to the file {@code log} there.
 */
public final class ServerProcess {
    private static final long TIMEOUT_MILLIS = 480_000;

    /** Those that were not seen to end; none outlives the tests, also when these are interrupted. */
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private final Path folder;
    private final Process process;

    private ServerProcess(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
        RUNNING.add(process);
    }

    /**
     * Where a test server's binary lies. Where it is missing the test is skipped and says so, or fails when
     * {@code LITTORAL_REQUIRE_SERVERS} is {@code true}.
     */
    public static Path binary(String name) {
        List<String> folders = new ArrayList<>();
        Optional.ofNullable(System.getenv("LITTORAL_TEST_BIN")).ifPresent(folders::add);
        folders.addAll(List.of(System.getenv("PATH").split(File.pathSeparator, -1)));
        folders.add(System.getProperty("user.home") + "/.cache/littoral/bin");
        folders.add(System.getProperty("user.home") + "/go/bin");
        for (String each : folders) {
            Path path = Path.of(each, name).toAbsolutePath();
            if (Files.isExecutable(path) && !Files.isDirectory(path)) {
                return path;
            }
        }
        throw missing("The binary " + name + " is missing; .ci/install-servers installs it");
    }

    /** Skips the test, or fails it where nothing may be missing. Never returns. */
    public static RuntimeException missing(String what) {
        if ("true".equals(System.getenv("LITTORAL_REQUIRE_SERVERS"))) {
            throw new IllegalStateException(what);
        }
        return Assumptions.abort(what);
    }

    /** A port of the loopback interface that nobody listens on. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path newFolder(String name) {
        try {
            return Files.createTempDirectory("littoral-" + name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void remove(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static ServerProcess start(Path folder, List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        builder.environment().clear();
        builder.environment().put("HOME", folder.toString());
        builder.environment().putAll(environment);
        try {
            return new ServerProcess(folder, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it has printed. */
    public String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it ends, or until the time is over. */
    public boolean waitFor(long millis) {
        try {
            boolean ended = process.waitFor(millis, TimeUnit.MILLISECONDS);
            if (ended) {
                RUNNING.remove(process);
            }
            return ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a server starts or stops", e);
        }
    }

    /** How it ended. */
    public int exitCode() {
        return process.exitValue();
    }

    /** Asks it to end, and ends it when it does not. */
    public void stop() {
        process.destroy();
        if (!waitFor(TIMEOUT_MILLIS)) {
            kill();
        }
    }

    /** Ends it at once. */
    public void kill() {
        process.destroyForcibly();
        if (!waitFor(TIMEOUT_MILLIS)) {
            throw new IllegalStateException("Process " + process.pid() + " does not end");
        }
    }
}
