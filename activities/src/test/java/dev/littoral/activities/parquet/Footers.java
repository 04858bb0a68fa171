package dev.littoral.activities.parquet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.littoral.activities.path.SourceFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/** Footers and files made by the format's own library. */
final class Footers {
    static final SourceFile FILE = new SourceFile("/lake/a.parquet", "v1", 1 << 20);

    private Footers() {}

    static SchemaElement group(String name, int children) {
        return new SchemaElement(name).setNum_children(children).setRepetition_type(FieldRepetitionType.OPTIONAL);
    }

    static SchemaElement leaf(String name, Type type) {
        return new SchemaElement(name).setType(type).setRepetition_type(FieldRepetitionType.OPTIONAL);
    }

    /** A root over columns; with groups among them, only those right below the root are counted by {@code children}. */
    static List<SchemaElement> schema(int children, SchemaElement... elements) {
        List<SchemaElement> all = new ArrayList<>();
        all.add(new SchemaElement("root").setNum_children(children));
        all.addAll(Arrays.asList(elements));
        return all;
    }

    /** A flat schema of int64 columns. */
    static List<SchemaElement> columns(int count) {
        return schema(
                count,
                IntStream.range(0, count)
                        .mapToObj(i -> leaf("c" + i, Type.INT64))
                        .toArray(SchemaElement[]::new));
    }

    static ColumnChunk chunk(long values) {
        return new ColumnChunk(0)
                .setMeta_data(new ColumnMetaData(
                        Type.INT64,
                        List.of(Encoding.PLAIN),
                        List.of("c"),
                        CompressionCodec.SNAPPY,
                        values,
                        100,
                        100,
                        4));
    }

    static RowGroup rowGroup(int columns, long rows) {
        return new RowGroup(
                new ArrayList<>(
                        IntStream.range(0, columns).mapToObj(i -> chunk(rows)).toList()),
                100,
                rows);
    }

    static FileMetaData metadata(List<SchemaElement> schema, long... rowGroupRows) {
        int leaves = (int) schema.stream().filter(SchemaElement::isSetType).count();
        return new FileMetaData(
                1,
                schema,
                Arrays.stream(rowGroupRows).sum(),
                new ArrayList<>(Arrays.stream(rowGroupRows)
                        .mapToObj(rows -> rowGroup(leaves, rows))
                        .toList()));
    }

    static byte[] bytes(FileMetaData metadata) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            Util.writeFileMetaData(metadata, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static FileMetaData read(byte[] bytes, int start, int length) throws IOException {
        return Util.readFileMetaData(new ByteArrayInputStream(bytes, start, length));
    }

    static Footer decode(byte[] footer) {
        return FooterDecoder.decode(FILE, footer, 0, footer.length);
    }

    static Footer decode(FileMetaData metadata) {
        return decode(bytes(metadata));
    }

    /** A file of nothing but a footer. */
    static byte[] file(byte[] footer) {
        return file(footer, footer.length, "PAR1", "PAR1");
    }

    static byte[] file(byte[] footer, int length, String startMagic, String endMagic) {
        return ByteBuffer.allocate(footer.length + 12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(startMagic.getBytes(US_ASCII))
                .put(footer)
                .putInt(length)
                .put(endMagic.getBytes(US_ASCII))
                .array();
    }
}
