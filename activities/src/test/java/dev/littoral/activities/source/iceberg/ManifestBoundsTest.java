package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.TableVersion;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.expressions.Literal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much of the files that manifests name is held in memory at once. */
class ManifestBoundsTest {
    private static final int PATH = MetadataColumns.DELETE_FILE_PATH.fieldId();

    @TempDir
    private Path temporary;

    private WrittenTable table;

    @BeforeEach
    void create() throws Exception {
        PartitionSpec spec =
                PartitionSpec.builderFor(WrittenTable.SCHEMA).identity("p").build();
        table = WrittenTable.create(temporary.toRealPath().resolve("t"), 2, spec);
    }

    private DataFile file(String name, String partition) {
        return DataFiles.builder(table.table().spec())
                .withPath(table.folder() + "/data/" + name)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(1000)
                .withRecordCount(10)
                .withPartitionValues(List.of(partition))
                .build();
    }

    private void append(DataFile... files) {
        AppendFiles append = table.table().newFastAppend();
        for (DataFile each : files) {
            append.appendFile(each);
        }
        append.commit();
    }

    private DeleteFile positions(String name, String from, String to) {
        Map<Integer, ByteBuffer> lower = Map.of(PATH, Literal.of(from).toByteBuffer());
        Map<Integer, ByteBuffer> upper = Map.of(PATH, Literal.of(to).toByteBuffer());
        return FileMetadata.deleteFileBuilder(table.table().spec())
                .ofPositionDeletes()
                .withPath(table.folder() + "/data/" + name)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(1000)
                .withMetrics(new Metrics(1L, null, null, null, null, lower, upper))
                .withPartitionPath("p=p")
                .build();
    }

    private static List<ManifestFile> manifests(Opened opened, TableVersion version, ManifestContent content)
            throws Exception {
        IcebergMetadata state = opened.metadata(version);
        return IcebergTable.of(new Manifests(opened.storage(), state).of(state.snapshot(version)), content);
    }

    @Test
    void whatIsKeptOfAFileIsItsPathItsPartitionAndItsBounds() {
        long path = (table.folder() + "/data/").length();
        assertThat(TextWeight.of(file("four", "p"))).isEqualTo(path + 4 + 1);
        assertThat(TextWeight.of(file("four", "partition"))).isEqualTo(path + 4 + 9);
        assertThat(TextWeight.ofNames(positions("five5", "aa", "bbb"))).isEqualTo(path + 5 + 1);
        assertThat(TextWeight.of(positions("five5", "aa", "bbb"))).isEqualTo(path + 5 + 1 + 2 * 64 + 2 + 3);
        DeleteFile named = FileMetadata.deleteFileBuilder(table.table().spec())
                .copy(positions("five5", "aa", "bbb"))
                .withReferencedDataFile("referenced")
                .build();
        assertThat(TextWeight.ofNames(named)).isEqualTo(path + 5 + 1 + 10);
    }

    @Test
    void aBatchEndsWhereItsPathsTakeTooMuch() throws Exception {
        DataFile[] files = new DataFile[700];
        for (int i = 0; i < files.length; i++) {
            files[i] = file("%04d".formatted(i) + "x".repeat(7000), "p");
        }
        append(files);
        try (Opened opened = Opened.at(table.folder())) {
            TableVersion version = opened.resolve();
            List<Integer> batches = new ArrayList<>();
            new Manifests(opened.storage(), opened.metadata(version))
                    .data(manifests(opened, version, ManifestContent.DATA), (manifest, batch) -> {
                        batches.add(batch.size());
                        return true;
                    });
            assertThat(batches.stream().mapToInt(Integer::intValue).sum()).isEqualTo(files.length);
            assertThat(Collections.max(batches)).isBetween(200, (2 << 20) / 7000 + 1);
        }
    }

    @Test
    void deleteFilesOfMoreThanMemoryHasRoomForAreRefused() throws Exception {
        append(file("a", "p"));
        RowDelta delta = table.table().newRowDelta();
        delta.addDeletes(positions("d1", "aa", "bbb")).addDeletes(positions("d2", "aa", "bbb"));
        delta.commit();
        long path = (table.folder() + "/data/d1").length();
        long taken = 2 * (250 + 2 * (path + 1) + 2 + 3);
        try (Opened opened = Opened.at(table.folder())) {
            TableVersion version = opened.resolve();
            IcebergMetadata state = opened.metadata(version);
            Manifests manifests = new Manifests(opened.storage(), state);
            List<ManifestFile> deletes = manifests(opened, version, ManifestContent.DELETES);
            assertThat(DeleteIndex.read(opened.storage(), state, manifests, deletes, 0, taken)
                            .concernsUnnamed())
                    .isTrue();
            assertThatThrownBy(() -> DeleteIndex.read(opened.storage(), state, manifests, deletes, 0, taken - 1))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .hasMessageContainingAll(
                            "has delete files that take more than " + (taken - 1) + " bytes of memory; expected fewer",
                            "compact them");
        }
    }

    @Test
    void whatDiffersByMoreThanMemoryHasRoomForIsNotCompared() throws Exception {
        append(file("a", "p"));
        TableVersion from;
        try (Opened opened = Opened.at(table.folder())) {
            from = opened.resolve();
        }
        // The manifests of what stays are most of all.
        DataFile[] two = {file("b1", "p"), file("b2", "p")};
        append(two);
        long taken = 2 * TextWeight.of(two[0]);
        try (Opened opened = Opened.at(table.folder())) {
            TableVersion to = opened.resolve();
            IcebergMetadata state = opened.metadata(to);
            assertThat(new ManifestChanges(opened.storage(), state, 2, taken)
                            .between(from, to)
                            .orElseThrow()
                            .files())
                    .hasSize(2);
            assertThat(new ManifestChanges(opened.storage(), state, 2, taken - 1).between(from, to))
                    .isEmpty();
            assertThat(new ManifestChanges(opened.storage(), state, 1, taken).between(from, to))
                    .isEmpty();
        }
    }
}
