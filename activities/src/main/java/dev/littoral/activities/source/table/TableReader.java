package dev.littoral.activities.source.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileInspector;
import dev.littoral.activities.source.FileInspector.FileContents;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.RowIdRange;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.source.ToldRows;
import dev.littoral.activities.source.files.PathSorter;
import dev.littoral.workflows.model.OnTable;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reads a version of a table as a source: the data files that count in it, by what its metadata says of them. */
final class TableReader implements SourceReader {
    /** Data files are opened rarely, so this is for their deleted rows. */
    private static final int PARALLEL_READS = 32;

    private final TableStorage storage;
    private final TableSpec spec;
    private final Table table;
    private final PathFilter filter;
    private final Optional<FileInspector> inspector;
    private volatile TableVersion pinned;

    /** Files are read by the table's columns, whatever theirs are called. */
    private volatile String fingerprint;

    /**
     * A reader.
     *
     * @param inspector opens data files where the metadata does not say enough of them; empty where it always does
     */
    TableReader(TableStorage storage, TableSpec spec, Table table, Optional<FileInspector> inspector) {
        this.storage = storage;
        this.spec = spec;
        this.table = table;
        this.filter = new PathFilter(spec.include(), spec.exclude(), OnTable.IGNORE);
        this.inspector = inspector;
    }

    @Override
    public TableVersion resolve(TableVersion before) throws FileChangedException, InterruptedException {
        return table.resolve(before);
    }

    @Override
    public void pin(TableVersion version) throws FileChangedException, InterruptedException {
        pinned = version;
        fingerprint = fingerprint(version);
        if (!spec.columns().isEmpty()) {
            table.checkColumns(version, spec.columns());
        }
    }

    @Override
    public JsonNode schema() throws FileChangedException, InterruptedException {
        return table.schema(pinned);
    }

    @Override
    public Optional<SourceChanges> changesSince(TableVersion before) throws FileChangedException, InterruptedException {
        Optional<SourceChanges> changes = table.changes(before, pinned);
        if (changes.isEmpty()) {
            return changes;
        }
        List<SourceFile> served = new ArrayList<>(changes.get().files().size());
        List<SourceChanges.LeftOut> leftOut = new ArrayList<>();
        for (SourceFile file : changes.get().files()) {
            filter.skipByGlobs(storage.relative(file.path()))
                    .ifPresentOrElse(
                            skip -> leftOut.add(new SourceChanges.LeftOut(file, skip)), () -> served.add(file));
        }
        served.sort(Comparator.comparing(SourceFile::path, PathOrder.ORDER));
        // A path that comes twice is refused by the listing of the whole, which names it.
        return hasTwice(served)
                ? Optional.empty()
                : Optional.of(new SourceChanges(served, changes.get().added(), leftOut));
    }

    private static boolean hasTwice(List<SourceFile> sorted) {
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).path().equals(sorted.get(i - 1).path())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public FileContents inspect(SourceFile file, long targetRows) throws FileChangedException, InterruptedException {
        Long known = ToldRows.of(file).orElse(null);
        if (known != null && (known <= targetRows || inspector.isEmpty())) {
            return new TableContents(known, null, fingerprint);
        }
        if (inspector.isEmpty()) {
            throw new FileChangedException(file.path(), "the table does not say any more how many rows it has");
        }
        FileContents found = inspector.get().inspect(files(), file, List.of());
        if (known != null && found.rows() != known) {
            throw ToldRows.mismatch(file, found.rows(), known);
        }
        return new TableContents(found.rows(), found, fingerprint);
    }

    private static String fingerprint(TableVersion version) {
        String table = version.format() + " " + version.table();
        return Sha256.hex(table.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What is in a data file.
     *
     * @param opened what was found in it, or null where it was not opened
     */
    private record TableContents(long rows, FileContents opened, String schemaFingerprint) implements FileContents {
        @Override
        public long[] rowGroupRows() {
            return opened == null ? new long[] {rows} : opened.rowGroupRows();
        }
    }

    @Override
    public DeletedRows deletedRows(SourceFile file) throws FileChangedException, InterruptedException, IOException {
        if (file.table() == null || file.table().deletes() == null) {
            throw new FileChangedException(file.path(), "the table does not say any more which rows are deleted");
        }
        return table.deletedRows(pinned, file);
    }

    @Override
    public long deletionBytes(SourceFile file) {
        return file.table() == null || file.table().deletes() == null ? 0 : table.deletionBytes(file);
    }

    @Override
    public List<RowIdRange> rowsBefore(SourceFile file, TableVersion since, int most)
            throws FileChangedException, InterruptedException {
        Optional<RowIdColumns> columns = table.rowIds(pinned, since);
        return columns.isEmpty()
                ? List.of()
                : columns.get()
                        .read(
                                (each, offset, length) -> storage.read(each.path(), each.bytes(), offset, length),
                                file,
                                most);
    }

    @Override
    public FileSource files() {
        return new DataFiles();
    }

    /** The data files of the pinned version. */
    private final class DataFiles implements FileSource {
        @Override
        public String list(PathRange range, Visitor visitor) {
            throw new UnsupportedOperationException("A table is listed whole");
        }

        @Override
        public boolean listsInOrder() {
            return false;
        }

        @Override
        public void listSorted(Visitor visitor) throws FileChangedException, InterruptedException {
            try (PathSorter sorter = new PathSorter()) {
                table.files(pinned, file -> {
                    Optional<SkipReason> skip = filter.skipByGlobs(storage.relative(file.path()));
                    if (skip.isPresent()) {
                        visitor.skipped(file.path(), skip.get());
                    } else {
                        sorter.add(file);
                    }
                });
                sorter.drainTo(visitor);
            }
        }

        @Override
        public int parallelListings() {
            return 1;
        }

        @Override
        public ParallelTasks.Threads readers() {
            return ParallelTasks.Threads.virtual(PARALLEL_READS);
        }

        @Override
        public List<String> splitPoints(String recent, String last, String to, int limit) {
            return List.of();
        }

        @Override
        public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
            return storage.read(file.path(), file.bytes(), offset, length);
        }

        @Override
        public Optional<String> disagreement(String path) {
            return Optional.empty();
        }

        @Override
        public void close() {
            table.close();
            storage.close();
        }
    }
}
