package dev.littoral.starter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.testing.TemporalServer;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Runs the packaged jar in a process of its own, in a folder and with a catalog of its own. */
final class Cli {
    private static final long TIMEOUT_SECONDS = 480;

    /** What the SDK logs on a machine that is so busy that a workflow task takes longer than it may. */
    private static final Pattern LATE_TASK = Pattern.compile("UnableToAcquireLockException|Workflow task not found");

    static final Path JAR = jar();
    /** Classes of a first sync, from which every further process starts in half the time. */
    private static final Path ARCHIVE = archive();

    private final Path folder;
    private final Map<String, String> environment = new TreeMap<>();

    Cli(Path folder) {
        this.folder = folder;
    }

    private static Path jar() {
        Path jar = Path.of("target", "littoral-starter-all.jar").toAbsolutePath();
        if (!Files.exists(jar)) {
            throw new IllegalStateException("There is no " + jar + "; expected it to be packaged");
        }
        return jar;
    }

    private static Path archive() {
        try {
            Path scratch = Files.createTempDirectory("littoral-classes");
            Path archive = scratch.resolve("classes.jsa");
            Path sample = Files.createDirectory(scratch.resolve("sample"));
            Lake.write(sample.resolve("a.parquet"), 1, 0);
            List<String> command = new ArrayList<>(java());
            command.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, "-jar", JAR.toString(), "sync", "sample"));
            command.addAll(List.of("--source", sample.toString(), "--catalog", scratch + "/catalog"));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(scratch.resolve("log").toFile())
                    .start();
            process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> java() {
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-Xlog:disable"));
        // As the launcher does.
        if (Runtime.version().feature() >= 23) {
            java.add("--sun-misc-unsafe-memory-access=allow");
        }
        return java;
    }

    Path catalog() {
        return folder.resolve("catalog");
    }

    /** Uses a namespace of a Temporal server. */
    Cli on(TemporalServer server, String namespace) {
        return with("TEMPORAL_ADDRESS", server.target()).with("TEMPORAL_NAMESPACE", namespace);
    }

    Cli with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** How a command ended. */
    record Run(List<String> words, int exit, String out, String err) {
        /** The one JSON object on standard output. */
        JsonNode json() throws IOException {
            assertThat(out.lines()).as("%s", this).hasSize(1);
            return Json.JSON.readTree(out);
        }

        List<JsonNode> jsonLines() throws IOException {
            List<JsonNode> lines = new ArrayList<>();
            for (String line : out.lines().toList()) {
                lines.add(Json.JSON.readTree(line));
            }
            return lines;
        }

        Run endsWith(ExitCode code) {
            assertThat(exit).as("%s", this).isEqualTo(code.code());
            assertThat(err.lines().filter(line -> !LATE_TASK.matcher(line).find()))
                    .as("%s", this)
                    .noneMatch(
                            line -> line.contains("\tat ") || line.contains("Exception:") || line.contains("WARNING"));
            return this;
        }

        /** Whether the machine was too busy for a worker, or Temporal, to answer in time. */
        boolean isUnanswered() {
            return err.contains("No worker answers") || err.contains("Temporal does not answer");
        }

        /** The one sentence that says what is wrong. */
        String sentence() {
            List<String> said =
                    err.lines().filter(line -> line.startsWith("littoral: ")).toList();
            assertThat(said).as("%s", this).isNotEmpty();
            return said.getLast();
        }
    }

    /** A command that runs. */
    static final class Running {
        private final List<String> words;
        private final Process process;
        private final CompletableFuture<String> out;
        private final CompletableFuture<String> err;
        private final StringWriter printed = new StringWriter();
        private final StringWriter said = new StringWriter();

        private Running(List<String> words, Process process) {
            this.words = words;
            this.process = process;
            out = CompletableFuture.supplyAsync(() -> read(process.inputReader(UTF_8), printed), Running::onThread);
            err = CompletableFuture.supplyAsync(() -> read(process.errorReader(UTF_8), said), Running::onThread);
        }

        private static void onThread(Runnable task) {
            Thread.ofPlatform().daemon().start(task);
        }

