package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.TableVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.iceberg.PartitionSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables whose metadata says what is not so, by accident or on purpose. {@code -Dlittoral.hostile.tables=1500} damages
 * more of them.
 */
class HostileTablesTest {
    private static final int TRIES = Integer.getInteger("littoral.hostile.tables", 500);

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
        ByteArrayOutputStream avro = new ByteArrayOutputStream();
        avro.writeBytes(new byte[] {'O', 'b', 'j', 1});
        varint(avro, 2);
        for (String part : List.of("avro.schema", schema, "avro.codec", "null")) {
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
}
