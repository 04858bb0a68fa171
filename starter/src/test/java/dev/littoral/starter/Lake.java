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

    /** Writes rows of an id, counted up from the first, and a text. */
    static void write(Path file, long rows, long firstId) {
        write(file, "SELECT i AS id, 'row ' || i AS text FROM range(%d, %d) t(i)".formatted(firstId, firstId + rows));
    }

    /** Writes two files, syncs, adds a file and an empty one, and syncs again. */
    static void syncTwice(Path lake, Cli cli) throws IOException, InterruptedException {
        write(lake.resolve("a.parquet"), 3_000, 0);
        write(lake.resolve("b.parquet"), 500, 10_000);
        cli.sync("--source", "lake", "--target-rows", "2500");
        write(lake.resolve("c.parquet"), 40, 20_000);
        Files.createFile(lake.resolve("empty"));
        cli.sync("--target-rows", "2500");
    }

    /** Writes what a query selects. An existing file is replaced by a rename, as writers to a lake do. */
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
