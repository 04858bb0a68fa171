package dev.littoral.activities.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.testing.MemorySource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of another writer; how each was written is in the README beside them. */
class ForeignFilesTest {

    @Test
    void aFileWithoutColumns() throws Exception {
        Footer footer = read("zero-columns");
        assertThat(footer.rows()).isZero();
        assertThat(footer.schema().leaves()).isZero();
    }

    @Test
    void aFileWithoutRows() throws Exception {
        Footer footer = read("zero-rows");
        assertThat(footer.rows()).isZero();
        assertTypes(footer, Map.of("a", "int32", "b", "string"));
    }

    @Test
    void rowGroupsWithoutRows() throws Exception {
        assertThat(read("empty-row-groups").rowGroupRows()).containsExactly(0, 3, 0, 2, 0);
    }

    @Test
    void nestedColumns() throws Exception {
        Footer footer = read("nested");
        assertThat(footer.rowGroupRows()).containsExactly(2, 1);
        assertTypes(
                footer,
                Map.of(
                        "id", "int64",
                        "tags", "list",
                        "tags.list.element", "string",
                        "matrix.list.element", "list",
                        "matrix.list.element.list.element", "float",
                        "attributes", "map",
                        "attributes.key_value", "struct",
                        "attributes.key_value.key", "string",
                        "address.geo.lat", "double",
                        "embedding", "list"));
    }

    @Test
    void columnsOfEveryType() throws Exception {
        Footer footer = read("types");
        assertThat(footer.rows()).isEqualTo(3);
        List<String> expected = List.of(
                "d9:decimal(9,2)",
                "d18:decimal(18,0)",
                "d38:decimal(38,10)",
                "d76:decimal(76,3)",
                "i8:int8",
                "i16:int16",
                "i32:int32",
                "i64:int64",
                "u8:uint8",
                "u16:uint16",
                "u32:uint32",
                "u64:uint64",
                "f16:float16",
                "f32:float",
                "f64:double",
                "b:boolean",
                "date:date",
                "time_ms:time",
                "time_us:time",
                "time_ns:time",
                "ts_ms:timestamp",
                "ts_us_utc:timestamp",
                "ts_ns:timestamp",
                "s:string",
                "ls:string",
                "bin:binary",
                "fixed:fixed(7)",
                "n:int32",
                "uuid:uuid",
                "json:json");
        List<String> names = new ArrayList<>();
        footer.schema().children(null, names::add);
        assertThat(names.stream().map(name -> name + ":" + footer.typeOf(name).orElse("none")))
                .isEqualTo(expected);
    }

    @Test
    void aVeryLongString() throws Exception {
        assertThat(read("large-string").rows()).isEqualTo(1);
    }

    @Test
    void namesBeyondAscii() throws Exception {
        Footer footer = read("names");
        assertTypes(footer, Map.of("größe", "int64", "列", "int64", "a.b", "int64", "", "int64", "Ünï\n", "int64"));
    }

    @Test
    void encryptedColumnsUnderAPlainFooter() throws Exception {
        Footer footer = read("encrypted-plain-footer");
        assertThat(footer.rowGroupRows()).containsExactly(4, 4, 2);
        assertTypes(footer, Map.of("open", "int64", "secret", "string"));
    }

    @Test
    void aSummaryOfOtherFilesIsABadFile() {
        assertThatThrownBy(() -> read("summary"))
                .isInstanceOf(BadFileException.class)
                .hasMessage(
                        "File /lake/summary has rows that lie in another file, as a summary of other files has: found"
                                + " column chunk 0 of row group 0 in part-0.parquet, expected it in this file");
    }

    /** As {@code write_metadata} writes it: the footer of another file, which does not say that it is another's. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "nested",
                "types",
                "names",
                "empty-row-groups",
                "large-string",
                "encrypted-plain-footer",
                "own-name",
                "delta-encodings-v1",
                "delta-encodings-v2"
            })
    void theFooterOfAFileAloneIsABadFile(String name) throws Exception {
        byte[] file = bytes(name);
        int length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8);
        byte[] alone = Arrays.copyOfRange(file, file.length - length - 12, file.length);
        System.arraycopy(file, 0, alone, 0, 4);
        MemorySource source = new MemorySource();
        SourceFile listed = source.add("/lake/own-name.parquet", alone);
        assertThatThrownBy(() -> new ParquetFooters().read(source, listed))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("has a column chunk outside the file's data: found column chunk 0 of row group ")
                .hasMessageEndingWith(", expected 0 to 3, before the footer");
    }

    @Test
    void aFileThatNamesItselfAsWhereItsRowsLieIsRead() throws Exception {
        MemorySource source = new MemorySource();
        byte[] bytes = bytes("own-name");
        assertThat(new ParquetFooters()
                        .read(source, source.add("/lake/day=1/own-name.parquet", bytes))
                        .rows())
                .isEqualTo(4);
        // Under another name what it says is another file.
        assertThatThrownBy(() -> new ParquetFooters().read(source, source.add("/lake/renamed.parquet", bytes)))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("in own-name.parquet, expected it in this file");
    }

    @Test
    void anEncryptedFooter() {
        assertThatThrownBy(() -> read("encrypted-footer"))
                .isInstanceOf(LittoralException.class)
                .hasMessage(
                        "File /lake/encrypted-footer has an encrypted footer: found PARE at its end, expected a plain"
                                + " footer, PAR1");
    }

    static byte[] bytes(String name) throws IOException {
        try (InputStream in = ForeignFilesTest.class.getResourceAsStream("/parquet/" + name + ".parquet")) {
            return in.readAllBytes();
        }
    }

    private static Footer read(String name) throws Exception {
        MemorySource source = new MemorySource();
        return new ParquetFooters().read(source, source.add("/lake/" + name, bytes(name)));
    }

    private static void assertTypes(Footer footer, Map<String, String> types) {
        types.forEach((path, type) -> assertThat(footer.typeOf(path)).as(path).contains(type));
    }
}
