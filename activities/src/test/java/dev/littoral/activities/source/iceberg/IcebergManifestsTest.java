package dev.littoral.activities.source.iceberg;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.concurrent.HeapBounds;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.TableVersion;
import io.airlift.compress.snappy.SnappyCompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.apache.avro.file.Codec;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests of Iceberg: which are read, how they are compressed, and what is said of damaged ones. */
class IcebergManifestsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path temporary;

    private static DataFile file(WrittenTable table, int partition) {
        return DataFiles.builder(table.table().spec())
                .withPath(table.folder() + "/data/%02d.parquet".formatted(partition))
                .withFormat("parquet")
                .withFileSizeInBytes(1000)
                .withRecordCount(10)
                .withPartitionValues(List.of("day-%02d".formatted(partition)))
                .build();
    }

    private WrittenTable twentyDays() throws IOException {
        PartitionSpec spec =
                PartitionSpec.builderFor(WrittenTable.SCHEMA).identity("p").build();
        WrittenTable table = WrittenTable.create(temporary.toRealPath().resolve("t"), 3, spec);
        for (int i = 0; i < 20; i++) {
            table.table().newFastAppend().appendFile(file(table, i)).commit();
        }
        return table;
    }

    private static void deleteRow(WrittenTable table, DataFile file, StructLike partition) throws IOException {
        OutputFileFactory factory = OutputFileFactory.builderFor(table.table(), 1, 1)
                .format(FileFormat.PUFFIN)
                .build();
        BaseDVFileWriter writer = new BaseDVFileWriter(factory, path -> null);
        try (writer) {
            writer.delete(file.location(), 7, table.table().spec(), partition);
        }
        RowDelta delta = table.table().newRowDelta();
        writer.result().deleteFiles().forEach(delta::addDeletes);
        delta.commit();
    }

    @Test
    void deletesOfAnOldFileCostTheManifestsThatMayHaveItsPartition() throws Exception {
        WrittenTable table = twentyDays();
        try (Opened opened = Opened.at(table.folder())) {
            TableVersion before = opened.resolve();
            Map<String, SourceFile> files = opened.files(before);
            DataFile third = file(table, 3);
            deleteRow(table, third, third.partition());
            TableVersion now = opened.table().resolve(before);
            opened.requests();
            assertThat(opened.changed(before, files, now)).contains(opened.files(now));
            Map<String, SourceFile> changed = opened.files(now);
            opened.requests();
            assertThat(opened.table().changes(before, now).orElseThrow().files())
                    .containsExactly(changed.get(third.location()));
            // The manifest of deletes, for what changed and for the line of it, and one of the twenty of data.
            assertThat(opened.requests()).isEqualTo(Map.of("GET", 3));
        }
    }

    @Test
    void deletesAreFoundAlsoWhereTheirPartitionIsAnotherOne() throws Exception {
        WrittenTable table = twentyDays();
        try (Opened opened = Opened.at(table.folder())) {
            TableVersion before = opened.resolve();
            Map<String, SourceFile> files = opened.files(before);
            PartitionData other = new PartitionData(table.table().spec().partitionType());
            other.set(0, "nowhere");
            deleteRow(table, file(table, 3), other);
            TableVersion now = opened.table().resolve(before);
            assertThat(opened.changed(before, files, now)).contains(opened.files(now));
        }
    }

    /** Says a name, and leaves bytes as they are. */
    private static class Uncompressed extends Codec {
        private final String name;

        Uncompressed(String name) {
            this.name = name;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public ByteBuffer compress(ByteBuffer data) {
            return data;
        }

        @Override
        public ByteBuffer decompress(ByteBuffer data) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    /** Compresses by another implementation than ours. */
    private static final class Snappy extends Uncompressed {
        Snappy() {
            super("snappy");
        }

        @Override
        public ByteBuffer compress(ByteBuffer data) {
            byte[] plain = new byte[data.remaining()];
            data.duplicate().get(plain);
            SnappyCompressor compressor = new SnappyCompressor();
            byte[] compressed = new byte[compressor.maxCompressedLength(plain.length)];
            int length = compressor.compress(plain, 0, plain.length, compressed, 0, compressed.length);
            CRC32 checksum = new CRC32();
            checksum.update(plain);
            return ByteBuffer.allocate(length + 4)
                    .put(compressed, 0, length)
                    .putInt((int) checksum.getValue())
                    .flip();
        }
    }

    private static CodecFactory codec(String name) {
        return switch (name) {
            case "zstd" -> CodecFactory.zstandardCodec(3);
            case "gzip" -> CodecFactory.deflateCodec(6);
            case "none" -> CodecFactory.nullCodec();
            default ->
                new CodecFactory() {
                    @Override
                    protected Codec createInstance() {
                        return name.equals("snappy") ? new Snappy() : new Uncompressed(name);
                    }
                };
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"snappy", "zstd", "gzip", "none"})
    void manifestsAreReadWhateverCodecOfIcebergTheyHave(String name) throws Exception {
        WrittenTable table = twentyDays();
        AvroFiles.recode(table, codec(name), entry -> {});
        try (Opened opened = Opened.at(table.folder())) {
            assertThat(opened.files(opened.resolve())).hasSize(20);
        }
    }

    private static void refused(WrittenTable table, byte[] list, String... words) throws Exception {
        Path path = Path.of(table.table().currentSnapshot().manifestListLocation());
        byte[] right = Files.readAllBytes(path);
        Files.write(path, list);
        try (Opened opened = Opened.at(table.folder())) {
            TableVersion version = opened.resolve();
            assertThatThrownBy(() -> opened.files(version))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .hasMessageContainingAll(words)
                    .hasMessageNotContainingAny("ndex", "ot an Avro data file", "null");
        } finally {
            Files.write(path, right);
        }
    }

    @Test
    void whatIsNoListOfManifestsIsSaidInASentence() throws Exception {
        WrittenTable table = twentyDays();
        Path list = Path.of(table.table().currentSnapshot().manifestListLocation());
        byte[] right = Files.readAllBytes(list);
        byte[] manifest = Files.readAllBytes(Path.of(table.table()
                .currentSnapshot()
                .allManifests(table.table().io())
                .getFirst()
                .path()));
        String what = "The list of manifests of snapshot ";
        refused(table, new byte[0], what, "found that it is no Avro file");
        refused(table, "Obj".getBytes(UTF_8), what, "it is no Avro file");
        refused(table, new byte[] {'O', 'b', 'j', 1}, what, "cannot be read");
        refused(table, manifest, what, "cannot be read");
        for (String codec : List.of("bzip2", "xz", "lzo")) {
            refused(
                    table,
                    AvroFiles.recoded(right, codec(codec), entry -> {}),
                    what,
                    "it is compressed by " + codec + ", and gzip, snappy and zstd are known");
        }
    }

    @Test
    void whatAListSaysOfManifestsThatCannotBeIsRefused() throws Exception {
        WrittenTable table = twentyDays();
        byte[] right =
                Files.readAllBytes(Path.of(table.table().currentSnapshot().manifestListLocation()));
        refused(
                table,
                AvroFiles.recoded(right, codec("none"), entry -> entry.put("partition_spec_id", 77)),
                "The list of manifests of snapshot ",
                "found partition spec 77 of manifest ",
                "expected one of the table's, [0]");
        refused(
                table,
                AvroFiles.recoded(
                        right, codec("none"), entry -> entry.put("key_metadata", ByteBuffer.wrap(new byte[] {1}))),
                "Manifest ",
                " is encrypted; expected none that is");
    }

    @ParameterizedTest
    @ValueSource(strings = {"record_count", "file_size_in_bytes"})
    void aFileOfLessThanNothingIsRefused(String field) throws Exception {
        WrittenTable table = twentyDays();
        ManifestFile manifest =
                table.table().currentSnapshot().allManifests(table.table().io()).getFirst();
        Path path = Path.of(manifest.path());
        byte[] wrong = AvroFiles.recoded(
                Files.readAllBytes(path),
                codec("none"),
                entry -> ((GenericRecord) entry.get("data_file")).put(field, -1L));
        Files.write(path, wrong);
        Path list = Path.of(table.table().currentSnapshot().manifestListLocation());
        byte[] listed = AvroFiles.recoded(Files.readAllBytes(list), codec("none"), entry -> {
            if (entry.get("manifest_path").toString().equals(manifest.path())) {
                entry.put("manifest_length", (long) wrong.length);
            }
        });
        refused(table, listed, "Manifest " + path + " cannot be read: found that file ", " rows and ", "-1");
    }

    /** A table of format version 1 whose metadata file names the manifests of its snapshot itself. */
    private WrittenTable withoutLists(List<String> manifests) throws IOException {
        WrittenTable table =
                WrittenTable.create(temporary.toRealPath().resolve("old"), 1, PartitionSpec.unpartitioned());
        for (int i = 0; i < 3; i++) {
            table.table()
                    .newFastAppend()
                    .appendFile(table.file("f" + i + ".parquet", 10, 1000))
                    .commit();
        }
        String newest = Long.toString(table.table().currentSnapshot().snapshotId());
        ObjectNode metadata = (ObjectNode) JSON.readTree(table.metadata().toFile());
        List<String> named = new ArrayList<>(manifests);
        if (named.isEmpty()) {
            table.table().currentSnapshot().allManifests(table.table().io()).forEach(each -> named.add(each.path()));
        }
        ArrayNode kept = JSON.createArrayNode();
        for (JsonNode each : metadata.get("snapshots")) {
            if (each.get("snapshot-id").asText().equals(newest)) {
                ((ObjectNode) each).remove("manifest-list");
                named.forEach(((ObjectNode) each).putArray("manifests")::add);
                kept.add(each);
            }
        }
        metadata.set("snapshots", kept);
        metadata.remove("snapshot-log");
        JSON.writeValue(table.metadata().toFile(), metadata);
        return table;
    }

    @Test
    void manifestsThatNoListHasAreReadOnceAndNotKept() throws Exception {
        WrittenTable table = withoutLists(List.of());
        try (Opened opened = Opened.at(table.folder())) {
            TableVersion version = opened.resolve();
            opened.requests();
            assertThat(opened.files(version)).hasSize(3);
            // The size of each, and each.
            assertThat(opened.requests()).isEqualTo(Map.of("LIST", 3, "GET", 3));
        }
    }

    @Test
    void manifestsThatNoListHasAreBounded() throws Exception {
        int most = HeapBounds.of(50_000, 1_000_000);
        WrittenTable table = withoutLists(Collections.nCopies(most + 1, "m"));
        try (Opened opened = Opened.at(table.folder())) {
            TableVersion version = opened.resolve();
            assertThatThrownBy(() -> opened.files(version))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .hasMessageStartingWith("The list of manifests of snapshot ")
                    .hasMessageContaining(" has more than " + most + " manifests; expected at most as many");
        }
    }
}
