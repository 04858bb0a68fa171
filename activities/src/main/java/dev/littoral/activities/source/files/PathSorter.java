package dev.littoral.activities.source.files;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.path.TableFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.workflows.model.FailureType;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Sorts files by {@link PathOrder#ORDER} in bounded memory: sorted runs go to temporary files, which are merged. Of
 * files with the same path the last one added is kept. For one thread. A temporary folder that is full or away is a
 * TRANSIENT failure.
 */
public final class PathSorter implements AutoCloseable {
    /** The approximate number of bytes of heap that are sorted at once. */
    private static final long DEFAULT_RUN_BYTES = 32L << 20;
    /** The number of runs that are merged at once; bounds open files and their buffers. */
    private static final int MAX_RUNS = 64;

    private static final int BUFFER = 64 << 10;

    private static final ObjectMapper TABLE = new ObjectMapper();

    private final long runBytes;
    private final Path parent;
    private final List<SourceFile> buffer = new ArrayList<>();
    /** Later runs hold files that were added later. */
    private final List<Path> runs = new ArrayList<>();

    private long bufferBytes;
    private Path folder;
    private int created;

    public PathSorter() {
        this(DEFAULT_RUN_BYTES, Path.of(System.getProperty("java.io.tmpdir")));
    }

    PathSorter(long runBytes, Path parent) {
        this.runBytes = runBytes;
        this.parent = parent;
    }

    public void add(SourceFile file) {
        buffer.add(file);
        int deletes = file.deletesVersion() == null ? 0 : file.deletesVersion().length();
        bufferBytes += 160 + 2L * (file.path().length() + file.version().length() + deletes) + bytes(file.table());
        if (bufferBytes >= runBytes) {
            spill();
        }
    }

    /** About how much heap it takes. */
    private static long bytes(TableFile table) {
        if (table == null) {
            return 0;
        }
        long chars = table.deletes() == null ? 0 : table.deletes().length();
        if (table.partition() != null) {
            for (Map.Entry<String, String> value : table.partition().entrySet()) {
                chars += 100 + (value.getValue() == null ? 0 : value.getValue().length());
            }
        }
        return 100 + 2 * chars;
    }

    /** Passes on the added files in order, each path once, and forgets them. An interrupt ends it early. */
    public void drainTo(FileSource.Visitor visitor) throws InterruptedException {
        if (runs.isEmpty()) {
            for (SourceFile file : sortedBuffer()) {
                checkInterrupt();
                visitor.file(file);
            }
        } else {
            spill();
            try {
                merge(file -> {
                    checkInterrupt();
                    visitor.file(file);
                });
            } catch (IOException e) {
                throw failure(e);
            }
        }
        forgetRuns();
        forgetBuffer();
    }

    /** Removes the temporary files. */
    @Override
    public void close() {
        if (folder != null) {
            // All that were made: one whose writing failed is not among the runs.
            for (int run = 0; run < created; run++) {
                delete(run(run));
            }
            delete(folder);
            folder = null;
        }
    }

    private interface Sink<X extends Exception> {
        void file(SourceFile file) throws IOException, X;
    }

    private void spill() {
        if (buffer.isEmpty()) {
            return;
        }
        try {
            runs.add(write(out -> {
                for (SourceFile file : sortedBuffer()) {
                    out.file(file);
                }
            }));
            forgetBuffer();
            if (runs.size() == MAX_RUNS) {
                Path merged = write(this::merge);
                forgetRuns();
                runs.add(merged);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private List<SourceFile> sortedBuffer() {
        // The sort is stable, so among equal paths the last one was added last.
        buffer.sort(Comparator.comparing(SourceFile::path, PathOrder.ORDER));
        List<SourceFile> sorted = new ArrayList<>(buffer.size());
        for (SourceFile file : buffer) {
            if (!sorted.isEmpty() && sorted.getLast().path().equals(file.path())) {
                sorted.removeLast();
            }
            sorted.add(file);
        }
        return sorted;
    }

    private interface Writing {
        void to(Sink<RuntimeException> out) throws IOException;
    }

    private Path write(Writing writing) throws IOException {
        if (folder == null) {
            folder = Files.createTempDirectory(parent, "littoral-sort-");
        }
        Path run = run(created++);
        // A file stream, not a channel: an interrupt must not close it half-way.
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(new FileOutputStream(run.toFile()), BUFFER))) {
            writing.to(file -> {
                writeText(out, file.path());
                writeText(out, file.version());
                out.writeLong(file.bytes());
                writeTextOrNull(out, file.deletesVersion());
                writeTextOrNull(out, file.table() == null ? null : TABLE.writeValueAsString(file.table()));
            });
            // A path is never this long, so it ends the run.
            out.writeInt(-1);
        }
        return run;
    }

    private static void writeTextOrNull(DataOutputStream out, String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
        } else {
            writeText(out, text);
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private <X extends Exception> void merge(Sink<X> sink) throws IOException, X {
        List<Run> open = new ArrayList<>();
        try {
            // Of equal paths the one of the latest run comes first.
            PriorityQueue<Run> queue =
                    new PriorityQueue<>(Comparator.comparing((Run run) -> run.head.path(), PathOrder.ORDER)
                            .thenComparing(run -> -run.age));
            for (Path path : runs) {
                Run run = new Run(path, open.size());
                open.add(run);
                if (run.next()) {
                    queue.add(run);
                }
            }
            String last = null;
            while (!queue.isEmpty()) {
                Run run = queue.poll();
                SourceFile file = run.head;
                if (run.next()) {
                    queue.add(run);
                }
                if (!file.path().equals(last)) {
                    last = file.path();
                    sink.file(file);
                }
            }
        } finally {
            for (Run run : open) {
                run.in.close();
            }
        }
    }

    private static final class Run {
        private final DataInputStream in;
        private final int age;
        private SourceFile head;

        Run(Path path, int age) throws IOException {
            this.in = new DataInputStream(new BufferedInputStream(new FileInputStream(path.toFile()), BUFFER));
            this.age = age;
        }

        boolean next() throws IOException {
            int length = in.readInt();
            if (length < 0) {
                return false;
            }
            head = new SourceFile(
                    text(length), text(in.readInt()), in.readLong(), textOrNull(in.readInt()), table(in.readInt()));
            return true;
        }

        private TableFile table(int length) throws IOException {
            return length < 0 ? null : TABLE.readValue(text(length), TableFile.class);
        }

        private String textOrNull(int length) throws IOException {
            return length < 0 ? null : text(length);
        }

        private String text(int length) throws IOException {
            byte[] bytes = new byte[length];
            in.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private void forgetRuns() {
        runs.forEach(PathSorter::delete);
        runs.clear();
    }

    private void forgetBuffer() {
        buffer.clear();
        bufferBytes = 0;
    }

    private Path run(int number) {
        return folder.resolve("run-" + number);
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // It stays in the temporary folder, where it only takes up space.
        }
    }

    private static void checkInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while sorting a listing");
        }
    }

    private LittoralException failure(IOException e) {
        return new LittoralException(
                FailureType.TRANSIENT,
                "Cannot sort a listing in the temporary folder " + parent + ": " + e.getMessage() + ".",
                e);
    }
}
