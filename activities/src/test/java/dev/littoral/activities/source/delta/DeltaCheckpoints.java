package dev.littoral.activities.source.delta;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Writes checkpoints: actions as Parquet, by DuckDB. */
public final class DeltaCheckpoints {
    private static final String VECTOR =
            "STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, \"offset\" INTEGER, sizeInBytes INTEGER,"
                    + " cardinality BIGINT)";

    private static final String ADD = "STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT,"
            + " modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, deletionVector " + VECTOR
            + ", baseRowId BIGINT, stats_parsed STRUCT(numRecords BIGINT, minValues STRUCT(id BIGINT)))";

    static final String COLUMNS = "{\"add\": '" + ADD + "', \"remove\": 'STRUCT(path VARCHAR, dataChange BOOLEAN)',"
            + " \"metaData\": 'STRUCT(id VARCHAR, name VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR,"
            + " VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR))',"
            + " \"protocol\": 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[],"
            + " writerFeatures VARCHAR[])', \"sidecar\": 'STRUCT(path VARCHAR, sizeInBytes BIGINT, modificationTime"
            + " BIGINT)', \"checkpointMetadata\": 'STRUCT(version BIGINT)'}";

    private DeltaCheckpoints() {}

    /** Writes actions to a file of the log, and says how large it is. */
    public static long write(DeltaFolder delta, String name, String options, String... actions)
            throws IOException, SQLException {
        Path json = Files.createTempFile("actions", ".json");
        Files.writeString(json, String.join("\n", actions) + "\n");
        Path file = delta.folder.resolve("_delta_log").resolve(name);
        Files.createDirectories(file.getParent());
        copy(
                "SELECT * FROM read_json('" + json + "', format = 'newline_delimited', columns = " + COLUMNS
                        + ", maximum_object_size = 100000000)",
                file,
                options);
        Files.delete(json);
        return Files.size(file);
    }

    static void copy(String query, Path file, String options) throws SQLException {
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet" + options + ")");
        }
    }

    static String sidecar(String path, long bytes) {
        return "{\"sidecar\":{\"path\":\"" + path + "\",\"sizeInBytes\":" + bytes + ",\"modificationTime\":1}}";
    }
}
