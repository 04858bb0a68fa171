package dev.littoral.activities.steps;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Small Parquet files that DuckDB writes, and what it counts in files. */
final class ParquetFiles {
    private static final Map<String, byte[]> FILES = new HashMap<>();

    private ParquetFiles() {}

    /** A file with this number of rows, in row groups of 2,048; variants have the same rows and other values. */
    static byte[] of(int rows, int variant) {
        return of("SELECT range + " + variant + "::BIGINT AS id, 'v' || range % 7 AS v FROM range(" + rows + ")");
    }

    /** What a query gives, as a file. */
    static byte[] of(String query) {
        return of(query, "ROW_GROUP_SIZE 2048");
    }

    /** What a query gives, as a file written as DuckDB's options say. */
    static synchronized byte[] of(String query, String options) {
        return FILES.computeIfAbsent("(" + query + ") with " + options, any -> write(query, options));
    }

    /**
     * Writes a file of its own.
     *
     * @param settings statements before
     */
    static byte[] write(String query, String options, String... settings) {
        try {
            Path file = Files.createTempFile("littoral-", ".parquet");
            try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                    Statement statement = duckDb.createStatement()) {
                for (String setting : settings) {
                    statement.execute(setting);
                }
                statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet, " + options + ")");
                return Files.readAllBytes(file);
            } finally {
                Files.delete(file);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rows of each file, by path, as DuckDB counts them. */
    static Map<String, Long> rows(Connection duckDb, List<String> paths) throws SQLException {
        Map<String, Long> rows = new HashMap<>();
        if (paths.isEmpty()) {
            return rows;
        }
        List<String> quoted = new ArrayList<>();
        for (String path : paths) {
            quoted.add("'" + path.replace("'", "''") + "'");
        }
        try (Statement statement = duckDb.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT file_name, num_rows FROM parquet_file_metadata([" + String.join(", ", quoted) + "])")) {
            while (result.next()) {
                rows.put(result.getString(1), result.getLong(2));
            }
        }
        return rows;
    }
}
