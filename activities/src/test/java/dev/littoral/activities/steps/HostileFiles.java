package dev.littoral.activities.steps;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
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

/** Broken and hostile files, made by code: by hand, and from sound ones by seeded damage. */
final class HostileFiles {
    private static final int MAGIC = 4;
    private static final int TRAILER = 4 + MAGIC;

    /** Bytes of the data that all column chunks of a file made by hand begin with. */
    private static final int CHUNK = 100;

    private HostileFiles() {}

    /**
     * A file made by hand.
     *
     * @param finding what is said of it, or null when it is served
     * @param rows its rows when it is served
     */
    record Hostile(String name, Supplier<byte[]> content, String finding, long rows) {
        byte[] bytes() {
            return content.get();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Hostile bad(String name, byte[] bytes, String finding) {
        return new Hostile(name, () -> bytes, finding, 0);
    }

    private static Hostile good(String name, byte[] bytes, long rows) {
        return new Hostile(name, () -> bytes, null, rows);
    }

    /** Each structural fault, in a file of its own. */
    static List<Hostile> byHand() {
        byte[] sound = ParquetFiles.of(3_000, 0);
        List<Hostile> files = new ArrayList<>();
        // No Parquet.
        files.add(bad("one-byte", new byte[] {'P'}, "is not a Parquet file: found 1 bytes"));
        files.add(bad("magic-alone", "PAR1".getBytes(US_ASCII), "is not a Parquet file: found 4 bytes"));
        files.add(bad("two-magics", "PAR1PAR1".getBytes(US_ASCII), "is not a Parquet file: found 8 bytes"));
        files.add(bad("text", "id,name\n1,a\n2,b\n".getBytes(US_ASCII), "is not a Parquet file"));
        files.add(
                bad("gzip", new byte[] {31, -117, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0}, "is not a Parquet file"));
        files.add(bad("zeros", new byte[5_000], "is not a Parquet file: found \\x00\\x00\\x00\\x00 at its end"));
        files.add(bad("cut-in-half", Arrays.copyOf(sound, sound.length / 2), "is not a Parquet file"));
        files.add(bad("no-start", with(sound, 0, "XXXX".getBytes(US_ASCII)), "found XXXX at its start"));
        files.add(bad(
                "other-end", with(sound, sound.length - MAGIC, "PAR2".getBytes(US_ASCII)), "found PAR2 at its end"));
        // The footer's length.
        files.add(bad("empty-footer", file(new byte[0]), "has a corrupt footer"));
        for (int length : List.of(-1, Integer.MIN_VALUE, Integer.MAX_VALUE, sound.length, sound.length - 11)) {
            files.add(bad(
                    "footer-of-" + length,
                    with(sound, sound.length - TRAILER, little(length)),
                    "has a wrong footer length: found " + length));
        }
        files.add(bad("footer-of-1", with(sound, sound.length - TRAILER, little(1)), "has a corrupt footer"));
        files.add(bad("zero-footer", file(new byte[100]), "has a corrupt footer: found no version"));
        // Counts that promise much.
        files.add(bad("two-billion-row-groups", file(promise(9, 4)), "has a corrupt footer"));
        files.add(bad("two-billion-columns", file(promise(9, 2)), "has a corrupt footer"));
        files.add(bad("two-gigabytes-of-name", file(promise(8, 6)), "has a corrupt footer"));
        files.add(bad("nested-without-end", file(filled(200_000, (byte) 0x1c)), "has a corrupt footer"));
        files.add(bad("lists-without-end", file(filled(200_000, (byte) 0x19)), "has a corrupt footer"));
        files.add(bad("endless-varint", file(filled(1_000, (byte) 0xff)), "has a corrupt footer"));
        // Numbers that cannot be.
        files.add(bad("negative-rows", file(metadata(flat(1), -5, -5)), "has an impossible number of rows"));
        files.add(bad("negative-row-group", file(metadata(flat(1), 5, 10, -5)), "has an impossible number of rows"));
        files.add(
                bad("most-rows", file(metadata(flat(1), Long.MAX_VALUE, Long.MAX_VALUE)), "has an impossible number"));
        files.add(bad(
                "rows-that-overflow",
                file(metadata(flat(1), 0, Long.MAX_VALUE, Long.MAX_VALUE, 2)),
                "has an impossible number of rows"));
        files.add(
                bad("rows-that-do-not-add-up", file(metadata(flat(1), 9, 5, 5)), "has row groups that do not add up"));
        files.add(bad("rows-without-row-groups", file(metadata(flat(1), 9)), "has row groups that do not add up"));
        FileMetaData outside = metadata(flat(1), 5, 5);
        chunk(outside).setData_page_offset(1L << 40);
        files.add(bad("chunk-beyond-the-end", file(outside), "has a column chunk outside the file's data"));
        FileMetaData before = metadata(flat(1), 5, 5);
        chunk(before).setData_page_offset(-1);
        files.add(bad("chunk-before-the-start", file(before), "has a column chunk outside the file's data"));
        FileMetaData shorter = metadata(flat(1), 5, 5);
        chunk(shorter).setNum_values(4);
        files.add(bad("chunk-too-short", file(shorter), "has a column chunk that is too short"));
        FileMetaData wider = metadata(flat(2), 5, 5);
        wider.getRow_groups().get(0).getColumns().remove(0);
        files.add(bad("chunk-missing", file(wider), "has a row group that does not fit its schema"));
        FileMetaData summary = metadata(flat(2), 10, 5, 5);
        summary.getRow_groups().get(1).getColumns().get(0).setFile_path("a.parquet");
        files.add(bad("rows-of-another-file", file(summary), "has rows that lie in another file"));
        files.add(bad("summary", resource("summary"), "has rows that lie in another file"));
        // As a summary that does not say so.
        int footer = footerLength(sound);
        files.add(bad(
                "footer-alone",
                file(Arrays.copyOfRange(sound, sound.length - TRAILER - footer, sound.length - TRAILER)),
                "has a column chunk outside the file's data"));
        // Schemas that are no trees.
        files.add(bad("no-schema", file(metadata(List.of(), 0)), "has a corrupt footer"));
        for (int children : List.of(-1, Integer.MIN_VALUE, 0, 2, Integer.MAX_VALUE)) {
            List<SchemaElement> schema = flat(1);
            schema.get(0).setNum_children(children);
            files.add(bad("root-of-" + children, file(metadata(schema, 5, 5)), "has a corrupt footer"));
        }
        files.add(bad("too-deep", file(metadata(deep(50_000), 5, 5)), "found schema elements nested deeper than 500"));
        // Encrypted.
        files.add(bad("encrypted", resource("encrypted-footer"), "has an encrypted footer: found PARE"));
        files.add(bad("encrypted-by-duckdb", encrypted(), "has an encrypted footer: found PARE"));
        // Nothing in it.
        files.add(bad("no-rows", resource("zero-rows"), "no rows"));
        files.add(bad("rows-of-nothing", file(metadata(flat(1), 0)), "no rows"));
        files.add(bad("row-groups-of-nothing", file(metadata(flat(1), 0, 0, 0, 0)), "no rows"));
        files.add(bad("no-bytes", new byte[0], "zero bytes"));
        // Odd, and sound.
        FileMetaData own = metadata(flat(1), 5, 5);
        own.getRow_groups().get(0).getColumns().get(0).setFile_path("hostile.parquet");
        files.add(good("its-own-name", file(own), 5));
        files.add(good("no-columns", file(metadata(flat(0), 5, 5)), 5));
        files.add(good("encrypted-column", resource("encrypted-plain-footer"), -1));
        files.add(good("deep", file(metadata(deep(498), 5, 5)), 5));
        files.add(good("wide", file(metadata(flat(5_000), 5, 5)), 5));
        long[] many = new long[20_000];
        Arrays.fill(many, 1);
        files.add(good("many-row-groups", file(metadata(flat(1), many.length, many)), many.length));
        return files;
    }

    /** A file whose footer claims a number of rows, and is otherwise valid. */
    static byte[] claiming(long rows) {
        return file(metadata(flat(1), rows, rows));
    }

    /** Files as other writers make them: schemas, encodings, codecs and row groups of many kinds. */
    static List<byte[]> sound() {
        String all = "SELECT range AS id, mod(range, 3) = 0 AS b, 'v' || mod(range, 7) AS v, range / 3.0 AS d, "
                + "DATE '2026-01-01' + range::INT AS day, range::DECIMAL(18, 3) AS m, NULL::INT AS nothing, "
                + "uuid() AS u, ('b' || range)::BLOB AS bytes FROM range(%d)";
        String nested = "SELECT range AS id, {'lat': range, 'at': {'x': 'a', 'y': [range]}} AS geo, "
                + "[{'k': range, 'v': ['s']}] AS list, MAP {'a': range} AS m FROM range(%d)";
        String wide = "SELECT "
                + String.join(
                        ", ",
                        IntStream.range(0, 120)
                                .mapToObj(i -> "range + " + i + " AS c" + i)
                                .toList())
                + " FROM range(%d)";
        return List.of(
                ParquetFiles.of(all.formatted(9_000)),
                ParquetFiles.of(all.formatted(10), "COMPRESSION gzip, PARQUET_VERSION v2"),
                ParquetFiles.of(nested.formatted(5_000), "COMPRESSION zstd, ROW_GROUP_SIZE 2048"),
                ParquetFiles.of(nested.formatted(3), "COMPRESSION uncompressed, KV_METADATA {a: 'b', c: 'd'}"),
                ParquetFiles.of(wide.formatted(100)),
                ParquetFiles.of("SELECT range AS \"é 漢 '\" FROM range(40000)"),
                resource("nested"),
                resource("types"),
                resource("empty-row-groups"),
                resource("encrypted-plain-footer"),
                resource("zero-columns"));
    }

    /**
     * A sound file with some of its last bytes, from the footer's start on, changed, lost, moved, doubled or exchanged.
     */
    static byte[] damaged(List<byte[]> sound, long seed) {
        Random random = new Random(seed);
        byte[] file = sound.get(random.nextInt(sound.size())).clone();
        int end = file.length;
        int footer = Math.max(0, end - TRAILER - footerLength(file));
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    int at = footer + random.nextInt(end - footer);
                    file[at] =
                            (byte) (random.nextBoolean() ? random.nextInt(256) : file[at] ^ (1 << random.nextInt(8)));
                }
            }
            case 3 -> file = Arrays.copyOf(file, end - 1 - random.nextInt(end - footer));
            case 4 -> {
                // Lost bytes, with a length that still fits.
                int from = footer + random.nextInt(end - TRAILER - footer);
                int lost = 1 + random.nextInt(Math.min(64, end - TRAILER - from));
                file = withFooter(
                        file,
                        footer,
                        join(
                                Arrays.copyOfRange(file, footer, from),
                                Arrays.copyOfRange(file, from + lost, end - TRAILER)));
            }
            case 5 -> {
                int from = footer + random.nextInt(end - TRAILER - footer);
                int to = from + random.nextInt(Math.min(64, end - TRAILER - from));
                file = withFooter(
                        file,
                        footer,
                        join(Arrays.copyOfRange(file, footer, to), Arrays.copyOfRange(file, from, end - TRAILER)));
            }
            case 6 -> {
                byte[] other = sound.get(random.nextInt(sound.size()));
                int length = footerLength(other);
                file = withFooter(
                        file,
                        footer,
                        Arrays.copyOfRange(other, other.length - TRAILER - length, other.length - TRAILER));
            }
            default -> {
                int from = footer + random.nextInt(end - footer);
                byte with = (byte) (random.nextBoolean() ? 0 : 0xff);
                Arrays.fill(file, from, Math.min(end, from + 1 + random.nextInt(16)), with);
            }
        }
        return file;
    }

    /** The footer as the format's own library reads it, or null when it does not. */
    static FileMetaData byLibrary(byte[] file) {
        int length = file.length < MAGIC + TRAILER ? -1 : footerLength(file);
        if (length < 0 || length > file.length - MAGIC - TRAILER) {
            return null;
        }
        try (InputStream in = new java.io.ByteArrayInputStream(file, file.length - TRAILER - length, length)) {
            return Util.readFileMetaData(in);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            return null;
        }
    }

    private static int footerLength(byte[] file) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - TRAILER);
    }

    private static byte[] withFooter(byte[] file, int at, byte[] footer) {
        return join(Arrays.copyOf(file, at), footer, little(footer.length), "PAR1".getBytes(US_ASCII));
    }

    private static byte[] file(byte[] footer) {
        return file(new byte[0], footer);
    }

    private static byte[] file(byte[] data, byte[] footer) {
        byte[] magic = "PAR1".getBytes(US_ASCII);
        return join(magic, data, footer, little(footer.length), magic);
    }

    private static byte[] file(FileMetaData metadata) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            Util.writeFileMetaData(metadata, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file(new byte[CHUNK], out.toByteArray());
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] little(int number) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }

    private static byte[] with(byte[] file, int at, byte[] bytes) {
        byte[] changed = file.clone();
        System.arraycopy(bytes, 0, changed, at, bytes.length);
        return changed;
    }

    private static byte[] filled(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }

    /** A footer whose first field says that about two billion of something follow. */
    private static byte[] promise(int type, int id) {
        byte[] header = {(byte) (id << 4 | type)};
        byte[] count = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07};
        // A list says its elements' type before its long count.
        return type == 9 ? join(header, new byte[] {(byte) 0xfc}, count) : join(header, count);
    }

    private static List<SchemaElement> flat(int columns) {
        List<SchemaElement> schema = new ArrayList<>();
        schema.add(new SchemaElement("root").setNum_children(columns));
        for (int i = 0; i < columns; i++) {
            schema.add(column("c" + i));
        }
        return schema;
    }

    private static List<SchemaElement> deep(int levels) {
        List<SchemaElement> schema = new ArrayList<>();
        schema.add(new SchemaElement("root").setNum_children(1));
        for (int i = 0; i < levels; i++) {
            schema.add(new SchemaElement("g").setNum_children(1).setRepetition_type(FieldRepetitionType.OPTIONAL));
        }
        schema.add(column("c"));
        return schema;
    }

    private static SchemaElement column(String name) {
        return new SchemaElement(name).setType(Type.INT64).setRepetition_type(FieldRepetitionType.OPTIONAL);
    }

    private static FileMetaData metadata(List<SchemaElement> schema, long rows, long... rowGroupRows) {
        int leaves = (int) schema.stream().filter(SchemaElement::isSetType).count();
        List<RowGroup> groups = new ArrayList<>();
        for (long groupRows : rowGroupRows) {
            List<ColumnChunk> chunks = new ArrayList<>();
            for (int i = 0; i < leaves; i++) {
                chunks.add(new ColumnChunk(0)
                        .setMeta_data(new ColumnMetaData(
                                Type.INT64,
                                List.of(Encoding.PLAIN),
                                List.of("c"),
                                CompressionCodec.SNAPPY,
                                groupRows,
                                CHUNK,
                                CHUNK,
                                MAGIC)));
            }
            groups.add(new RowGroup(chunks, CHUNK, groupRows));
        }
        return new FileMetaData(1, schema, rows, groups);
    }

    private static ColumnMetaData chunk(FileMetaData metadata) {
        return metadata.getRow_groups().get(0).getColumns().get(0).getMeta_data();
    }

    private static byte[] resource(String name) {
        try (InputStream in = HostileFiles.class.getResourceAsStream("/parquet/" + name + ".parquet")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] encrypted() {
        return ParquetFiles.write(
                "SELECT 1 AS id",
                "ENCRYPTION_CONFIG {footer_key: 'key'}",
                // Its cipher is weak without an extension; that does not matter here.
                "SET force_mbedtls_unsafe = 'true'",
                "PRAGMA add_parquet_key('key', '0123456789112345')");
    }
}
