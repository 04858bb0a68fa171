package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.source.iceberg.WrittenTable;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.TableSpec;
import java.nio.file.Path;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates from an Iceberg table, whose data files are not even there. */
class IcebergUpdateTest {
    private static final long TARGET = 1_000;

    @TempDir
    private Path temporary;

    private WrittenTable table;
    private Pipeline pipeline;

    private Update update() throws InterruptedException {
        ExternalSource source =
                new ExternalSource("file://" + table.folder() + "/", TableSpec.newest(TableSpec.ICEBERG));
        return pipeline.update(source, PipelineTest.options(TARGET));
    }

    private DataFile append(String name) {
        DataFile file = table.file(name, 100, 10_000);
        table.table().newFastAppend().appendFile(file).commit();
        return file;
    }

    private List<String> files() throws InterruptedException {
        return CatalogReader.on(pipeline.store)
                .snapshot("c")
                .files()
                .map(FileEntry::path)
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .toList();
    }

    @Test
    void snapshotsAreServedOneAfterTheOtherWithTheirDeletedRows() throws Exception {
        table = WrittenTable.create(temporary.toRealPath().resolve("t"), 3, PartitionSpec.unpartitioned());
        try (Pipeline created =
                new Pipeline(new MemoryCatalogStore(), PipelineTest.local(FormatRegistry.formats()), 10)) {
            pipeline = created;
            DataFile first = append("a.parquet");
            DataFile second = append("b.parquet");
            Update began = update();
            assertThat(began.head().totals().rows()).isEqualTo(200);
            assertThat(began.head().table().words())
                    .startsWith("Iceberg snapshot "
                            + table.table().currentSnapshot().snapshotId());
            assertThat(update().committed()).isFalse();

            table.deleteRows(first, 0, 1, 2, 50, 99);
            Update deleted = update();
            assertThat(List.of(deleted.head().totals().rows(), deleted.deletedRows(), deleted.newRows()))
                    .isEqualTo(List.of(195L, 5L, 0L));

            append("c.parquet");
            Update grown = update();
            assertThat(List.of(grown.head().totals().rows(), grown.addedRows())).isEqualTo(List.of(295L, 100L));

            long before = table.table().currentSnapshot().snapshotId();
            table.table()
                    .newRewrite()
                    .validateFromSnapshot(before)
                    .deleteFile(second)
                    .addFile(table.file("d.parquet", 100, 10_000))
                    .commit();
            assertThat(update().head().totals().rows()).isEqualTo(295);
            assertThat(files()).containsExactlyInAnyOrder("a.parquet", "c.parquet", "d.parquet");

            table.table().manageSnapshots().rollbackTo(before).commit();
            assertThat(update().head().totals().rows()).isEqualTo(295);
            assertThat(files()).containsExactlyInAnyOrder("a.parquet", "b.parquet", "c.parquet");

            assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
            assertThat(Verified.withSource(pipeline.store, PipelineTest.local(FormatRegistry.formats()))
                            .lines())
                    .allMatch(line -> line.contains("_littoral/store.json"));
        }
    }

    @Test
    void aRollbackOfDeletedRowsBringsThemBack() throws Exception {
        table = WrittenTable.create(temporary.toRealPath().resolve("t"), 3, PartitionSpec.unpartitioned());
        try (Pipeline created =
                new Pipeline(new MemoryCatalogStore(), PipelineTest.local(FormatRegistry.formats()), 10)) {
            pipeline = created;
            DataFile file = append("a.parquet");
            long whole = table.table().currentSnapshot().snapshotId();
            table.deleteRows(file, 3, 4);
            assertThat(update().head().totals().rows()).isEqualTo(98);

            table.table().manageSnapshots().rollbackTo(whole).commit();

            assertThat(update().head().totals().rows()).isEqualTo(100);
            assertThat(files()).containsExactly("a.parquet");
            assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
        }
    }
}
