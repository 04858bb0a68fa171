package dev.littoral.activities.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.testing.MemorySource;
import dev.littoral.workflows.model.FailureType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of columns, beside what DuckDB reads in the same files. The time limit is only there to end a loop. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ParquetColumnsTest {
    private static final String TABLE = "SELECT CASE WHEN range % 11 = 0 THEN NULL"
            + " ELSE 'part=' || range % 7 || '/file-' || range || '.parquet' END AS path, range AS n64,"
            + " CASE WHEN range % 5 = 0 THEN NULL ELSE (range % 300 - 77)::INTEGER END AS n32, range % 3 = 0 AS flag,"
            + " 'x' || range % 10 AS few, CASE WHEN range % 4 = 0 THEN NULL WHEN range % 4 = 1 THEN MAP {}"
            + " ELSE MAP {'a': 'v' || range, 'b': NULL} END AS m,"
            + " CASE WHEN range % 6 = 0 THEN NULL ELSE {'size': range * 3, 'name': {'first': 'n' || range}} END AS s"
            + " FROM range(%d)";

    @TempDir
    private Path folder;

    private Connection duckDb;
    private final MemorySource source = new MemorySource();

    @BeforeEach
    void open() throws SQLException {
        duckDb = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterEach
    void close() throws SQLException {
        duckDb.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "snappy", "gzip", "zstd", "lz4_raw"})
    void everyCompression(String codec) throws Exception {
        check(write(7000, "COMPRESSION " + codec));
    }

    @ParameterizedTest
    @CsvSource({"V1, 0", "V1, 1", "V2, 0", "V2, 1"})
    void everyFormatVersionWithAndWithoutDictionaries(String version, int dictionary) throws Exception {
        check(write(
                9000,
                "PARQUET_VERSION " + version + ", ROW_GROUP_SIZE 4096, DICTIONARY_SIZE_LIMIT "
                        + (dictionary == 1 ? 100_000 : 1)));
    }

    @Test
    void manyRowGroups() throws Exception {
        check(write(100_000, "ROW_GROUP_SIZE 2048"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"delta-encodings-v1", "delta-encodings-v2"})
    void encodingsByDifference(String name) throws Exception {
        Path file = folder.resolve("a.parquet");
        Files.write(file, ForeignFilesTest.bytes(name));
        assertThat(rows(Files.readAllBytes(file), List.of("path", "n32", "n64", "flag", "bin", "m")))
                .isEqualTo(query(file, "path, n32, n64, flag, bin, " + map("m")));
    }

    @Test
    void onlyTheColumnsThatAreWantedAreRead() throws Exception {
        byte[] bytes = write(50_000, "COMPRESSION uncompressed");
        SourceFile file = source.add("/lake/a.parquet", bytes);
        ParquetColumns columns = ParquetColumns.open(source::read, file, path -> path.equals("flag"));
        assertThat(columns.columns()).containsExactly("flag");
        assertThat(columns.rows()).isEqualTo(50_000);
        source.reads.clear();
        ColumnCursor cursor = columns.rowGroup(0).column(0);
        cursor.nextRow();
        assertThat(cursor.isTrue()).isTrue();
        assertThat(source.reads).hasSize(1);
        assertThat(source.reads.get(0)).isLessThan(bytes.length / 20);
    }

    @Test
    void chunksThatLieSideBySideAreReadWithOneRequest() throws Exception {
        SourceFile file = source.add("/lake/a.parquet", write(5000, "COMPRESSION zstd"));
        ParquetColumns columns = ParquetColumns.open(source::read, file, path -> true);
        source.reads.clear();
        ParquetColumns.RowGroup group = columns.rowGroup(0);
        for (int i = 0; i < columns.columns().size(); i++) {
            group.column(i).nextRow();
        }
        assertThat(source.reads).hasSize(1);
    }

    @Test
    void chunksLargerThanAPieceAreReadInPieces() throws Exception {
        Path file = folder.resolve("a.parquet");
        execute("COPY (SELECT md5(range::VARCHAR) || md5('x' || range) AS t FROM range(300000)) TO '" + file
                + "' (FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 1000000)");
        assertThat(rows(Files.readAllBytes(file), List.of("t"))).isEqualTo(query(file, "t"));
        assertThat(source.reads).contains(4 << 20).allMatch(length -> length < 24 << 20);
    }

    @Test
    void aColumnOfAnotherTypeThanExpectedIsAFinding() throws Exception {
        SourceFile file = source.add("/lake/a.parquet", write(10, "COMPRESSION zstd"));
        ColumnCursor cursor = ParquetColumns.open(source::read, file, path -> path.equals("few"))
                .rowGroup(0)
                .column(0);
        cursor.nextRow();
        assertThatThrownBy(cursor::number)
                .isInstanceOf(BadFileException.class)
                .hasMessage("File /lake/a.parquet has a corrupt column few: found values of physical type 6, expected"
                        + " integers");
    }

    @Test
    void changedBytesGiveValuesOrAFinding() throws Exception {
        List<byte[]> files = List.of(
                write(600, "COMPRESSION snappy"),
                write(600, "COMPRESSION uncompressed, PARQUET_VERSION V2"),
                write(600, "COMPRESSION zstd"),
                write(600, "COMPRESSION lz4_raw, PARQUET_VERSION V2"),
                write(600, "COMPRESSION gzip"),
                ForeignFilesTest.bytes("delta-encodings-v2"));
        int refused = 0;
        int rounds = 6000;
        for (long seed = 0; seed < rounds; seed++) {
            Random random = new Random(seed);
            byte[] bytes = files.get(random.nextInt(files.size())).clone();
            for (int flips = 1 + random.nextInt(6); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                readAll(bytes);
            } catch (LittoralException e) {
                assertThat(e.type()).as("seed " + seed).isEqualTo(FailureType.INPUT);
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(refused).isGreaterThan(rounds / 20);
    }

    @Test
    void aPageThatSaysItIsHugeIsAFindingBeforeAnythingIsAllocated() throws Exception {
        byte[] bytes = write(600, "COMPRESSION zstd");
        int refused = 0;
        for (int at = 4; at < bytes.length - 8; at++) {
            // The thrift of a page's sizes begins so: type 0 or 2, then uncompressed_page_size.
            if (bytes[at] == 0x15 && bytes[at + 2] == 0x15 && (bytes[at + 1] & ~4) == 0) {
                byte[] huge = bytes.clone();
                byte[] size = {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
                System.arraycopy(size, 0, huge, at + 3, size.length);
                try {
                    readAll(huge);
                } catch (LittoralException e) {
                    assertThat(e.type()).isEqualTo(FailureType.INPUT);
                    refused++;
                }
            }
        }
        assertThat(refused).isPositive();
    }

    private void readAll(byte[] bytes) throws Exception {
        SourceFile file = source.add("/lake/a.parquet", bytes);
        source.reads.clear();
        ParquetColumns columns = ParquetColumns.open(source::read, file, path -> true);
        for (int group = 0; group < columns.rowGroups(); group++) {
            ParquetColumns.RowGroup rows = columns.rowGroup(group);
            for (int column = 0; column < columns.columns().size(); column++) {
                ColumnCursor cursor = rows.column(column);
                for (long row = 0; row < rows.rows() && row < 10_000; row++) {
                    cursor.nextRow();
                    while (cursor.nextInRow()) {
                        cursor.isPresent();
                    }
                }
            }
        }
    }

    private byte[] write(int rows, String options) throws SQLException, IOException {
        Path file = folder.resolve("a.parquet");
        execute("COPY (" + TABLE.replace("%d", Integer.toString(rows)) + ") TO '" + file + "' (FORMAT parquet, "
                + options + ")");
        return Files.readAllBytes(file);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = duckDb.createStatement()) {
            statement.execute(sql);
        }
    }

    private void check(byte[] bytes) throws Exception {
        assertThat(rows(bytes, List.of("path", "n64", "n32", "flag", "few", "m", "s.size", "s.name.first")))
                .isEqualTo(query(
                        folder.resolve("a.parquet"),
                        "path, n64, n32, flag, few, " + map("m") + ", s.size, s.name.first"));
    }

    private static String map(String column) {
        return "'[' || coalesce(array_to_string(list_transform(map_entries(" + column
                + "), lambda e: e.key || '=' || coalesce(e.value, 'null')), ', '), '') || ']'";
    }

    private List<List<String>> query(Path file, String columns) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (Statement statement = duckDb.createStatement();
                ResultSet result = statement.executeQuery("SELECT " + columns + " FROM '" + file + "'")) {
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private List<List<String>> rows(byte[] bytes, List<String> names) throws Exception {
        SourceFile file = source.add("/lake/a.parquet", bytes);
        source.reads.clear();
        ParquetColumns columns = ParquetColumns.open(source::read, file, path -> true);
        List<List<String>> rows = new ArrayList<>();
        for (int group = 0; group < columns.rowGroups(); group++) {
            ParquetColumns.RowGroup rowGroup = columns.rowGroup(group);
            List<ColumnCursor[]> cursors = new ArrayList<>();
            for (String name : names) {
                cursors.add(columns.columns().stream()
                        .filter(path -> path.equals(name) || path.startsWith(name + "."))
                        .map(path -> rowGroup.column(columns.columns().indexOf(path)))
                        .toArray(ColumnCursor[]::new));
            }
            for (long row = 0; row < rowGroup.rows(); row++) {
                List<String> values = new ArrayList<>();
                for (ColumnCursor[] each : cursors) {
                    values.add(each.length == 1 ? value(each[0]) : entries(each[0], each[1]));
                }
                rows.add(values);
            }
        }
        return rows;
    }

    private static String value(ColumnCursor cursor) throws Exception {
        cursor.nextRow();
        return shown(cursor);
    }

    private static String shown(ColumnCursor cursor) {
        if (!cursor.isPresent()) {
            return null;
        }
        try {
            return cursor.text();
        } catch (BadFileException e) {
            try {
                return Long.toString(cursor.number());
            } catch (BadFileException e2) {
                return Boolean.toString(cursor.isTrue());
            }
        }
    }

    private static String entries(ColumnCursor keys, ColumnCursor values) throws Exception {
        List<String> entries = new ArrayList<>();
        keys.nextRow();
        values.nextRow();
        boolean more = true;
        while (more) {
            if (keys.isPresent()) {
                entries.add(keys.text() + "=" + shown(values));
            }
            more = keys.nextInRow();
            assertThat(values.nextInRow()).isEqualTo(more);
        }
        return Arrays.toString(entries.toArray());
    }
}
