package dev.littoral.worker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Parquet files, written and counted by DuckDB. */
final class Parquet {
    private static final Map<Integer, byte[]> BY_ROWS = new HashMap<>();

    private Parquet() {}

    /** A file with this number of rows; the same bytes each time. */
    static synchronized byte[] ofRows(int rows) throws Exception {
        byte[] known = BY_ROWS.get(rows);
        if (known != null) {
            return known;
        }
        Path file = Files.createTempFile("littoral-", ".parquet");
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute("COPY (SELECT range AS id FROM range(" + rows + ")) TO '" + file + "' (FORMAT parquet)");
            byte[] bytes = Files.readAllBytes(file);
            BY_ROWS.put(rows, bytes);
            return bytes;
        } finally {
            Files.delete(file);
        }
    }

    /** The rows of each file of a folder, by path, as DuckDB counts them. */
    static Map<String, Long> rows(Path folder) throws SQLException {
        Map<String, Long> rows = new TreeMap<>();
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT file_name, num_rows FROM parquet_file_metadata('" + folder + "/*.parquet')")) {
            while (result.next()) {
                rows.put(result.getString(1), result.getLong(2));
            }
        }
        return rows;
    }
}
