package dev.littoral.activities.steps;

import dev.littoral.activities.steps.VectorLake.Content;
import dev.littoral.workflows.model.ExternalSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A table with two columns of vectors, which can change their names with each other, and the books on it. */
abstract class VectorTable implements AutoCloseable {
    static final String EMBEDDING = "embedding";
    static final String OTHER = "other";

    private final Path data;
    private final Connection duckDb;

    /** The rows of each file, by its path: for each of the columns its vectors, and the rows that are deleted. */
    private final TreeMap<String, List<Content>> books = new TreeMap<>();

    private int writes;

    /** Which of the columns, 0 or 1, is called {@code embedding} now. */
    private int embedding;

    VectorTable(Path data) throws SQLException, IOException {
        this.data = Files.createDirectories(data);
        this.duckDb = DriverManager.getConnection("jdbc:duckdb:");
    }

    abstract ExternalSource source();

    /** What a column is called in files that are written now. */
    abstract String nameInFiles(int column);

    /** By which ids files know their columns, as DuckDB writes them; empty for none. */
    abstract String idsInFiles();

    /** Adds a file, in place of others. */
    abstract void replace(List<String> removed, String added, long rows) throws IOException;

    abstract void remove(String file) throws IOException;

    abstract void delete(String file, long rows, long[] deleted) throws IOException;

    /** Gives the columns the names of each other. */
    abstract void changeNames();

    @Override
    public void close() throws SQLException {
        duckDb.close();
    }

    int embedding() {
        return embedding;
    }

    /** What a search of {@code embedding} finds something in. */
    Map<String, Content> contents() {
        Map<String, Content> contents = new TreeMap<>();
        books.forEach((file, columns) -> {
            Content now = columns.get(embedding);
            contents.put(file, new Content(now.write(), now.vectors(), (BitSet)
                    now.deleted().clone()));
        });
        return contents;
    }

    /** Anything at random; says what. */
    String change(SplittableRandom random) throws SQLException, IOException {
        List<String> files = List.copyOf(books.keySet());
        int dice = files.size() < 4 ? 0 : random.nextInt(12);
        String file = files.isEmpty() ? null : files.get(random.nextInt(files.size()));
        if (dice < 4) {
            append(random);
            return "append";
        } else if (dice < 8) {
            BitSet deleted = (BitSet) books.get(file).getFirst().deleted().clone();
            int rows = books.get(file).getFirst().vectors().size();
            for (int i = 0; i <= rows / 10; i++) {
                deleted.set(random.nextInt(rows));
            }
            delete(file, rows, deleted.stream().asLongStream().toArray());
            books.get(file).forEach(column -> column.deleted().or(deleted));
            return "delete rows";
        } else if (dice < 9) {
            remove(file);
            books.remove(file);
            return "remove";
        } else if (dice < 11) {
            compact(files.subList(0, 2));
            return "compact";
        }
        changeNames();
        embedding = 1 - embedding;
        return "change names";
    }

    private void append(SplittableRandom random) throws SQLException, IOException {
        int rows = 1 + random.nextInt(300);
        List<List<long[]>> columns = new ArrayList<>();
        for (int column = 0; column < 2; column++) {
            columns.add(random.longs(rows * (long) VectorLake.DIMENSIONS, 0, VectorLake.LARGEST)
                    .boxed()
                    .collect(Collectors.collectingAndThen(Collectors.toList(), VectorTable::cut)));
        }
        replace(List.of(), write(columns), rows);
    }

    private static List<long[]> cut(List<Long> numbers) {
        List<long[]> vectors = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i += VectorLake.DIMENSIONS) {
            vectors.add(numbers.subList(i, i + VectorLake.DIMENSIONS).stream()
                    .mapToLong(Long::longValue)
                    .toArray());
        }
        return vectors;
    }

    /** Writes what lives in some files to one. */
    private void compact(List<String> old) throws SQLException, IOException {
        List<List<long[]>> columns = List.of(new ArrayList<>(), new ArrayList<>());
        for (String file : old) {
            for (int column = 0; column < 2; column++) {
                Content content = books.get(file).get(column);
                for (int row = 0; row < content.vectors().size(); row++) {
                    if (!content.deleted().get(row)) {
                        columns.get(column).add(content.vectors().get(row));
                    }
                }
            }
        }
        if (!columns.getFirst().isEmpty()) {
            replace(old, write(columns), columns.getFirst().size());
            old.forEach(books::remove);
        }
    }

    private String write(List<List<long[]>> columns) throws SQLException {
        String file = data.resolve("f" + ++writes + ".parquet").toString();
        String select = "unnest(%s)::FLOAT[] AS \"%s\", unnest(%s)::FLOAT[] AS \"%s\""
                .formatted(literal(columns.get(0)), nameInFiles(0), literal(columns.get(1)), nameInFiles(1));
        try (Statement statement = duckDb.createStatement()) {
            statement.execute("COPY (SELECT " + select + ") TO '" + file + "' (FORMAT parquet" + idsInFiles() + ")");
        }
        books.put(
                file,
                columns.stream()
                        .map(vectors -> new Content(writes, vectors, new BitSet()))
                        .toList());
        return file;
    }

    private static String literal(List<long[]> vectors) {
        return vectors.stream().map(Arrays::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
