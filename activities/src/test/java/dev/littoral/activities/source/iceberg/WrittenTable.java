package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.testing.LocalFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Types;

/** A table without a catalog, written by Iceberg's own library. */
public final class WrittenTable {
    static final Schema SCHEMA = new Schema(
            Types.NestedField.optional(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "v", Types.StringType.get()),
            Types.NestedField.optional(3, "p", Types.StringType.get()));

    private final String location;
    private final BaseTable table;
    private final Map<String, DeleteFile> vectors = new HashMap<>();

    private WrittenTable(String location, BaseTable table) {
        this.location = location;
        this.table = table;
    }

    /** A new table without a snapshot, in a local folder. */
    public static WrittenTable create(Path folder, int formatVersion, PartitionSpec spec) {
        return create(folder, formatVersion, SCHEMA, spec);
    }

    public static WrittenTable create(Path folder, int formatVersion, Schema schema, PartitionSpec spec) {
        try {
            Files.createDirectories(folder.resolve("metadata"));
            Files.createDirectories(folder.resolve("data"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return create(folder.toString(), new LocalFiles(), formatVersion, schema, spec);
    }

    /** A new table without a snapshot. */
    public static WrittenTable create(
            String location, FileIO files, int formatVersion, Schema schema, PartitionSpec spec) {
        Operations operations = new Operations(location, files);
        Map<String, String> properties = new HashMap<>();
        properties.put(TableProperties.FORMAT_VERSION, Integer.toString(formatVersion));
        properties.put(TableProperties.MANIFEST_MERGE_ENABLED, "false");
        operations.commit(null, TableMetadata.newTableMetadata(schema, spec, location, properties));
        return new WrittenTable(location, new BaseTable(operations, "t"));
    }

    public Path folder() {
        return Path.of(location);
    }

    public BaseTable table() {
        return table;
    }

    /** The newest metadata file. */
    Path metadata() {
        return Path.of(table.operations().current().metadataFileLocation());
    }

    /** A data file that need not exist. */
    public DataFile file(String name, long rows, long bytes) {
        return DataFiles.builder(table.spec())
                .withPath(location + "/data/" + name)
                .withFormat("parquet")
                .withFileSizeInBytes(bytes)
                .withRecordCount(rows)
                .build();
    }

    /** Deletes rows of a data file by a deletion vector, which takes the place of the one it has. */
    public void deleteRows(DataFile file, long... rows) throws IOException {
        RowDelta delta =
                table.newRowDelta().validateFromSnapshot(table.currentSnapshot().snapshotId());
        DeleteFile vector = writeVector(file, rows);
        delta.addDeletes(vector);
        vector(file).ifPresent(delta::removeDeletes);
        vectors.put(file.location(), vector);
        delta.commit();
    }

    /** Writes a deletion vector, which no snapshot has yet. */
    DeleteFile writeVector(DataFile file, long... rows) throws IOException {
        OutputFileFactory factory = OutputFileFactory.builderFor(table, 1, 1)
                .format(FileFormat.PUFFIN)
                .build();
        BaseDVFileWriter writer = new BaseDVFileWriter(factory, path -> null);
        try (writer) {
            for (long row : rows) {
                writer.delete(file.location(), row, table.spec(), file.partition());
            }
        }
        return writer.result().deleteFiles().getFirst();
    }

    /** The deletion vector of a data file. */
    public Optional<DeleteFile> vector(DataFile file) {
        return Optional.ofNullable(vectors.get(file.location()));
    }

    /** Metadata files in a folder, numbered as those of a table without a catalog are. */
    private static final class Operations implements TableOperations {
        private final String table;
        private final FileIO files;
        private TableMetadata current;
        private int version;

        Operations(String table, FileIO files) {
            this.table = table;
            this.files = files;
        }

        @Override
        public TableMetadata current() {
            return current;
        }

        @Override
        public TableMetadata refresh() {
            return current;
        }

        @Override
        public void commit(TableMetadata base, TableMetadata metadata) {
            if (base != current) {
                throw new CommitFailedException("%s is not the newest", base);
            }
            version++;
            String location = metadataFileLocation("v" + version + ".metadata.json");
            TableMetadataParser.write(metadata, files.newOutputFile(location));
            current = TableMetadataParser.read(files, location);
        }

        @Override
        public FileIO io() {
            return files;
        }

        @Override
        public String metadataFileLocation(String name) {
            return table + "/metadata/" + name;
        }

        @Override
        public LocationProvider locationProvider() {
            return LocationProviders.locationsFor(table, Map.of());
        }
    }
}
