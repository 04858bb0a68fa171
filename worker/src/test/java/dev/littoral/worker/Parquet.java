package dev.littoral.worker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Parquet files, written and counted by DuckDB. */
final class Parquet {
    private static final Map<Integer, byte[]> BY_ROWS = new HashMap<>();

    private Parquet() {}

    /** A file with this number of rows; the same bytes each time. */
    static synchronized byte[] ofRows(int rows) throws Exception {
        byte[] known = BY_ROWS.get(rows);
        if (known == null) {
            known = written("SELECT range AS id FROM range(" + rows + ")");
            BY_ROWS.put(rows, known);
        }
        return known;
    }

    /** A file of a table that numbers its rows: two columns of ids and commits, by their names. */
    static byte[] ofRows(List<SeededTable.Row> rows, String idColumn, String changedColumn) throws Exception {
        return written("SELECT 0::BIGINT AS id, unnest(" + numbers(rows.stream().map(SeededTable.Row::id))
                + ") AS \"" + idColumn + "\", unnest("
                + numbers(rows.stream().map(SeededTable.Row::changed)) + ") AS \"" + changedColumn + "\"");
    }

    private static String numbers(Stream<Long> numbers) {
        return numbers.map(String::valueOf).collect(Collectors.joining(",", "[", "]::BIGINT[]"));
    }

    private static byte[] written(String query) throws Exception {
        Path file = Files.createTempFile("littoral-", ".parquet");
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet)");
            return Files.readAllBytes(file);
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
