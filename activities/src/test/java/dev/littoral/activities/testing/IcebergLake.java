package dev.littoral.activities.testing;

import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.types.Types;

/** Tables of Iceberg's JDBC catalog in a folder, with its database in a file of SQLite. */
public final class IcebergLake implements AutoCloseable {
    /** What the catalog calls itself in its database. */
    public static final String NAME = "lake";

    private static final Schema SCHEMA = new Schema(
            Types.NestedField.optional(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "v", Types.StringType.get()));

    private final Path folder;
    private final JdbcCatalog catalog = new JdbcCatalog(properties -> new LocalFiles(), null, true);

    /** The lake of a folder, made where there is none. */
    public IcebergLake(Path folder) {
        this.folder = folder;
        catalog.initialize(NAME, Map.of("uri", url(), "warehouse", folder + "/warehouse", "jdbc.schema-version", "V1"));
    }

    /** Where its database is. */
    public String url() {
        return "jdbc:sqlite:" + folder + "/catalog.db";
    }

    public JdbcCatalog catalog() {
        return catalog;
    }

    /** A new table without a snapshot. */
    public Table create(String namespace, String table) {
        return create(namespace, table, folder + "/warehouse/" + namespace.replace('.', '/') + "/" + table);
    }

    /** A new table at a place of its own. */
    public Table create(String namespace, String table, String location) {
        Namespace levels = Namespace.of(namespace.split("\\.", -1));
        if (!catalog.namespaceExists(levels)) {
            catalog.createNamespace(levels, Map.of());
        }
        return catalog.buildTable(TableIdentifier.of(levels, table), SCHEMA)
                .withPartitionSpec(PartitionSpec.unpartitioned())
                .withLocation(location)
                .create();
    }

    /** Appends a data file that need not exist. */
    public static void append(Table table, String path, long rows) {
        DataFile file = DataFiles.builder(table.spec())
                .withPath(path.startsWith("/") ? path : table.location() + "/data/" + path)
                .withFormat("parquet")
                .withFileSizeInBytes(10_000)
                .withRecordCount(rows)
                .build();
        table.newFastAppend().appendFile(file).commit();
    }

    /** Drops a table, with its entry in the catalog alone. */
    public void drop(String namespace, String table) {
        catalog.dropTable(TableIdentifier.of(Namespace.of(namespace.split("\\.", -1)), table), false);
    }

    @Override
    public void close() {
        catalog.close();
    }
}