        private static String read(Reader from, StringWriter to) {
            try (from) {
                from.transferTo(to);
                return to.toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        long pid() {
            return process.pid();
        }

        /** What it has said on standard error so far. */
        String said() {
            return said.toString();
        }

        /** Waits until standard output has something, or the process has ended. */
        boolean prints(String words) throws InterruptedException {
            return until(running -> running.printed.toString().contains(words));
        }

        /** Waits until standard error says something, or the process has ended. */
        boolean says(String words) throws InterruptedException {
            return until(running -> running.said.toString().contains(words));
        }

        /** Waits until something holds, or the process has ended. */
        boolean until(Predicate<Running> condition) throws InterruptedException {
            while (!condition.test(this)) {
                if (process.waitFor(2, TimeUnit.MILLISECONDS)) {
                    return condition.test(this);
                }
            }
            return true;
        }

        void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }

        Run end() throws InterruptedException {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(words + " goes on after " + TIMEOUT_SECONDS + " seconds: " + said);
            }
            return new Run(words, process.exitValue(), out.join(), err.join());
        }
    }

    Running start(String... words) throws IOException {
        List<String> command = command();
        command.addAll(List.of(words));
        return start(List.of(words), command);
    }

    /** Starts a command of another build: classes of a folder come before those of the jar. */
    Running startWith(Path classes, String... words) throws IOException {
        List<String> command = command();
        int jar = command.indexOf("-jar");
        command.set(jar, "-cp");
        command.set(jar + 1, classes + File.pathSeparator + JAR);
        command.add("dev.littoral.starter.Littoral");
        command.addAll(List.of(words));
        return start(List.of(words), command);
    }

    /** Runs a shell script whose arguments are the command, without words. */
    Run shell(String script) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
        command.addAll(command());
        return start(List.of(script), command).end();
    }

    /** The command that runs the jar. */
    static List<String> command() {
        // A build that was started in the background ignores Ctrl-C, and would hand that down.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(java());
        command.addAll(List.of("-XX:SharedArchiveFile=" + ARCHIVE, "-jar", JAR.toString()));
        return command;
    }

    private Running start(List<String> words, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        Map<String, String> variables = builder.environment();
        variables
                .keySet()
                .removeIf(name ->
                        name.startsWith("AWS_") || name.startsWith("LITTORAL_") || name.startsWith("TEMPORAL_"));
        variables.put("LITTORAL_CATALOG", catalog().toString());
        variables.put("AWS_EC2_METADATA_DISABLED", "true");
        variables.put("LC_ALL", "C.UTF-8");
        variables.put("HOME", folder.toString());
        variables.putAll(environment);
        return new Running(words, builder.start());
    }

    Run run(String... words) throws IOException, InterruptedException {
        return start(words).end();
    }

    /** Runs a command that has to succeed; again where the machine is too busy for an answer in time. */
    Run ok(String... words) throws IOException, InterruptedException {
        return answered(run(words)).endsWith(ExitCode.OK);
    }

    /** A run, or a later one of the same command where the machine was too busy for an answer in time. */
    Run answered(Run run) throws IOException, InterruptedException {
        Run answered = run;
        for (int i = 0; i < 5 && answered.isUnanswered(); i++) {
            answered = run(run.words().toArray(String[]::new));
        }
        // The run that had no answer has started the collection.
        boolean started = run.isUnanswered() && answered.err().contains("runs already at");
        return started ? begun(run.words()) : answered;
    }

    /** The status of a collection that a command has started, once its first update has ended if that waits for it. */
    private Run begun(List<String> start) throws IOException, InterruptedException {
        Run status;
        do {
            status = ok("status", start.get(1), "--json");
        } while (start.contains("--wait") && !status.json().hasNonNull("last"));
        return status;
    }

    /** The collection's head, from the catalog, whatever servers there are. */
    JsonNode head() throws IOException, InterruptedException {
        return ok("status", "c", "--catalog", catalog().toString(), "--json").json();
    }

    /** Syncs with --json, which has to succeed. */
    JsonNode sync(String... words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("sync", "c", "--json"));
        all.addAll(List.of(words));
        return ok(all.toArray(String[]::new)).json();
    }

    /** Every file and folder of the catalog with all that a write would change. */
    Map<String, String> tree() throws IOException {
        Map<String, String> tree = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(catalog())) {
            for (Path path : paths.toList()) {
                tree.put(
                        catalog().relativize(path).toString(),
                        Files.readAttributes(path, "unix:ino,size,lastModifiedTime,ctime")
                                .toString());
            }
        }
        return tree;
    }

    /** The catalog's files of staging areas and of unfinished writes. */
    List<String> leftovers() throws IOException {
        return tree().keySet().stream()
                .filter(path -> path.matches(".*/staging.*|_tmp/.*|_probe.*"))
                .toList();
    }
}
