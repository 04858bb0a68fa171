package dev.littoral.activities.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.source.RequiredColumns;
import dev.littoral.workflows.model.RequiredColumn;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.Test;

class RequiredColumnsTest {
    private final Footer footer = Footers.decode(Footers.metadata(Footers.schema(
            3,
            Footers.leaf("id", Type.INT64),
            Footers.group("address", 2),
            Footers.leaf("city", Type.BYTE_ARRAY).setConverted_type(ConvertedType.UTF8),
            Footers.leaf("zip", Type.INT32),
            Footers.leaf("Name", Type.BYTE_ARRAY))));

    @Test
    void columnsThatAreThereAreNoFinding() {
        assertThat(finding()).isEmpty();
        assertThat(finding(
                        new RequiredColumn("id", "int64"),
                        new RequiredColumn("address.city", "string"),
                        new RequiredColumn("address", "struct"),
                        new RequiredColumn("Name", null)))
                .isEmpty();
    }

    @Test
    void anotherTypeIsFound() {
        assertThat(finding(new RequiredColumn("id", "int64"), new RequiredColumn("address.zip", "string")))
                .contains("File /lake/a.parquet has column address.zip of another type: found int32, expected string");
    }

    @Test
    void aMissingColumnIsFoundWithThoseThatAreThereLikelyOnesFirst() {
        assertThat(finding(new RequiredColumn("name", "string")))
                .contains("File /lake/a.parquet lacks column name: found columns Name, id, address,"
                        + " expected name of type string");
    }

    @Test
    void aMissingNestedColumnIsFoundWithThoseBesideIt() {
        assertThat(finding(new RequiredColumn("address.ZIP", null)))
                .contains("File /lake/a.parquet lacks column address.ZIP: found columns address.zip, address.city,"
                        + " expected address.ZIP");
        assertThat(finding(new RequiredColumn("id.x.y", null)))
                .contains(
                        "File /lake/a.parquet lacks column id.x.y: found id without columns below it, expected id.x.y");
        assertThat(finding(new RequiredColumn("Address.city", null)))
                .contains("File /lake/a.parquet lacks column Address.city: found columns address, id, Name,"
                        + " expected Address.city");
    }

    @Test
    void ofManyColumnsTwentyAreNamed() {
        Footer wide = Footers.decode(Footers.metadata(Footers.columns(1000)));
        assertThat(RequiredColumns.finding(
                        "File " + Footers.FILE.path(), wide.schema(), List.of(new RequiredColumn("C999", null))))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains("found columns c999, c0, c1,")
                        .contains(", c18 and 980 more, expected"));
    }

    @Test
    void aFileWithoutColumnsSaysSo() {
        Footer empty = Footers.decode(Footers.metadata(Footers.columns(0)));
        assertThat(RequiredColumns.finding(
                        "File " + Footers.FILE.path(), empty.schema(), List.of(new RequiredColumn("a", null))))
                .contains("File /lake/a.parquet lacks column a: found no columns, expected a");
    }

    @Test
    void namesOfAFileDoNotFloodTheMessage() {
        Footer hostile =
                Footers.decode(Footers.metadata(Footers.schema(1, Footers.leaf("a\r\nb".repeat(100_000), Type.INT32))));
        assertThat(RequiredColumns.finding(
                        "File " + Footers.FILE.path(), hostile.schema(), List.of(new RequiredColumn("a", null))))
                .hasValueSatisfying(
                        text -> assertThat(text).hasSizeLessThan(300).doesNotContain("\n"));
    }

    private Optional<String> finding(RequiredColumn... columns) {
        return RequiredColumns.finding("File " + Footers.FILE.path(), footer.schema(), List.of(columns));
    }
}
