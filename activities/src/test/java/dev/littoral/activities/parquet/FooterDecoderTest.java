package dev.littoral.activities.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.workflows.model.FailureType;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.parquet.format.AesGcmV1;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnCryptoMetaData;
import org.apache.parquet.format.EncryptionAlgorithm;
import org.apache.parquet.format.EncryptionWithColumnKey;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FooterDecoderTest {

    @Test
    void rowsAndRowGroupsAreRead() {
        Footer footer = Footers.decode(Footers.metadata(Footers.columns(3), 10, 0, 7));
        assertThat(footer.rows()).isEqualTo(17);
        assertThat(footer.rowGroupRows()).containsExactly(10, 0, 7);
        assertThat(footer.typeOf("c2")).contains("int64");
    }

    @Test
    void manyRowGroupsAreRead() {
        long[] rows = new long[5000];
        Arrays.setAll(rows, i -> i % 7);
        assertThat(Footers.decode(Footers.metadata(Footers.columns(1), rows)).rowGroupRows())
                .isEqualTo(rows);
    }

    @Test
    void aFileWithoutRowGroupsHasNoRows() {
        Footer footer = Footers.decode(Footers.metadata(Footers.columns(1)));
        assertThat(footer.rows()).isZero();
        assertThat(footer.rowGroupRows()).isEmpty();
    }

    @Test
    void rowsWithoutColumnsAreFine() {
        assertThat(Footers.decode(Footers.metadata(Footers.columns(0), 5, 6)).rows())
                .isEqualTo(11);
    }

    @Test
    void aRootThatDoesNotSayItHasNoChildrenIsFine() {
        List<SchemaElement> root = List.of(new SchemaElement("root"));
        assertThat(Footers.decode(Footers.metadata(root, 5)).rows()).isEqualTo(5);
    }

    @Test
    void aColumnThatSaysItHasNoChildrenIsFine() {
        SchemaElement leaf = Footers.leaf("a", Type.INT32).setNum_children(0);
        assertThat(Footers.decode(Footers.metadata(Footers.schema(1, leaf), 5)).typeOf("a"))
                .contains("int32");
    }

    @Test
    void aGroupWithoutChildrenIsFine() {
        List<SchemaElement> schema = Footers.schema(2, Footers.group("g", 0), Footers.leaf("a", Type.INT32));
        assertThat(Footers.decode(Footers.metadata(schema, 5)).typeOf("g")).contains("struct");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, (1L << 40) + 1, Long.MAX_VALUE})
    void anImpossibleNumberOfRowsIsFound(long rows) {
        assertInput(
                Footers.metadata(Footers.columns(1), 5).setNum_rows(rows),
                "has an impossible number of rows: found " + rows + ", expected 0 to 1099511627776");
    }

    @Test
    void theMostRowsAreRead() {
        assertThat(Footers.decode(Footers.metadata(Footers.columns(1), (1L << 40) - 1, 1))
                        .rows())
                .isEqualTo(1L << 40);
    }

    @Test
    void aNegativeRowGroupIsFoundThoughTheSumIsRight() {
        assertInput(
                Footers.metadata(Footers.columns(1), 10, -3),
                "has an impossible number of rows: found -3 in row group 1 after 10 before it, expected 0 to"
                        + " 1099511627776 in all");
    }

    @Test
    void rowGroupsWhoseSumOverflowsAreFound() {
        FileMetaData metadata = Footers.metadata(Footers.columns(1), Long.MAX_VALUE, Long.MAX_VALUE, 3);
        assertThat(metadata.getNum_rows()).isEqualTo(1);
        assertInput(metadata, "in row group 0 after 0 before it");
    }

    @Test
    void rowGroupsOfMoreRowsThanAnyFileHasAreFound() {
        assertInput(
                Footers.metadata(Footers.columns(1), 1L << 40, 1).setNum_rows(1L << 40),
                "found 1 in row group 1 after 1099511627776 before it");
    }

    @Test
    void rowGroupsThatDoNotAddUpAreFound() {
        assertInput(
                Footers.metadata(Footers.columns(1), 40, 50).setNum_rows(100),
                "has row groups that do not add up: found 90 rows in 2 row groups, expected 100, the rows of the file");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aShortColumnChunkIsFound(int column) {
        FileMetaData metadata = Footers.metadata(Footers.columns(3), 8, 9);
        chunk(metadata, 1, column).getMeta_data().setNum_values(8);
        assertInput(
                metadata,
                "has a column chunk that is too short: found 8 values in column chunk " + column
                        + " of row group 1, expected 9, the rows of the row group");
    }

    @Test
    void theFirstOfTheShortColumnChunksIsNamed() {
        FileMetaData metadata = Footers.metadata(Footers.columns(3), 8);
        for (int column = 1; column < 3; column++) {
            chunk(metadata, 0, column).getMeta_data().setNum_values(5);
        }
        assertInput(metadata, "found 5 values in column chunk 1 of row group 0");
    }

    private static final String VERSION = "05 02 02";
    private static final String ROWS = "06 06 08";
    private static final String VALUES = "06 0a 08";
    private static final String OFFSET = "06 12 08";
    private static final String GROUP_ROWS = "06 06 08";

    /** The library writes no footer without a field that has to be there, so this one is put together by hand. */
    private static byte[] withoutThe(String field) {
        String schema = "09 04 2c 4801721502 00 1502 380161 00";
        String chunk = "06 04 00 0c 06" + VALUES + OFFSET + "00 00";
        String rowGroup = "09 02 1c" + chunk + "06 04 00" + GROUP_ROWS + "00";
        String footer = VERSION + schema + ROWS + "09 08 1c" + rowGroup + "00";
        int at = field.equals(GROUP_ROWS) ? footer.lastIndexOf(field) : footer.indexOf(field);
        return bytes(footer.substring(0, at), footer.substring(at + field.length()));
    }

    @Test
    void aFooterMadeByHandIsRead() {
        assertThat(Footers.decode(withoutThe("")).rowGroupRows()).containsExactly(4);
    }

    @ParameterizedTest
    @CsvSource({
        VERSION + ", no version",
        VALUES + ", a column chunk without num_values",
        OFFSET + ", a column chunk without data_page_offset",
        GROUP_ROWS + ", row group 0 without num_rows"
    })
    void aFooterThatLacksAFieldIsFound(String field, String finding) {
        assertThatThrownBy(() -> Footers.decode(withoutThe(field)))
                .isInstanceOf(BadFileException.class)
                .hasMessageStartingWith("File /lake/a.parquet has a corrupt footer: found " + finding + " at byte");
    }

    @Test
    void aFooterThatDoesNotSayItsRowsIsCorrupt() {
        String hex = HexFormat.of().formatHex(withoutThe(""));
        String lacking = hex.replaceFirst(ROWS.replace(" ", ""), "");
        assertThatThrownBy(() -> Footers.decode(bytes(lacking)))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("has a corrupt footer: found no num_rows at byte");
    }

    @Test
    void aRepeatedColumnMayHaveAnyNumberOfValues() {
        List<SchemaElement> schema = Footers.schema(
                3,
                Footers.leaf("r", Type.INT32).setRepetition_type(FieldRepetitionType.REPEATED),
                Footers.group("g", 1).setRepetition_type(FieldRepetitionType.REPEATED),
                Footers.leaf("in", Type.INT32),
                Footers.leaf("flat", Type.INT32));
        FileMetaData metadata = Footers.metadata(schema, 9);
        chunk(metadata, 0, 0).getMeta_data().setNum_values(2);
        chunk(metadata, 0, 1).getMeta_data().setNum_values(0);
        assertThat(Footers.decode(metadata).rows()).isEqualTo(9);
        chunk(metadata, 0, 2).getMeta_data().setNum_values(2);
        assertInput(metadata, "found 2 values in column chunk 2 of row group 0");
    }

    @Test
    void aRowGroupOfOtherColumnsIsFound() {
        FileMetaData metadata = Footers.metadata(Footers.columns(3), 8);
        metadata.getRow_groups().get(0).getColumns().remove(0);
        assertInput(
                metadata,
                "has a row group that does not fit its schema: found 2 column chunks in row group 0, "
                        + "expected 3, the columns of"
                        + " the schema");
    }

    @Test
    void aRowGroupWithoutRowsMayLackItsColumns() {
        FileMetaData metadata = Footers.metadata(Footers.columns(3), 8, 0);
        metadata.getRow_groups().get(1).getColumns().clear();
        assertThat(Footers.decode(metadata).rowGroupRows()).containsExactly(8, 0);
    }

    @ParameterizedTest
    @CsvSource({"0, 1048576", "0, -1", "1, 1048576", "1, 9223372036854775807", "1, -1", "2, -9223372036854775807"})
    void aColumnChunkOutsideTheFilesDataIsFound(int column, long offset) {
        FileMetaData metadata = Footers.metadata(Footers.columns(3), 8);
        chunk(metadata, 0, column).getMeta_data().setData_page_offset(offset);
        assertInput(
                metadata,
                "has a column chunk outside the file's data: found column chunk " + column + " of row group 0 at byte "
                        + offset + ", expected 0 to " + (footerStart(metadata) - 1) + ", before the footer");
    }

    @Test
    void aColumnChunkMayBeginWithAnyByteBeforeTheFooterAndNoOther() {
        FileMetaData metadata = Footers.metadata(Footers.columns(1), 8);
        chunk(metadata, 0, 0).getMeta_data().setData_page_offset(0);
        assertThat(Footers.decode(metadata).rows()).isEqualTo(8);
        // An offset of as many bytes as the next one.
        chunk(metadata, 0, 0).getMeta_data().setData_page_offset(1_000_000);
        long footer = footerStart(metadata);
        chunk(metadata, 0, 0).getMeta_data().setData_page_offset(footer - 1);
        assertThat(Footers.decode(metadata).rows()).isEqualTo(8);
        chunk(metadata, 0, 0).getMeta_data().setData_page_offset(footer);
        assertInput(metadata, "at byte " + footer + ", expected 0 to " + (footer - 1) + ", before the footer");
    }

    /** As readers do, which take a chunk to begin with a dictionary only where that lies before its data pages. */
    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 4, 1L << 40})
    void whereADictionaryLiesDoesNotMatterWhereTheDataPagesLieInTheFile(long dictionary) {
        FileMetaData metadata = Footers.metadata(Footers.columns(1), 8);
        chunk(metadata, 0, 0).getMeta_data().setData_page_offset(100).setDictionary_page_offset(dictionary);
        assertThat(Footers.decode(metadata).rows()).isEqualTo(8);
        chunk(metadata, 0, 0).getMeta_data().setData_page_offset(1L << 20);
        assertInput(metadata, "has a column chunk outside the file's data");
    }

    @Test
    void theFirstOfTheColumnChunksOutsideTheFilesDataIsNamed() {
        FileMetaData metadata = Footers.metadata(Footers.columns(2), 8);
        chunk(metadata, 0, 0).getMeta_data().setData_page_offset(-5);
        chunk(metadata, 0, 1).getMeta_data().setData_page_offset(-6);
        assertInput(metadata, "found column chunk 0 of row group 0 at byte -5");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void rowsThatLieInAnotherFileAreNotThisFilesRows(int column) {
        FileMetaData metadata = Footers.metadata(Footers.columns(2), 5, 8);
        // Anywhere in that file, also where this one has no bytes.
        chunk(metadata, 1, column)
                .setFile_path("day=1/b\n.parquet")
                .getMeta_data()
                .setData_page_offset(1L << 40);
        assertInput(
                metadata,
                "has rows that lie in another file, as a summary of other files has: found column chunk " + column
                        + " of row group 1 in day=1/b .parquet, expected it in this file");
    }

    @Test
    void theFirstOfTheColumnChunksInOtherFilesIsNamed() {
        FileMetaData metadata = Footers.metadata(Footers.columns(2), 8);
        chunk(metadata, 0, 0).setFile_path("b.parquet");
        chunk(metadata, 0, 1).setFile_path("c.parquet");
        assertInput(metadata, "found column chunk 0 of row group 0 in b.parquet");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.parquet"})
    void aColumnChunkThatNamesItsOwnFileOrNoneLiesInIt(String path) {
        FileMetaData metadata = Footers.metadata(Footers.columns(2), 8);
        chunk(metadata, 0, 1).setFile_path(path);
        assertThat(Footers.decode(metadata).rows()).isEqualTo(8);
        chunk(metadata, 0, 1).getMeta_data().setData_page_offset(1L << 40);
        assertInput(metadata, "outside the file's data");
    }

    @Test
    void whereTheRowsOfAnEmptyRowGroupWouldLieDoesNotMatter() {
        FileMetaData metadata = Footers.metadata(Footers.columns(2), 8, 0);
        chunk(metadata, 1, 0).setFile_path("b.parquet");
        assertThat(Footers.decode(metadata).rowGroupRows()).containsExactly(8, 0);
    }

    @Test
    void anEncryptedColumnWithoutMetadataIsFineInAFileThatSaysSo() {
        FileMetaData metadata = Footers.metadata(Footers.columns(2), 8)
                .setEncryption_algorithm(EncryptionAlgorithm.AES_GCM_V1(new AesGcmV1()));
        chunk(metadata, 0, 1)
                .setCrypto_metadata(
                        ColumnCryptoMetaData.ENCRYPTION_WITH_COLUMN_KEY(new EncryptionWithColumnKey(List.of("c1"))))
                .setEncrypted_column_metadata(new byte[40])
                .unsetMeta_data();
        byte[] signed = concat(Footers.bytes(metadata), new byte[28]);
        assertThat(Footers.decode(signed).rows()).isEqualTo(8);
    }

    @Test
    void aColumnWithoutMetadataIsFoundWhereNothingIsEncrypted() {
        FileMetaData metadata = Footers.metadata(Footers.columns(2), 8);
        chunk(metadata, 0, 1).unsetMeta_data();
        assertInput(
                metadata,
                "has a column chunk without metadata: found none in column chunk 1 of row group 0, expected "
                        + "some, as no column"
                        + " is encrypted");
    }

    @Test
    void anEmptySchemaIsFound() {
        assertInput(Footers.metadata(List.of()), "found a schema of 0 elements at byte");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE + 1, 4, Integer.MAX_VALUE})
    void childrenBeyondTheElementsAreFound(int children) {
        List<SchemaElement> schema = Footers.columns(3);
        schema.get(0).setNum_children(children);
        assertInput(Footers.metadata(schema, 3), "found schema element root with " + children + " children at byte");
    }

    @Test
    void elementsBeyondTheTreeAreFound() {
        List<SchemaElement> schema = Footers.columns(3);
        schema.get(0).setNum_children(2);
        assertInput(Footers.metadata(schema, 3), "found a schema tree of 3 elements at byte");
    }

    @Test
    void aTreeThatEndsEarlyIsFound() {
        List<SchemaElement> schema = Footers.schema(2, Footers.group("g", 2), Footers.leaf("a", Type.INT32));
        assertInput(Footers.metadata(schema, 3), "found schema element g with 2 children at byte");
        List<SchemaElement> other = Footers.schema(2, Footers.group("g", 1), Footers.leaf("a", Type.INT32));
        assertInput(Footers.metadata(other, 3), "found a schema of 3 elements at byte");
    }

    @Test
    void anElementThatIsNeitherColumnNorGroupIsFound() {
        assertInput(
                Footers.metadata(Footers.schema(1, new SchemaElement("a\nb")), 3),
                "found schema element a b with neither a type nor a number of children at byte");
        assertInput(
                Footers.metadata(
                        Footers.schema(
                                1, Footers.leaf("a", Type.INT32).setNum_children(1), Footers.leaf("b", Type.INT32)),
                        3),
                "found column a with 1 children at byte");
        assertInput(
                Footers.metadata(List.of(Footers.leaf("a", Type.INT32)), 3),
                "found a column as the root of the schema at byte");
    }

    @Test
    void aSchemaNestedDeepHasTypesAtEveryLevel() {
        List<SchemaElement> schema = new ArrayList<>(Footers.schema(1));
        for (int i = 0; i < 499; i++) {
            schema.add(Footers.group("g", 1));
        }
        schema.add(Footers.leaf("a", Type.INT32));
        Footer footer = Footers.decode(Footers.metadata(schema, 3));
        assertThat(footer.typeOf("g.g.g")).contains("struct");
        assertThat(footer.typeOf("g.".repeat(499) + "a")).contains("int32");
    }

    @Test
    void aSchemaOfManyMegabytesIsRefused() {
        List<SchemaElement> schema = Footers.columns(1);
        schema.get(1).setName("x".repeat(17 << 20));
        assertInput(Footers.metadata(schema), "expected at most 16777216");
    }

    @Test
    void unknownFieldsOfEveryTypeAreSkipped() {
        byte[] footer = Footers.bytes(Footers.metadata(Footers.columns(2), 3));
        byte[] unknown = bytes(
                // Long form, ids 100 to 113: the type, then the id as a zigzag varint.
                "01c801 02ca01 03cc0107 04ce0103 05d001ffff03 06d201ffffffffffffffffff01 07d4010102030405060708",
                // Binary; a long list of i32; a short set of booleans; an empty map; a map of strings to lists of
                // booleans.
                "08d60103616263 09d801f50f000000000000000000000000000000 0ada0121010b 0bdc0100 0bde0101890161210102",
                // A struct with booleans in its headers and a struct in it; a UUID; lists of structs, of UUIDs, of
                // sets.
                "0ce00111121c1600 00 00 0de20100112233445566778899aabbccddeeff",
                "09e4012c001100 09e6011d00112233445566778899aabbccddeeff 09e8012a0200",
                // A negative id, and one in short form behind it.
                "01c701 22 00");
        byte[] all = concat(Arrays.copyOf(footer, footer.length - 1), unknown);
        assertThat(Footers.decode(all).rows()).isEqualTo(3);
        for (int length = footer.length - 1; length < all.length; length++) {
            byte[] cut = Arrays.copyOf(all, length);
            assertThatThrownBy(() -> Footers.decode(cut)).isInstanceOf(LittoralException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1502 191c 480172150000 0904 1c 480172150000 1600 190c 00, a second schema",
        "1502 191c 480172150000 1600 190c 0908 0c 00, a second list of row groups",
        "1502 2606 191c 190c2606 00 00, no schema",
        "1502 191c 480172150000 1600 00, no row groups",
        "1502 191c 480172150000 1606 191c 3606 00 00, row group 0 without columns",
        "1502 1925 0202 00, a list of type 5"
    })
    void whatAFooterHasOnceIsThereOnce(String footer, String finding) {
        assertThatThrownBy(() -> Footers.decode(bytes(footer)))
                .isInstanceOf(BadFileException.class)
                .hasMessageStartingWith("File /lake/a.parquet has a corrupt footer: found " + finding + " at byte");
    }

    @Test
    void anEmptyListMayBeOfAnyType() {
        assertThat(Footers.decode(bytes("1502 191c 480172150000 1600 1905 00")).rowGroupRows())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1502 1803616263, 'its end at byte 7 of it, expected more fields'",
        "1502 1805616263, 'a length of 5 at byte 4 of it, expected at most the 3 bytes left'",
        "1502 1d 00000000, '16 bytes where 4 are left at byte 3 of it, expected fewer'"
    })
    void whatGoesOnBehindTheEndIsFound(String footer, String finding) {
        assertThatThrownBy(() -> Footers.decode(bytes(footer)))
                .hasMessage("File /lake/a.parquet has a corrupt footer: found " + finding);
    }

    @Test
    void mapsAreSkippedWholeAndStructsAsDeepAsTheyMayBe() {
        byte[] footer = Footers.bytes(Footers.metadata(Footers.columns(2), 3));
        byte[] known = Arrays.copyOf(footer, footer.length - 1);
        // Two strings with a UUID each.
        String uuid = "ff".repeat(16);
        byte[] map = bytes("0bde01 02 8d", "0161" + uuid, "0162" + uuid, "00");
        assertThat(Footers.decode(concat(known, map)).rows()).isEqualTo(3);

        byte[] deepest = bytes("1c".repeat(65), "00".repeat(66));
        assertThat(Footers.decode(concat(known, deepest)).rows()).isEqualTo(3);
        byte[] deeper = bytes("1c".repeat(66), "00".repeat(67));
        assertThatThrownBy(() -> Footers.decode(concat(known, deeper)))
                .hasMessageContaining("found values nested deeper than 64");
    }

    @Test
    void rowGroupsBeforeTheSchemaAreRead() {
        String rowGroup = "391c 190c 2606 00";
        assertThat(Footers.decode(bytes("1502", rowGroup, "0904 1c 4801721500 00 1606 00"))
                        .rowGroupRows())
                .containsExactly(3);
        String two = "392c 190c 2606 00 190c 2608 00";
        assertThat(Footers.decode(bytes("1502", two, "0904 1c 4801721500 00 160e 00"))
                        .rowGroupRows())
                .containsExactly(3, 4);
        assertThatThrownBy(
                        () -> Footers.decode(bytes("1502", rowGroup, "0904 2c 4801721502 00 1502 3801610 0 1606 00")))
                .hasMessageContaining("found 0 column chunks in row group 0, expected 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "15",
                "1502",
                "150200",
                "15021900",
                "15021c",
                "ffffffffffffffffffffff",
                "10",
                "1e00",
                "1f00",
                "0500808080808010",
                "1902ffffffffffffffffffff7f",
                "0801ffffffff0f",
                "19f5ffffffff7f",
                "1bffffff7f55",
                "1b0100"
            })
    void whatIsNoFooterIsFound(String footer) {
        assertThatThrownBy(() -> Footers.decode(bytes(footer)))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageStartingWith("File /lake/a.parquet has a corrupt footer: found ");
    }

    @Test
    void aCorruptFooterIsFoundWithItsPlace() {
        assertThatThrownBy(() -> Footers.decode(bytes("1502 19fc ffffff7f")))
                .hasMessage("File /lake/a.parquet has a corrupt footer: found a list size of 268435455 at byte 8 of it,"
                        + " expected at most the 0 bytes left");
    }

    @Test
    void valuesNestedWithoutEndAreFound() {
        byte[] structs = new byte[1_000_000];
        Arrays.fill(structs, (byte) 0x1c);
        assertThatThrownBy(() -> Footers.decode(structs)).hasMessageContaining("found values nested deeper than 64");
        byte[] lists = new byte[1_000_000];
        Arrays.fill(lists, (byte) 0x19);
        assertThatThrownBy(() -> Footers.decode(lists)).hasMessageContaining("found values nested deeper than 64");
        // Maps as the values of maps, and as their keys.
        for (String map : List.of("01 1b 00", "01 b1")) {
            assertThatThrownBy(() -> Footers.decode(bytes("1b", map.repeat(300_000))))
                    .hasMessageContaining("found values nested deeper than 64");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"schema", "row groups", "columns", "names"})
    void countsThatPromiseMuchTakeNoMemory(String where) {
        int size = 1 << 20;
        byte[] head = bytes(
                switch (where) {
                    case "schema" -> "1502 19fc 80803f";
                    case "row groups" -> "1502 191c 480172150000 1600 19fc 80803f";
                    case "columns" -> "1502 191c 480172150000 1600 191c 19fc 80803f";
                    case "names" -> "1502 191c 4880803f";
                    default -> throw new IllegalArgumentException(where);
                });
        byte[] hostile = Arrays.copyOf(head, size);
        Arrays.fill(hostile, head.length, size, (byte) 0x11);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertThatThrownBy(() -> Footers.decode(hostile)).isInstanceOf(LittoralException.class);
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            Footers.decode(hostile);
        } catch (LittoralException expected) {
            // What it costs is what counts here.
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).as(where).isLessThan(3L * size);
    }

    /** Where the footer begins in the file that it is decoded for. */
    private static long footerStart(FileMetaData metadata) {
        return Footers.FILE.bytes() - 8 - Footers.bytes(metadata).length;
    }

    private static ColumnChunk chunk(FileMetaData metadata, int group, int column) {
        return metadata.getRow_groups().get(group).getColumns().get(column);
    }

    private static void assertInput(FileMetaData metadata, String message) {
        assertThatThrownBy(() -> Footers.decode(metadata))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageStartingWith("File /lake/a.parquet has ")
                .hasMessageContaining(message);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
    }
}
