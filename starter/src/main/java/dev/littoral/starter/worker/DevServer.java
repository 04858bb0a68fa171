package dev.littoral.starter.worker;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.Output;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.model.FailureType;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The process of Temporal's development server with its web UI, on loopback. */
final class DevServer implements AutoCloseable {
    /** Names the Temporal CLI where it is not on the PATH. */
    static final String VARIABLE = "LITTORAL_TEMPORAL_CLI";

    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 10;
    private static final long LOOK_MILLIS = 100;

    private final Process process;
    private final Path log;
    private final String target;

    private DevServer(Process process, Path log, String target) {
        this.process = process;
        this.log = log;
        this.target = target;
    }

    /**
     * The Temporal CLI of this machine: the one that is named, else one on the PATH.
     *
     * @throws LittoralException INPUT when what is named is no program
     */
    static Optional<Path> cli() {
        String named = System.getenv(VARIABLE);
        if (named != null && !named.isEmpty()) {
            if (!new File(named).isFile() || !new File(named).canExecute()) {
                throw LittoralException.input(
                        Output.path(VARIABLE + " is " + named) + ", which is no program; expected the Temporal CLI");
            }
            return Optional.of(Path.of(named));
        }
        return onPath("temporal");
    }

    private static Optional<Path> onPath(String program) {
        String path = System.getenv("PATH");
        return path == null
                ? Optional.empty()
                : Stream.of(path.split(File.pathSeparator))
                        .filter(folder -> !folder.isEmpty())
                        .map(folder -> new File(folder, program))
                        .filter(file -> file.isFile() && file.canExecute())
                        .map(File::toPath)
                        .findFirst();
    }

    /**
     * Starts the server; it does not answer yet.
     *
     * @param database where it keeps what it knows
     */
    static DevServer start(Path cli, int port, int uiPort, Path database) {
        List<String> command = new ArrayList<>();
        // In a session of its own, so that Ctrl-C ends the worker first, which needs it to the end.
        onPath("setsid").ifPresent(setsid -> command.add(setsid.toString()));
        // What it writes is for its user alone.
        onPath("sh").ifPresent(sh -> command.addAll(List.of(sh.toString(), "-c", "umask 077; exec \"$0\" \"$@\"")));
        command.addAll(List.of(
                cli.toString(),
                "server",
                "start-dev",
                "--ip",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--ui-port",
                Integer.toString(uiPort),
                "--log-level",
                "error",
                "--db-filename",
                database.toString(),
                // Half as long for a child workflow to start, as a transaction need not wait for the disk twice.
                "--sqlite-pragma",
                "journal_mode=WAL",
                // Saves a round trip for each first activity of a workflow task.
                "--dynamic-config-value",
                "system.enableActivityEagerExecution=true"));
        try {
            closeToOthers(database);
            Path log = Files.createTempFile("littoral-temporal", ".log");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            // It needs none of them, and must not follow a profile to another server.
            builder.environment().keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("TEMPORAL_"));
            Process process = builder.start();
            process.getOutputStream().close();
            return new DevServer(process, log, "127.0.0.1:" + port);
        } catch (IOException e) {
            throw new LittoralException(
                    FailureType.INPUT, "The Temporal CLI " + cli + " cannot be started: " + e.getMessage(), e);
        }
    }

    /** A database that is there already, and the files that SQLite keeps next to it. */
    private static void closeToOthers(Path database) throws IOException {
        for (String end : List.of("", "-wal", "-shm", "-journal")) {
            Path file = Path.of(database + end);
            if (Files.exists(file)
                    && Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class)) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
        }
    }

    String target() {
        return target;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Waits until it answers, or until somebody asks to stop.
     *
     * @param answers asked again and again
     * @return false when it is to stop
     * @throws LittoralException when it ends, or does not answer in time
     */
    boolean await(BooleanSupplier answers, ShutdownSignal shutdown) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!answers.getAsBoolean()) {
            if (shutdown.isRequestedWithin(LOOK_MILLIS)) {
                return false;
            }
            if (!process.isAlive()) {
                throw ended();
            }
            if (System.nanoTime() - end > 0) {
                throw new LittoralException(
                        FailureType.TRANSIENT,
                        "Temporal's development server does not answer at " + target + " after " + START_SECONDS
                                + " seconds" + lastWords());
            }
        }
        return true;
    }

    /** What is wrong when it has ended. */
    LittoralException ended() {
        return new LittoralException(
                FailureType.TRANSIENT,
                "Temporal's development server has ended with exit code " + process.exitValue() + lastWords());
    }

    /** Its own message about what is wrong, if any. */
    private String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).contains("error"))
                    .toList();
            return lines.isEmpty() ? "" : ": " + Output.path(lines.getLast().strip());
        } catch (IOException e) {
            return "";
        }
    }

    /** Ends it at once. */
    void kill() {
        process.destroyForcibly();
    }

    /** Asks it to end, and ends it when it does not. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            }
            Files.deleteIfExists(log);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // A file among the temporary ones; the machine removes it.
            log.toFile().deleteOnExit();
        }
    }
}
