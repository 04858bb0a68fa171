package dev.littoral.activities.source.lance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.workflows.testing.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A Lance dataset that Lance itself writes, in a process of its own: the script {@code lance/dataset.py}. */
final class PythonDataset implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path work;
    private final Path folder;
    private final Process process;
    private final Writer steps;
    private final BufferedReader answers;

    private PythonDataset(Path work, Path folder, Process process) {
        this.work = work;
        this.folder = folder;
        this.process = process;
        this.steps = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    static PythonDataset start(long seed, String storageVersion, String manifestNames) throws IOException {
        Path python = ServerProcess.binary("table-python");
        Path work = ServerProcess.newFolder("lance").toRealPath();
        Path script = work.resolve("dataset.py");
        try (var in = PythonDataset.class.getResourceAsStream("/lance/dataset.py")) {
            Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
        }
        Path folder = work.resolve("docs.lance");
        Process process = new ProcessBuilder(
                        python.toString(),
                        script.toString(),
                        folder.toString(),
                        Long.toString(seed),
                        storageVersion,
                        manifestNames)
                .directory(work.toFile())
                .redirectError(work.resolve("log").toFile())
                .start();
        return new PythonDataset(work, folder, process);
    }

    Path folder() {
        return folder;
    }

    /** What Lance's reader finds, of the first version at first. */
    JsonNode answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("The script ended: " + Files.readString(work.resolve("log")));
        }
        return JSON.readTree(line);
    }

    /** Changes the dataset. */
    JsonNode step() throws IOException {
        steps.write("step\n");
        steps.flush();
        return answer();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ServerProcess.remove(work);
    }
}
