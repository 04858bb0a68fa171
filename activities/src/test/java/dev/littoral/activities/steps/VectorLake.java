package dev.littoral.activities.steps;

import dev.littoral.workflows.model.ExternalSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A folder of Parquet files with vectors, whose rows can be deleted in place, and the books on it. The numbers are
 * small and whole, so distances are exact whoever computes them in whichever order.
 */
final class VectorLake implements AutoCloseable {
    static final int DIMENSIONS = 8;
    static final int LARGEST = 1_000;

    /** DuckDB writes no smaller row groups, so that a file of more rows has several. */
    private static final int ROW_GROUP = 2_048;

    private final Path folder;
    private final DeletesBeside.Lake files;
    private final Connection duckDb;
    private final TreeMap<String, Content> books = new TreeMap<>();
    private final TreeMap<String, Content> hidden = new TreeMap<>();

    /**
     * A file.
     *
     * @param write which write of the lake it is: a file that is hidden and shown again has the same
     * @param vectors of its rows, as DuckDB reads them
     * @param deleted rows
     */
    record Content(int write, List<long[]> vectors, BitSet deleted) {}

    /** A row that a search finds, with its squared distance. */
    record Hit(String file, long row, long distance) {}

    VectorLake(Path folder) throws SQLException, IOException {
        this.folder = Files.createDirectories(folder);
        this.files = new DeletesBeside.Lake(folder);
        this.duckDb = DriverManager.getConnection("jdbc:duckdb:");
    }

    @Override
    public void close() throws SQLException {
        duckDb.close();
    }

    ExternalSource source() {
        return files.source();
    }

    List<String> names() {
        return List.copyOf(books.keySet());
    }

    List<String> hidden() {
        return List.copyOf(hidden.keySet());
    }

    int rows(String name) {
        return books.get(name).vectors.size();
    }

    /** What is in the lake now, by path. */
    Map<String, Content> contents() {
        Map<String, Content> contents = new TreeMap<>();
        books.forEach((name, content) -> contents.put(files.path(name), content));
        return contents;
    }

    /**
     * Writes a file, over one of that name if there is one.
     *
     * @param write no two writes have the same
     * @param inPlace whether the same file gets other bytes, and not another file the name
     */
    void write(String name, int rows, int write, boolean inPlace) throws SQLException, IOException {
        Path scratch = folder.resolve("_scratch.parquet");
        try (Statement statement = duckDb.createStatement()) {
            String vector = "[(hash(i, %d, j) %% %d)::FLOAT FOR j IN range(%d)]".formatted(write, LARGEST, DIMENSIONS);
            statement.execute("COPY (SELECT i AS id, %s AS embedding FROM range(%d) t(i)) TO '%s' (ROW_GROUP_SIZE %d)"
                    .formatted(vector, rows, scratch, ROW_GROUP));
        }
        Path file = folder.resolve(name);
        files.keep(name, rows);
        if (inPlace) {
            Files.write(file, Files.readAllBytes(scratch));
        } else {
            Files.move(scratch, file, StandardCopyOption.ATOMIC_MOVE);
        }
        books.put(name, new Content(write, vectors(file), new BitSet()));
    }

    private List<long[]> vectors(Path file) throws SQLException {
        List<long[]> vectors = new ArrayList<>();
        try (Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery("SELECT embedding FROM read_parquet('" + file
                        + "', file_row_number = true) ORDER BY file_row_number")) {
            while (rows.next()) {
                Object[] numbers = (Object[]) rows.getArray(1).getArray();
                long[] vector = new long[numbers.length];
                for (int i = 0; i < vector.length; i++) {
                    vector[i] = ((Number) numbers[i]).longValue();
                }
                vectors.add(vector);
            }
        }
        return vectors;
    }

    void remove(String name) {
        files.remove(name);
        files.remove("_" + name);
        files.remove("_deletes-" + name);
        books.remove(name);
    }

    /** Deletes rows in place, besides those that are deleted already. */
    void deleteRows(String name, BitSet more) {
        Content content = books.get(name);
        BitSet deleted = (BitSet) content.deleted.clone();
        deleted.or(more);
        files.delete(name, deleted.stream().asLongStream().toArray());
        books.put(name, new Content(content.write, content.vectors, deleted));
    }

    /** Renames a file so that no listing has it. */
    void hide(String name) {
        rename(name, "_hidden-" + name);
        hidden.put(name, books.remove(name));
    }

    /** Gives a file that was hidden its name again: it is the version that it was. */
    void show(String name) {
        rename("_hidden-" + name, name);
        books.put(name, hidden.remove(name));
    }

    private void rename(String from, String to) {
        try {
            Files.move(folder.resolve(from), folder.resolve(to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The nearest living rows, by trying them all. */
    static List<Hit> search(Map<String, Content> contents, long[] query, int k) {
        List<Hit> hits = new ArrayList<>();
        contents.forEach((file, content) -> {
            for (int row = 0; row < content.vectors.size(); row++) {
                if (!content.deleted.get(row)) {
                    hits.add(new Hit(file, row, distance(content.vectors.get(row), query)));
                }
            }
        });
        hits.sort(
                Comparator.comparingLong(Hit::distance).thenComparing(Hit::file).thenComparingLong(Hit::row));
        return List.copyOf(hits.subList(0, Math.min(k, hits.size())));
    }

    private static long distance(long[] a, long[] b) {
        long sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }
}
