package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.TableVersion;
import io.airlift.compress.snappy.SnappyCompressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables whose metadata says what is not so, by accident or on purpose. {@code -Dlittoral.hostile.tables=1500} damages
 * more of them.
 */
class HostileTablesTest {
    private static final int TRIES = Integer.getInteger("littoral.hostile.tables", 500);

    private static final String LIST = "{\"type\":\"record\",\"name\":\"manifest_file\",\"fields\":["
            + "{\"name\":\"manifest_path\",\"type\":\"string\",\"field-id\":500},"
            + "{\"name\":\"manifest_length\",\"type\":\"long\",\"field-id\":501},"
            + "{\"name\":\"partition_spec_id\",\"type\":\"int\",\"field-id\":502},"
            + "{\"name\":\"added_snapshot_id\",\"type\":\"long\",\"field-id\":503}]}";

    @TempDir
    private Path temporary;

    private WrittenTable written() throws Exception {
        WrittenTable written =
                WrittenTable.create(temporary.toRealPath().resolve("t"), 3, PartitionSpec.unpartitioned());
        for (int i = 0; i < 3; i++) {
            var file = written.file("f" + i + ".parquet", 100, 1000);
            written.table().newFastAppend().appendFile(file).commit();
            int step = 3 + i;
            written.deleteRows(
                    file, LongStream.range(0, 13).map(row -> row * step).toArray());
        }
        return written;
    }

    /** Reads everything; what is wrong may only be said in the ways that are agreed on. */
    private static void read(Path folder, TableVersion before) throws InterruptedException {
        try (Opened opened = Opened.at(folder)) {
            TableVersion version = opened.resolve();
            opened.table().schema(version);
            opened.table().changes(before, version);
            Map<String, SourceFile> files = opened.files(version);
            for (SourceFile file : files.values()) {
                if (file.deletesVersion() != null) {
                    opened.table().deletedRows(version, file);
                }
            }
        } catch (LittoralException e) {
            assertThat(e.type()).as(e.getMessage()).isEqualTo(FailureType.INPUT);
        } catch (FileChangedException | IOException e) {
            assertThat(e.getMessage()).isNotEmpty();
        } catch (IllegalStateException e) {
            assertThat(e.getMessage()).startsWith("twice: ");
        }
    }

    @Test
    void damagedBytesAreRefusedInASentence() throws Exception {
        WrittenTable written = written();
        TableVersion first;
        try (Opened opened = Opened.at(written.folder())) {
            first = opened.resolve();
        }
        written.table()
                .newFastAppend()
                .appendFile(written.file("last.parquet", 7, 70))
                .commit();
        String newest = written.metadata().getFileName().toString();
        List<Path> objects;
        try (Stream<Path> all = Files.walk(written.folder())) {
            objects = all.filter(Files::isRegularFile)
                    .filter(path -> !path.toString().endsWith(".json") || path.endsWith(newest))
                    .sorted()
                    .toList();
        }
        Random random = new Random(17);
        for (int i = 0; i < TRIES; i++) {
            Path object = objects.get(random.nextInt(objects.size()));
            byte[] right = Files.readAllBytes(object);
            byte[] wrong = damaged(right, random);
            Files.write(object, wrong);
            try {
                read(written.folder(), first);
            } catch (Throwable e) {
                throw new AssertionError("try " + i + " with " + object, e);
            }
            Files.write(object, right);
        }
    }

    private static byte[] damaged(byte[] right, Random random) {
        byte[] wrong = random.nextInt(5) == 0 ? Arrays.copyOf(right, random.nextInt(right.length + 20)) : right.clone();
        for (int i = random.nextInt(4); i >= 0 && wrong.length > 0; i--) {
            int at = random.nextInt(wrong.length);
            wrong[at] = switch (random.nextInt(3)) {
                case 0 -> (byte) random.nextInt(256);
                case 1 -> (byte) (wrong[at] ^ (1 << random.nextInt(8)));
                default -> (byte) 0xff;
            };
        }
        return wrong;
    }

