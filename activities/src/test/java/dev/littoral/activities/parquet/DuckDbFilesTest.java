package dev.littoral.activities.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.testing.MemorySource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that DuckDB writes; what it and the format's library read in them is the truth. */
class DuckDbFilesTest {
    @TempDir
    private Path folder;

    private Connection duckDb;
    private final MemorySource source = new MemorySource();
    private final ParquetFooters footers = new ParquetFooters();

    @BeforeEach
    void open() throws SQLException {
        duckDb = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterEach
    void close() throws SQLException {
        duckDb.close();
    }

    @ParameterizedTest
    @CsvSource({"0, 2048", "1, 2048", "2048, 2048", "2049, 2048", "50000, 2048", "50000, 10000", "300000, 122880"})
    void rowGroupsOfAnySize(int rows, int rowGroup) throws Exception {
        check(write("SELECT range AS i, range::VARCHAR AS s FROM range(" + rows + ")", "ROW_GROUP_SIZE " + rowGroup));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"})
    void everyCompression(String codec) throws Exception {
        check(write("SELECT range AS i, 'x' || range % 10 AS s FROM range(5000)", "COMPRESSION " + codec));
    }

    @ParameterizedTest
    @ValueSource(strings = {"V1", "V2"})
    void everyFormatVersion(String version) throws Exception {
        check(write("SELECT range AS i, 'x' || range % 10 AS s FROM range(5000)", "PARQUET_VERSION " + version));
    }

    @Test
    void everyType() throws Exception {
        Map<String, String> types = Map.ofEntries(
                Map.entry("true", "boolean"),
                Map.entry("1::TINYINT", "int8"),
                Map.entry("1::SMALLINT", "int16"),
                Map.entry("1::INTEGER", "int32"),
                Map.entry("1::BIGINT", "int64"),
                Map.entry("1::UTINYINT", "uint8"),
                Map.entry("1::USMALLINT", "uint16"),
                Map.entry("1::UINTEGER", "uint32"),
                Map.entry("1::UBIGINT", "uint64"),
                Map.entry("1::FLOAT", "float"),
                Map.entry("1::DOUBLE", "double"),
                Map.entry("1::DECIMAL(4,1)", "decimal(4,1)"),
                Map.entry("1::DECIMAL(18,3)", "decimal(18,3)"),
                Map.entry("1::DECIMAL(38,0)", "decimal(38,0)"),
                Map.entry("'a'", "string"),
                Map.entry("'a'::BLOB", "binary"),
                Map.entry("'{}'::JSON", "json"),
                Map.entry("DATE '2026-11-01'", "date"),
                Map.entry("TIME '12:00:00'", "time"),
                Map.entry("TIMESTAMP '2026-11-01 12:00:00'", "timestamp"),
                Map.entry("'2026-11-01 12:00:00'::TIMESTAMP_NS", "timestamp"),
                Map.entry("'2026-11-01 12:00:00+02'::TIMESTAMPTZ", "timestamp"),
                Map.entry("INTERVAL 1 DAY", "interval"),
                Map.entry("uuid()", "uuid"),
                Map.entry("[1, 2]", "list"),
                Map.entry("MAP {'a': 1}", "map"),
                Map.entry("{'a': 1}", "struct"));
        for (Map.Entry<String, String> type : types.entrySet()) {
            Footer footer = check(write("SELECT " + type.getKey() + " AS c", "COMPRESSION zstd"));
            assertThat(footer.typeOf("c")).as(type.getKey()).contains(type.getValue());
        }
    }

    @Test
    void nestedTypes() throws Exception {
        Footer footer = check(write(
                "SELECT {'a': [1, 2], 'b': {'c': MAP {'k': [{'d': 1.5::DOUBLE}]}}} AS s, [[['x']], NULL, []] AS l,"
                        + " CASE WHEN range % 3 = 0 THEN NULL ELSE [range] END AS n FROM range(7000)",
                "ROW_GROUP_SIZE 2048"));
        assertThat(footer.typeOf("s.b.c")).contains("map");
        assertThat(footer.typeOf("s.a.list.element")).contains("int32");
        assertThat(footer.typeOf("s.b.c.key_value.value.list.element.d")).contains("double");
        assertThat(footer.typeOf("l.list.element.list.element.list.element")).contains("string");
    }

    @Test
    void namesBeyondAscii() throws Exception {
        Footer footer =
                check(write("SELECT 1 AS \"größe\", 2 AS \"列\", 3 AS \"🌊 x\", 4 AS \"a.b\"", "COMPRESSION zstd"));
        assertThat(footer.typeOf("größe")).contains("int32");
        assertThat(footer.typeOf("列")).contains("int32");
        assertThat(footer.typeOf("🌊 x")).contains("int32");
        assertThat(footer.typeOf("a.b")).contains("int32");
    }

    @Test
    void footersLargerThanTheFirstTail() throws Exception {
        check(wide(500, 1));
        assertThat(source.reads).hasSize(2);
    }

    @Test
    void footersLargerThanTheLargestTail() throws Exception {
        byte[] file = wide(4000, 5);
        check(file);
        check(file);
        assertThat(source.reads).hasSize(4);
    }

    @Test
    void columnsInAnotherOrderOrOfAnotherTypeMakeAnotherFingerprint() throws Exception {
        String fingerprint = fingerprint("1 AS a, 'x' AS b");
        assertThat(fingerprint("2 AS a, 'y' AS b")).isEqualTo(fingerprint);
        assertThat(List.of(
                        fingerprint("'x' AS b, 1 AS a"),
                        fingerprint("1::BIGINT AS a, 'x' AS b"),
                        fingerprint("1 AS a, 'x' AS b, 2 AS c"),
                        fingerprint("1 AS A, 'x' AS b")))
                .doesNotContain(fingerprint)
                .doesNotHaveDuplicates();
    }

    private String fingerprint(String columns) throws Exception {
        return check(write("SELECT " + columns, "COMPRESSION zstd")).schema().fingerprint();
    }

    private byte[] wide(int columns, int rowGroups) throws Exception {
        String names = IntStream.range(0, columns)
                .mapToObj(i -> "range AS column_" + i)
                .collect(Collectors.joining(", "));
        return write("SELECT " + names + " FROM range(" + rowGroups * 2048 + ")", "ROW_GROUP_SIZE 2048");
    }

    private byte[] write(String query, String options) throws SQLException, IOException {
        Path file = folder.resolve("a.parquet");
        try (Statement statement = duckDb.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet, " + options + ")");
        }
        return Files.readAllBytes(file);
    }

    /** Reads a file and compares with what DuckDB and the library read in it. */
    private Footer check(byte[] bytes) throws Exception {
        SourceFile file = source.add("/lake/a.parquet", bytes);
        Footer footer = footers.read(source, file);
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
        FileMetaData library = Footers.read(bytes, bytes.length - 8 - length, length);
        assertThat(footer.rows()).isEqualTo(library.getNum_rows());
        assertThat(footer.rowGroupRows())
                .containsExactly(library.getRow_groups().stream()
                        .mapToLong(RowGroup::getNum_rows)
                        .toArray());
        assertThat(footer.schema().leaves()).isEqualTo((int) library.getSchema().stream()
                .filter(element -> element.isSetType())
                .count());
        assertThat(footer.rows())
                .isEqualTo(query("SELECT num_rows FROM parquet_file_metadata('%s')")
                        .get(0));
        assertThat(footer.rowGroupRows())
                .containsExactly(query("SELECT DISTINCT ON (row_group_id) row_group_num_rows FROM "
                                + "parquet_metadata('%s') ORDER BY row_group_id")
                        .stream()
                        .mapToLong(Long::longValue)
                        .toArray());
        return footer;
    }

    private List<Long> query(String sql) throws SQLException {
        List<Long> values = new ArrayList<>();
        try (Statement statement = duckDb.createStatement();
                ResultSet result = statement.executeQuery(sql.formatted(folder.resolve("a.parquet")))) {
            while (result.next()) {
                values.add(result.getLong(1));
            }
        }
        return values;
    }
}
