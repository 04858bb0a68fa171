package dev.littoral.starter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Parquet files that DuckDB writes and counts. */
final class Lake {
    private Lake() {}

    /** Writes rows of an id, which starts somewhere, and a text. */
    static void write(Path file, long rows, long firstId) {
        write(file, "SELECT i AS id, 'row ' || i AS text FROM range(%d, %d) t(i)".formatted(firstId, firstId + rows));
    }

    /** Writes what a query selects. A file that is there is replaced, as a writer to a lake does it. */
    static void write(Path file, String query) {
        try {
            Files.createDirectories(file.getParent());
            // Its name may have letters that have to be quoted, or mean something to DuckDB.
            Path scratch = Files.createTempFile(file.getParent(), "_", ".tmp");
            try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                    Statement statement = duck.createStatement()) {
                statement.execute("COPY (" + query + ") TO '" + scratch + "' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
            }
            Files.move(scratch, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The rows of all Parquet files below a folder. */
    static long rows(Path folder) {
        return number("SELECT count(*) FROM read_parquet('" + folder + "/**/*.parquet')");
    }

    /** One value of a file's row, counted from 0. */
    static long id(String file, long row) {
        return number(
                "SELECT id FROM read_parquet('" + file + "', file_row_number = true) WHERE file_row_number = " + row);
    }

    private static long number(String query) {
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