    private static void varint(ByteArrayOutputStream to, long value) {
        long left = (value << 1) ^ (value >> 63);
        while ((left & ~0x7fL) != 0) {
            to.write((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        to.write((int) left);
    }

    private static ByteArrayOutputStream avroHeader(String schema) {
        return avroHeader(schema, "null");
    }

    private static ByteArrayOutputStream avroHeader(String schema, String codec) {
        ByteArrayOutputStream avro = new ByteArrayOutputStream();
        avro.writeBytes(new byte[] {'O', 'b', 'j', 1});
        varint(avro, 2);
        for (String part : List.of("avro.schema", schema, "avro.codec", codec)) {
            varint(avro, part.length());
            avro.writeBytes(part.getBytes(StandardCharsets.UTF_8));
        }
        varint(avro, 0);
        avro.writeBytes(new byte[16]);
        return avro;
    }

    private void refusesList(byte[] list, String words) throws Exception {
        WrittenTable written = WrittenTable.create(
                temporary.toRealPath().resolve("t" + words.hashCode()), 2, PartitionSpec.unpartitioned());
        written.table()
                .newFastAppend()
                .appendFile(written.file("a.parquet", 1, 1))
                .commit();
        Files.write(Path.of(written.table().currentSnapshot().manifestListLocation()), list);
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion version = opened.resolve();
            assertThatThrownBy(() -> opened.files(version))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageContainingAll("The list of manifests of snapshot", words);
        }
    }

    @Test
    void hugeClaimsAreRefusedBeforeAnythingIsAllocated() throws Exception {
        String list = "{\"type\":\"record\",\"name\":\"manifest_file\",\"fields\":["
                + "{\"name\":\"manifest_path\",\"type\":\"string\",\"field-id\":500},"
                + "{\"name\":\"manifest_length\",\"type\":\"long\",\"field-id\":501}]}";

        ByteArrayOutputStream block = avroHeader(list);
        varint(block, 1);
        varint(block, Integer.MAX_VALUE);
        refusesList(block.toByteArray(), "a block in it has 2147483647 bytes");

        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(new byte[] {'O', 'b', 'j', 1});
        varint(header, 1);
        varint(header, Integer.MAX_VALUE - 100);
        refusesList(header.toByteArray(), "its header has a part of 2147483547 bytes");

        ByteArrayOutputStream datum = new ByteArrayOutputStream();
        varint(datum, Integer.MAX_VALUE - 100);
        ByteArrayOutputStream string = avroHeader(list);
        varint(string, 1);
        varint(string, datum.size());
        string.writeBytes(datum.toByteArray());
        string.writeBytes(new byte[16]);
        refusesList(string.toByteArray(), "cannot be read");

        refusesList("no Avro at all".getBytes(StandardCharsets.UTF_8), "it is no Avro file");
    }

    /** Blocks of equal entries in a list of manifests. */
    private static byte[] list(int blocks, int entries, String path) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (int i = 0; i < entries; i++) {
            varint(plain, path.length());
            plain.writeBytes(path.getBytes(StandardCharsets.UTF_8));
            varint(plain, 100);
            varint(plain, 0);
            varint(plain, 1);
        }
        return list("deflate", blocks, entries, deflated(plain.toByteArray()));
    }

    private static byte[] list(String codec, int blocks, int entries, byte[] block) {
        ByteArrayOutputStream list = avroHeader(LIST, codec);
        for (int i = 0; i < blocks; i++) {
            varint(list, entries);
            varint(list, block.length);
            list.writeBytes(block);
            list.writeBytes(new byte[16]);
        }
        return list.toByteArray();
    }

    private static byte[] deflated(byte[] plain) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(plain);
        deflater.finish();
        byte[] block = new byte[plain.length + 100];
        int length = deflater.deflate(block);
        deflater.end();
        return Arrays.copyOf(block, length);
    }

    @Test
    void aListOfMoreManifestsThanMemoryHasRoomForIsRefusedHoweverSmallItIs() throws Exception {
        byte[] list = list(11, 100_000, "a");
        assertThat(list.length).isLessThan(50_000);
        refusesList(list, " manifests; expected at most as many, as they fill memory: rewrite the manifests");
    }

    @Test
    void aListIsCountedByItsEntriesAndByWhatTheirPathsTake() throws Exception {
        InMemoryFileIO io = new InMemoryFileIO();
        io.addFile("l", list(2, 50, "m".repeat(20)));
        assertThat(ManifestList.read("A list", io, "l", 100, 2000)).hasSize(100);
        assertThatThrownBy(() -> ManifestList.read("A list", io, "l", 99, 2000))
                .isInstanceOf(LittoralException.class)
                .hasMessage("A list has more than 99 manifests; expected at most as many, as they fill memory: rewrite"
                        + " the manifests of the table, or give the worker more heap");
        assertThatThrownBy(() -> ManifestList.read("A list", io, "l", 100, 1999))
                .isInstanceOf(LittoralException.class)
                .hasMessageStartingWith(
                        "A list has more than 1999 bytes in paths of manifests and bounds of partitions;");
    }

    @Test
    void aManifestsPathThatNoStoreHasIsRefused() throws Exception {
        refusesList(list(1, 1, "m".repeat(8193)), "a path in it has 8193 characters, with at most 8192 allowed");
        refusesList(list(1, 1, "m".repeat(1 << 20)), "cannot be read: found that");
    }

