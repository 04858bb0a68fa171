package dev.littoral.activities.source.delta;

import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;

/**
 * A Delta table with row tracking, as writers of other projects change it: appends, deletes by vectors, updates that
 * write files anew, compactions that keep the ids of rows. Its data files are real Parquet files.
 */
public final class TrackedTable implements AutoCloseable {
    public static final String IDS = "_row-id-col";
    public static final String VERSIONS = "_row-commit-version-col";
    public static final String PROTOCOL = "{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,"
            + "\"readerFeatures\":[\"deletionVectors\"],\"writerFeatures\":"
            + "[\"deletionVectors\",\"domainMetadata\",\"rowTracking\"]}}";
    public static final String METADATA = DeltaFolder.metadata(
            "t1",
            "",
            "{\\\"name\\\":\\\"id\\\",\\\"type\\\":\\\"long\\\",\\\"nullable\\\":true,\\\"metadata\\\":{}}",
            "\"delta.enableRowTracking\":\"true\",\"delta.rowTracking.materializedRowIdColumnName\":\"" + IDS
                    + "\",\"delta.rowTracking.materializedRowCommitVersionColumnName\":\"" + VERSIONS + "\"");

    private final DeltaFolder delta;
    private final Connection duckDb;
    private final Map<String, DataFile> files = new TreeMap<>();
    private final List<String> actions = new ArrayList<>();
    private final List<Map<String, DataFile>> history = new ArrayList<>();
    private long nextId;
    private int written;

    /** A row as a file has it: without an id and a version where it is new there. */
    public record Row(long value, Long id, Long version) {}

    /** A data file, and its rows that are deleted. */
    public record DataFile(String name, List<Row> rows, TreeSet<Integer> deleted, long firstId, long version) {
        public List<Row> living() {
            List<Row> living = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                if (!deleted.contains(i)) {
                    Row row = rows.get(i);
                    boolean isNew = row.id() == null;
                    living.add(isNew ? new Row(row.value(), firstId + i, version) : row);
                }
            }
            return living;
        }
    }

    public TrackedTable(Path folder) throws SQLException {
        delta = new DeltaFolder(folder);
        duckDb = DriverManager.getConnection("jdbc:duckdb:");
        actions.add(PROTOCOL);
        actions.add(METADATA);
    }

    public ExternalSource source() {
        return new ExternalSource("file://" + delta.folder() + "/", TableSpec.newest(TableSpec.DELTA));
    }

    /** The version that the next commit makes. */
    public long version() {
        return history.size();
    }

    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    public DataFile file(String name) {
        return files.get(name);
    }

    /** The rows that the table has. */
    public List<Long> values() {
        return files.values().stream()
                .flatMap(file -> file.living().stream())
                .map(Row::value)
                .sorted()
                .toList();
    }

    /** The rows of a file by their places in it. */
    public List<Long> values(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return history.stream()
                .map(files -> files.get(name))
                .filter(file -> file != null)
                .findFirst()
                .orElseThrow()
                .rows()
                .stream()
                .map(Row::value)
                .toList();
    }

    public String append(List<Long> values) throws SQLException, IOException {
        return write(values.stream().map(value -> new Row(value, null, null)).toList(), true);
    }

    public void delete(String name, Set<Integer> rows) {
        DataFile file = files.get(name);
        actions.add(DeltaFolder.remove(name));
        TreeSet<Integer> deleted = new TreeSet<>(file.deleted());
        deleted.addAll(rows);
        put(new DataFile(name, file.rows(), deleted, file.firstId(), file.version()), true);
    }

    public void remove(String name) {
        files.remove(name);
        actions.add(DeltaFolder.remove(name));
    }

    /** Writes the living rows of files to one new file, in that order. */
    public String compact(List<String> names) throws SQLException, IOException {
        return rewrite(
                names,
                names.stream().flatMap(name -> file(name).living().stream()).toList());
    }

    /** Writes rows to a new file instead of those of some files. */
    public String rewrite(List<String> names, List<Row> rows) throws SQLException, IOException {
        names.forEach(this::remove);
        return rows.isEmpty() ? null : write(rows, false);
    }

    /** Writes a file anew where some values are others: these rows keep their ids, and are of this version. */
    public String update(String name, LongUnaryOperator change) throws SQLException, IOException {
        List<Row> rows = new ArrayList<>();
        for (Row row : file(name).living()) {
            long value = change.applyAsLong(row.value());
            rows.add(value == row.value() ? row : new Row(value, row.id(), version()));
        }
        remove(name);
        return write(rows, true);
    }

    /** Brings back the files of a version. */
    public void restore(int version) {
        Map<String, DataFile> then = history.get(version);
        names().stream().filter(name -> !then.containsKey(name)).forEach(this::remove);
        then.forEach((name, file) -> {
            if (!file.equals(files.get(name))) {
                if (files.containsKey(name)) {
                    actions.add(DeltaFolder.remove(name));
                }
                put(file, true);
            }
        });
    }

    public void commit() {
        delta.commit(version(), actions.toArray(String[]::new));
        actions.clear();
        history.add(new LinkedHashMap<>(files));
    }

    private String write(List<Row> rows, boolean dataChange) throws SQLException, IOException {
        String name = "part-" + String.format("%05d", ++written) + ".parquet";
        boolean keepsIds = rows.stream().anyMatch(row -> row.id() != null);
        try (Statement statement = duckDb.createStatement()) {
            statement.execute("COPY (SELECT unnest("
                    + list(rows.stream().map(Row::value).toList()) + ") AS id"
                    + (keepsIds
                            ? ", unnest(" + list(rows.stream().map(Row::id).toList()) + ") AS \"" + IDS + "\", unnest("
                                    + list(rows.stream().map(Row::version).toList()) + ") AS \"" + VERSIONS + "\""
                            : "")
                    + ") TO '" + delta.folder().resolve(name) + "' (FORMAT parquet, COMPRESSION "
                    + (written % 2 == 0 ? "zstd" : "snappy") + ")");
        }
        put(new DataFile(name, rows, new TreeSet<>(), nextId, version()), dataChange);
        nextId += rows.size();
        return name;
    }

    private static String list(List<Long> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]::BIGINT[]"));
    }

    private void put(DataFile file, boolean dataChange) {
        files.put(file.name(), file);
        try {
            String deleted = file.deleted().isEmpty()
                    ? ""
                    : Vectors.inline(
                            file.deleted().stream().mapToLong(row -> row).toArray());
            actions.add(DeltaFolder.add(
                            file.name(),
                            file.rows().size(),
                            deleted + ",\"baseRowId\":" + file.firstId() + ",\"defaultRowCommitVersion\":"
                                    + file.version())
                    .replace(
                            "\"size\":100",
                            "\"size\":" + Files.size(delta.folder().resolve(file.name())))
                    .replace("\"dataChange\":true", "\"dataChange\":" + dataChange));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws SQLException {
        duckDb.close();
    }
}
