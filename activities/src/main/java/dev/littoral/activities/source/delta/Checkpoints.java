package dev.littoral.activities.source.delta;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.parquet.ParquetColumns;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.source.table.TableStorage.Listed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Reads checkpoints of every kind: one file, several parts, and those of version 2, in JSON or Parquet, whose files
 * are in sidecars. Only the data files that are in the table, its metadata and its protocol are read.
 */
final class Checkpoints {
    private static final String SIDECARS = "_sidecars/";

    /** More rows than a checkpoint has that anyone could serve; a hostile one costs nothing but time. */
    private static final long MAX_ROWS = 100_000_000;

    private static final int MAX_SIDECARS = 100_000;

    /** Each holds pages of a few columns. */
    private static final int PARALLEL = 4;

    private static final int BATCH = 500;

    /** Characters of the texts of a batch, which end it, too. */
    private static final int BATCH_WEIGHT = 2 << 20;

    private final TableStorage storage;
    private final LogFiles files;

    Checkpoints(TableStorage storage, LogFiles files) {
        this.storage = storage;
        this.files = files;
    }

    /** A file of actions that a checkpoint names. */
    private record Sidecar(String address, long bytes) {}

    /** Passes on the data files of one part of a checkpoint in batches, each while no other part does. */
    private final class Part implements ActionVisitor {
        private final LogListing.Checkpoint checkpoint;
        private final ActionVisitor visitor;
        private final List<Sidecar> sidecars;
        private final List<AddFile> batch = new ArrayList<>(BATCH);
        private int weight;

        Part(LogListing.Checkpoint checkpoint, ActionVisitor visitor, List<Sidecar> sidecars) {
            this.checkpoint = checkpoint;
            this.visitor = visitor;
            this.sidecars = sidecars;
        }

        @Override
        public void add(AddFile file) throws InterruptedException {
            batch.add(file);
            weight += file.weight();
            if (batch.size() == BATCH || weight >= BATCH_WEIGHT) {
                flush();
            }
        }

        @Override
        public void sidecar(String path, long bytes) {
            synchronized (visitor) {
                if (sidecars.size() == MAX_SIDECARS) {
                    throw damaged(checkpoint, "more than " + MAX_SIDECARS + " sidecars", "fewer");
                }
                sidecars.add(new Sidecar(address(path), bytes));
            }
        }

        void flush() throws InterruptedException {
            synchronized (visitor) {
                for (AddFile file : batch) {
                    visitor.add(file);
                }
            }
            batch.clear();
            weight = 0;
        }
    }

    /** Visits the data files of a checkpoint, a few of whose parts are read at once: one at a time, in any order. */
    void files(LogListing.Checkpoint checkpoint, ActionVisitor visitor)
            throws FileChangedException, InterruptedException {
        List<Sidecar> sidecars = new ArrayList<>();
        List<Callable<Void>> parts = new ArrayList<>();
        for (Listed each : checkpoint.parts()) {
            parts.add(() -> {
                Part part = new Part(checkpoint, visitor, sidecars);
                if (each.address().endsWith(".json")) {
                    files.read(each, part);
                } else {
                    readColumns(checkpoint, each.address(), each.bytes(), CheckpointRows.FILES, part);
                }
                part.flush();
                return null;
            });
        }
        ParallelTasks.run(PARALLEL, parts, FileChangedException.class);
        parts.clear();
        for (Sidecar sidecar : sidecars) {
            parts.add(() -> {
                Part part = new Part(checkpoint, visitor, new ArrayList<>());
                readColumns(checkpoint, sidecar.address(), sidecar.bytes(), CheckpointRows.FILES, part);
                part.flush();
                return null;
            });
        }
        ParallelTasks.run(PARALLEL, parts, FileChangedException.class);
    }

    /** Visits the metadata and the protocol of a checkpoint. */
    void state(LogListing.Checkpoint checkpoint, ActionVisitor visitor)
            throws FileChangedException, InterruptedException {
        for (Listed part : checkpoint.parts()) {
            if (part.address().endsWith(".json")) {
                files.read(part, visitor);
            } else {
                readColumns(checkpoint, part.address(), part.bytes(), CheckpointRows.STATE, visitor);
            }
        }
    }

    /** A sidecar is named by its file's name alone, or by a path. */
    private String address(String path) {
        String decoded = LogPath.decoded(storage.root(), path);
        return decoded.indexOf('/') < 0
                ? storage.address(LogListing.folder(storage) + SIDECARS + decoded)
                : storage.address(decoded);
    }

    private void readColumns(
            LogListing.Checkpoint checkpoint,
            String address,
            long bytes,
            CheckpointRows.Kind kind,
            ActionVisitor visitor)
            throws FileChangedException, InterruptedException {
        try {
            SourceFile file = new SourceFile(address, null, bytes);
            ParquetColumns columns = ParquetColumns.open(files::range, file, kind::isWanted);
            if (columns.rows() > MAX_ROWS) {
                throw damaged(checkpoint, columns.rows() + " rows", "at most " + MAX_ROWS);
            }
            for (int group = 0; group < columns.rowGroups(); group++) {
                kind.open(columns.columns(), columns.rowGroup(group)).read(visitor);
            }
        } catch (BadFileException e) {
            // A log's file is none of the data files that may be left out.
            throw new LittoralException(
                    e.type(),
                    "The Delta table " + storage.root() + " has a damaged checkpoint of version " + checkpoint.version()
                            + ": " + e.getMessage(),
                    e);
        }
    }

    private LittoralException damaged(LogListing.Checkpoint checkpoint, String found, String expected) {
        return LittoralException.input("The Delta table " + storage.root() + " has a damaged checkpoint of version "
                + checkpoint.version() + ": found " + found + ", expected " + expected);
    }
}