    /** Of as many zeros, which are entries without a path. */
    private static byte[] snappy(int bytes) {
        byte[] plain = new byte[bytes];
        SnappyCompressor compressor = new SnappyCompressor();
        byte[] block = new byte[compressor.maxCompressedLength(bytes) + Integer.BYTES];
        int length = compressor.compress(plain, 0, bytes, block, 0, block.length);
        CRC32 checksum = new CRC32();
        checksum.update(plain);
        ByteBuffer.wrap(block).putInt(length, (int) checksum.getValue());
        return Arrays.copyOf(block, length + Integer.BYTES);
    }

    @Test
    void aBlockIsDecompressedNoFurtherThanMemoryHasRoomFor() throws Exception {
        int most = AvroLimits.PLAIN_BYTES;
        assertThat(most).isBetween(16 << 20, 64 << 20);
        // What is decompressed has more in it than the one entry.
        refusesList(list("snappy", 1, 1, snappy(most)), "Block read partially");
        refusesList(list("snappy", 1, 1, snappy(most + 1)), "bytes, of at most " + most);
    }

    /** The other codecs are the library's. Tests write before they read, so here it was loaded before it was told. */
    @Test
    void theLibraryIsToldHowMuchItMayDecompress() throws Exception {
        try (Opened opened = Opened.at(written().folder())) {
            opened.resolve();
            assertThat(System.getProperty("org.apache.avro.limits.decompress.maxLength"))
                    .isEqualTo(Integer.toString(AvroLimits.PLAIN_BYTES));
        }
    }

    /** What is said of a table with a data file of such a name. */
    private void refusesFile(String name, String words) throws Exception {
        WrittenTable written = WrittenTable.create(
                temporary.toRealPath().resolve("f" + name.length()), 2, PartitionSpec.unpartitioned());
        written.table()
                .newFastAppend()
                .appendFile(written.file("a.parquet", 1, 1))
                .commit();
        // The library makes no such text once it has been told of limits.
        AvroFiles.recode(
                written,
                CodecFactory.nullCodec(),
                entry -> ((GenericRecord) entry.get("data_file")).put("file_path", name));
        try (Opened opened = Opened.at(written.folder())) {
            TableVersion version = opened.resolve();
            assertThatThrownBy(() -> opened.files(version))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .hasMessageContainingAll("Manifest ", words)
                    .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
        }
    }

    @Test
    void aDataFilesPathThatNoStoreHasIsRefusedBeforeItIsKept() throws Exception {
        refusesFile("a".repeat(10_000), " characters, with at most 8192 allowed");
        refusesFile("a".repeat(1 << 20), "cannot be read: found that");
    }

    @Test
    void metadataOfMillionsOfValuesThatNobodyAsksForTakesNoMemory() throws Exception {
        WrittenTable written = written();
        String right = Files.readString(written.metadata());
        StringBuilder wrong = new StringBuilder(right.substring(0, right.lastIndexOf('}')));
        wrong.append(",\"x\":[{}").append(",{}".repeat(2_000_000)).append("]}");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(wrong.toString().getBytes(StandardCharsets.UTF_8));
        }
        Path small = written.folder().resolve("metadata/v99.gz.metadata.json");
        Files.write(small, bytes.toByteArray());
        try (Opened opened = Opened.at(written.folder())) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            TableVersion version = opened.resolve();
            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(version.metadata()).endsWith("v99.gz.metadata.json");
            // A tree of them has 170 MB.
            assertThat(taken).isLessThan(50_000_000);
        }
    }

    @Test
    void namesThatManyColumnsAreInAreRefusedBeforeTheyAreJoined() throws Exception {
        WrittenTable written = written();
        ObjectMapper json = new ObjectMapper();
        ObjectNode table = (ObjectNode) json.readTree(written.metadata().toFile());
        ArrayNode fields = (ArrayNode) table.get("schemas").get(0).get("fields");
        int id = 100;
        for (int depth = 0; depth < 20; depth++) {
            ObjectNode field = fields.addObject().put("id", id++).put("name", "s".repeat(8000));
            fields = field.put("required", false)
                    .putObject("type")
                    .put("type", "struct")
                    .putArray("fields");
        }
        for (int column = 0; column < 1000; column++) {
            fields.addObject()
                    .put("id", id++)
                    .put("name", "c" + column)
                    .put("required", false)
                    .put("type", "int");
        }
        table.put("last-column-id", id);
        ((ArrayNode) table.get("partition-specs").get(0).get("fields"))
                .addObject()
                .put("source-id", 1)
                .put("field-id", 1000)
                .put("transform", "identity")
                .put("name", "id");
        json.writeValue(written.folder().resolve("metadata/v99.metadata.json").toFile(), table);
        try (Opened opened = Opened.at(written.folder())) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThatThrownBy(opened::resolve)
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .hasMessageContaining("v99.metadata.json has more than ")
                    .hasMessageContaining(" characters in the full names of its columns");
            // Joined they have 160 MB.
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(50_000_000);
        }
    }
}
