package dev.littoral.activities.source.delta;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.parquet.ParquetColumns;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.source.table.TableStorage.Listed;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads checkpoints of every kind: one file, several parts, and those of version 2, in JSON or Parquet, whose files
 * are in sidecars. Only the data files that are in the table, its metadata and its protocol are read.
 */
final class Checkpoints {
    private static final String SIDECARS = "_sidecars/";

    /** More rows than a checkpoint has that anyone could serve; a hostile one costs nothing but time. */
    private static final long MAX_ROWS = 100_000_000;

    private static final int MAX_SIDECARS = 100_000;

    private final TableStorage storage;
    private final LogFiles files;

    Checkpoints(TableStorage storage, LogFiles files) {
        this.storage = storage;
        this.files = files;
    }

    /** A file of actions that a checkpoint names. */
    private record Sidecar(String address, long bytes) {}

    /** Visits the data files of a checkpoint. */
    void files(LogListing.Checkpoint checkpoint, ActionVisitor visitor)
            throws FileChangedException, InterruptedException {
        List<Sidecar> sidecars = new ArrayList<>();
        ActionVisitor top = new ActionVisitor() {
            @Override
            public void add(AddFile file) throws InterruptedException {
                visitor.add(file);
            }

            @Override
            public void sidecar(String path, long bytes) {
                if (sidecars.size() == MAX_SIDECARS) {
                    throw damaged(checkpoint, "more than " + MAX_SIDECARS + " sidecars", "fewer");
                }
                sidecars.add(new Sidecar(address(path), bytes));
            }
        };
        for (Listed part : checkpoint.parts()) {
            if (part.address().endsWith(".json")) {
                files.read(part, top);
            } else {
                readColumns(checkpoint, part.address(), part.bytes(), CheckpointRows.FILES, top);
            }
        }
        for (Sidecar sidecar : sidecars) {
            readColumns(checkpoint, sidecar.address(), sidecar.bytes(), CheckpointRows.FILES, visitor);
        }
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
