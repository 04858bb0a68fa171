package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.source.delta.DeltaFolder;
import dev.littoral.activities.source.delta.Vectors;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.TableSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Updates from a Delta table, whose data files are not even there. */
class DeltaUpdateTest {
    private static final long TARGET = 1_000;

    @TempDir
    private Path temporary;

    private DeltaFolder delta;
    private Pipeline pipeline;

    private Update update() throws InterruptedException {
        ExternalSource source = new ExternalSource("file://" + delta.folder() + "/", TableSpec.newest(TableSpec.DELTA));
        return pipeline.update(source, PipelineTest.options(TARGET));
    }

    /** The file stays as it is: its path, its size and its time, while its statistics are corrected. */
    @ParameterizedTest
    @CsvSource({"2000,false", "0,false", "40,false", "2000,true", "0,true", "40,true"})
    void aFileWhoseStatisticsAreCorrectedIsReadAnew(long wrong, boolean whole) throws Exception {
        delta = new DeltaFolder(temporary.toRealPath().resolve("t"));
        byte[] rows = ParquetFiles.of(100, 0);
        Files.write(Files.createDirectories(delta.folder()).resolve("a.parquet"), rows);
        delta.commit(0, DeltaFolder.PROTOCOL, DeltaFolder.METADATA, DeltaFolder.add("b.parquet", 10), add(rows, wrong));
        try (Pipeline created =
                new Pipeline(new MemoryCatalogStore(), PipelineTest.local(FormatRegistry.formats()), 10)) {
            pipeline = created;
            Update began = pipeline.update(source(List.of()), PipelineTest.options(50));
            assertThat(began.head().totals().rows()).isEqualTo(wrong == 40 ? 50 : 10);
            assertThat(began.skipped()).hasSize(wrong == 40 ? 0 : 1);

            // It is found again by what changed, and where another spec makes all be listed.
            ExternalSource source = source(whole ? List.of("nothing") : List.of());
            delta.commit(1, add(rows, 100));
            Update corrected = pipeline.update(source, PipelineTest.options(50));
            assertThat(corrected.head().totals().rows()).isEqualTo(110);
            assertThat(corrected.skipped()).isEmpty();
            assertThat(pipeline.update(source, PipelineTest.options(50)).committed())
                    .isFalse();
            assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
            assertThat(Verified.withSource(pipeline.store, PipelineTest.local(FormatRegistry.formats()))
                            .lines())
                    .allMatch(line -> line.contains("_littoral/store.json"));
        }
    }

    private static String add(byte[] content, long rows) {
        return DeltaFolder.add("a.parquet", rows).replace("\"size\":100", "\"size\":" + content.length);
    }

    private ExternalSource source(List<String> exclude) {
        return new ExternalSource(
                "file://" + delta.folder() + "/",
                new TableSpec(
                        TableSpec.DELTA, null, List.of(), exclude, List.of(), OnBadFile.SKIP, null, false, false));
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
    void versionsAreServedOneAfterTheOtherWithTheirDeletedRows() throws Exception {
        delta = new DeltaFolder(temporary.toRealPath().resolve("t"));
        delta.commit(
                0,
                DeltaFolder.features("deletionVectors"),
                DeltaFolder.METADATA,
                DeltaFolder.add("a.parquet", 100),
                DeltaFolder.add("b.parquet", 100));
        try (Pipeline created =
                new Pipeline(new MemoryCatalogStore(), PipelineTest.local(FormatRegistry.formats()), 10)) {
            pipeline = created;
            Update began = update();
            assertThat(began.head().totals().rows()).isEqualTo(200);
            assertThat(began.head().table().words()).startsWith("Delta version 0 of 20");
            assertThat(update().committed()).isFalse();

            String dead = Vectors.inline(0, 1, 2, 50, 99);
            delta.commit(1, DeltaFolder.remove("a.parquet"), DeltaFolder.add("a.parquet", 100, dead));
            Update deleted = update();
            assertThat(List.of(deleted.head().totals().rows(), deleted.deletedRows(), deleted.newRows()))
                    .isEqualTo(List.of(195L, 5L, 0L));

            delta.commit(2, DeltaFolder.add("c.parquet", 100));
            Update grown = update();
            assertThat(List.of(grown.head().totals().rows(), grown.addedRows())).isEqualTo(List.of(295L, 100L));

            delta.commit(
                    3,
                    DeltaFolder.remove("b.parquet"),
                    DeltaFolder.add("d.parquet", 100).replace("\"dataChange\":true", "\"dataChange\":false"));
            assertThat(update().head().totals().rows()).isEqualTo(295);
            assertThat(files()).containsExactlyInAnyOrder("a.parquet", "c.parquet", "d.parquet");

            // Restored to version 0.
            delta.commit(
                    4,
                    DeltaFolder.remove("c.parquet"),
                    DeltaFolder.remove("d.parquet"),
                    DeltaFolder.remove("a.parquet"),
                    DeltaFolder.add("a.parquet", 100),
                    DeltaFolder.add("b.parquet", 100));
            assertThat(update().head().totals().rows()).isEqualTo(200);
            assertThat(files()).containsExactlyInAnyOrder("a.parquet", "b.parquet");

            assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
            assertThat(Verified.withSource(pipeline.store, PipelineTest.local(FormatRegistry.formats()))
                            .lines())
                    .allMatch(line -> line.contains("_littoral/store.json"));
        }
    }
}
