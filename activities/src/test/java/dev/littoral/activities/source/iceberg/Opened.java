package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.source.table.Table;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.local.LocalStorage;
import dev.littoral.activities.testing.Openers;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** A local Iceberg table, opened as the product does, with its requests counted and its rows read by DuckDB. */
final class Opened implements AutoCloseable {
    private static final LocalStorage LOCAL = new LocalStorage();

    private final Table table;
    private final TableStorage storage;
    private final Map<String, Integer> requests = new ConcurrentHashMap<>();

    private Opened(Path address, Path allowed, TableAt at) {
        StoreObserver counter = (role, kind, status) -> requests.merge(kind, 1, Integer::sum);
        StoreOpener opener = Openers.of(
                uri -> {
                    if (!uri.startsWith("file://" + allowed + "/")) {
                        throw LittoralException.input("Address " + uri + " is not allowed");
                    }
                },
                uri -> LOCAL.source(uri).openSource(StorageAccess.OWN, counter));
        IcebergFormat format = new IcebergFormat();
        BlobStore root = LOCAL.source("file://" + address).openSource(StorageAccess.OWN, counter);
        this.storage = new TableStorage(root, opener, format.folder(root.location()));
        this.table = format.open(storage, spec(at));
    }

    static TableSpec spec(TableAt at) {
        return new TableSpec(
                TableSpec.ICEBERG, at, List.of(), List.of(), List.of(), OnBadFile.FAIL, null, false, false);
    }

    /** A table, by its folder or a metadata file, which may name what is in its folder. */
    static Opened at(Path address, TableAt at) {
        return new Opened(address, address, at);
    }

    static Opened at(Path address) {
        return at(address, null);
    }

    /** A table by a metadata file, which may name what is in a folder. */
    static Opened at(Path address, Path allowed, TableAt at) {
        return new Opened(address, allowed, at);
    }

    Table table() {
        return table;
    }

    TableStorage storage() {
        return storage;
    }

    /** The metadata of a version. */
    IcebergMetadata metadata(TableVersion version) throws FileChangedException, InterruptedException {
        return IcebergMetadata.read(storage, version.metadata()).orElseThrow();
    }

    /** The requests since the last call, by their kind. */
    Map<String, Integer> requests() {
        Map<String, Integer> sent = new TreeMap<>(requests);
        requests.clear();
        return sent;
    }

    TableVersion resolve() throws FileChangedException, InterruptedException {
        return table.resolve(null);
    }

    /** The data files of a version by their paths. */
    Map<String, SourceFile> files(TableVersion version) throws FileChangedException, InterruptedException {
        Map<String, SourceFile> files = Collections.synchronizedMap(new TreeMap<>());
        table.files(version, file -> {
            if (files.put(file.path(), file) != null) {
                throw new IllegalStateException("twice: " + file.path());
            }
        });
        return files;
    }

    /** The files of a version as what is said to have changed since another makes them; empty where nothing is said. */
    Optional<Map<String, SourceFile>> changed(TableVersion from, Map<String, SourceFile> before, TableVersion to)
            throws FileChangedException, InterruptedException {
        Optional<List<SourceFile>> changes = table.changes(from, to).map(SourceChanges::files);
        return changes.map(all -> {
            Map<String, SourceFile> files = new TreeMap<>(before);
            for (SourceFile each : all) {
                if (each.version() == null) {
                    files.remove(each.path());
                } else {
                    files.put(each.path(), each);
                }
            }
            return files;
        });
    }

    /** The living rows of files, each as its values of {@code id} and {@code v}, sorted. */
    List<String> rows(TableVersion version, Map<String, SourceFile> files)
            throws FileChangedException, InterruptedException, IOException, SQLException {
        List<String> living = new ArrayList<>();
        for (SourceFile file : files.values()) {
            List<String> rows = ROWS.of(file.path());
            if (rows.size() != file.table().rows()) {
                throw new IllegalStateException(file + " has " + rows.size() + " rows");
            }
            DeletedRows deleted = file.deletesVersion() == null ? DeletedRows.NONE : table.deletedRows(version, file);
            for (int i = 0; i < rows.size(); i++) {
                if (!deleted.contains(i)) {
                    living.add(rows.get(i));
                }
            }
        }
        Collections.sort(living);
        return living;
    }

    @Override
    public void close() {
        table.close();
        storage.close();
    }

    private static final Rows ROWS = new Rows();

    /** The rows of data files, which never change. */
    private static final class Rows {
        private final Map<String, List<String>> known = new HashMap<>();

        synchronized List<String> of(String path) throws SQLException {
            List<String> rows = known.get(path);
            if (rows != null) {
                return rows;
            }
            rows = new ArrayList<>();
            String query = "SELECT id || ':' || v FROM read_parquet('" + path.replace("'", "''")
                    + "', hive_partitioning = false, file_row_number = true) ORDER BY file_row_number";
            try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                    Statement statement = duckDb.createStatement();
                    ResultSet result = statement.executeQuery(query)) {
                while (result.next()) {
                    rows.add(result.getString(1));
                }
            }
            known.put(path, rows);
            return rows;
        }
    }
}
