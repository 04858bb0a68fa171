package dev.littoral.worker;

import dev.littoral.activities.source.iceberg.WrittenTable;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.TableSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.types.Types;

/** A table of Iceberg version 3, written by the format's own library. */
final class SeededIcebergTable extends SeededTable {
    private static final Schema SCHEMA = new Schema(Types.NestedField.optional(1, "id", Types.LongType.get()));

    private final WrittenTable table;
    private final Map<String, DataFile> files = new HashMap<>();

    SeededIcebergTable(LakeObjects objects, String uri, boolean keepsIds) {
        super(objects, uri, keepsIds);
        table = WrittenTable.create(
                uri.substring(0, uri.length() - 1), new Bucket(objects), 3, SCHEMA, PartitionSpec.unpartitioned());
    }

    @Override
    public ExternalSource source() {
        return new ExternalSource(uri, TableSpec.newest(TableSpec.ICEBERG));
    }

    @Override
    byte[] fileWithIds(List<Row> rows) throws Exception {
        return Parquet.ofRows(rows, MetadataColumns.ROW_ID.name(), MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER.name());
    }

    @Override
    Numbered replace(List<String> removed, String added, int rows, int bytes, boolean moves) throws IOException {
        if (added != null) {
            files.put(added, table.file(added.substring(added.lastIndexOf('/') + 1), rows, bytes));
        }
        if (moves) {
            RewriteFiles rewrite = table.table()
                    .newRewrite()
                    .validateFromSnapshot(table.table().currentSnapshot().snapshotId());
            removed.forEach(file -> {
                rewrite.deleteFile(files.get(file));
                table.vector(files.get(file)).ifPresent(rewrite::deleteFile);
            });
            if (added != null) {
                rewrite.addFile(files.get(added));
            }
            rewrite.commit();
        } else {
            OverwriteFiles overwrite = table.table().newOverwrite();
            removed.forEach(file -> overwrite.deleteFile(files.get(file)));
            if (added != null) {
                overwrite.addFile(files.get(added));
            }
            overwrite.commit();
        }
        Snapshot now = table.table().currentSnapshot();
        return new Numbered(added == null ? 0 : firstId(added, now), now.sequenceNumber());
    }

    /** The id of the first row of a file that a snapshot has added. */
    private long firstId(String added, Snapshot now) throws IOException {
        FileIO io = table.table().io();
        for (ManifestFile manifest : now.dataManifests(io)) {
            if (manifest.snapshotId() == now.snapshotId()) {
                try (ManifestReader<DataFile> files =
                        ManifestFiles.read(manifest, io, table.table().specs())) {
                    for (DataFile file : files) {
                        if (file.location().equals(added)) {
                            return file.firstRowId();
                        }
                    }
                }
            }
        }
        throw new IllegalStateException(added + " is not added by " + now);
    }

    @Override
    void delete(String file, long[] deleted) throws IOException {
        table.deleteRows(files.get(file), deleted);
    }

    @Override
    void expire() {
        table.table()
                .expireSnapshots()
                .expireOlderThan(System.currentTimeMillis())
                .retainLast(2)
                .commit();
    }

    /** By the format's own scan of the newest metadata. */
    @Override
    public Map<String, Long> fresh(Path scratch) throws Exception {
        String newest = objects.list(uri + "metadata/").stream()
                .filter(address -> address.endsWith(".metadata.json"))
                .max(Comparator.comparingInt(address -> Integer.parseInt(
                        address.substring(address.lastIndexOf("/v") + 2, address.indexOf(".metadata.json")))))
                .orElseThrow();
        BaseTable now = new BaseTable(new StaticTableOperations(newest, new Bucket(objects)), "t");
        Map<String, Long> deleted = new TreeMap<>();
        try (CloseableIterable<FileScanTask> tasks = now.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                deleted.put(
                        task.file().location(),
                        task.deletes().stream()
                                .mapToLong(DeleteFile::recordCount)
                                .sum());
            }
        }
        Map<String, Long> rows = objects.countRows(List.copyOf(deleted.keySet()), scratch);
        rows.replaceAll((path, count) -> count - deleted.get(path));
        rows.values().removeIf(living -> living == 0);
        return rows;
    }

    /** A store for Iceberg's library. */
    private static final class Bucket implements FileIO {
        private static final long serialVersionUID = 1L;

        private final transient LakeObjects objects;

        Bucket(LakeObjects objects) {
            this.objects = objects;
        }

        @Override
        public InputFile newInputFile(String path) {
            return new InMemoryInputFile(path, objects.get(path));
        }

        @Override
        public OutputFile newOutputFile(String path) {
            return new StoredFile(path, this);
        }

        @Override
        public void deleteFile(String path) {
            objects.delete(path);
        }

        @Override
        public Map<String, String> properties() {
            return Map.of();
        }
    }

    private record StoredFile(String location, Bucket bucket) implements OutputFile {
        @Override
        public PositionOutputStream create() {
            return new Stored(location, bucket);
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return create();
        }

        @Override
        public InputFile toInputFile() {
            return bucket.newInputFile(location);
        }
    }

    /** An object that is stored when it is complete. */
    private static final class Stored extends PositionOutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final String location;
        private final Bucket bucket;
        private boolean closed;

        Stored(String location, Bucket bucket) {
            this.location = location;
            this.bucket = bucket;
        }

        @Override
        public long getPos() {
            return bytes.size();
        }

        @Override
        public void write(int b) {
            bytes.write(b);
        }

        @Override
        public void write(byte[] b, int off, int len) {
            bytes.write(b, off, len);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                bucket.objects.put(location, bytes.toByteArray());
            }
        }
    }
}
