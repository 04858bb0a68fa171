package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.ConditionalWriteProbe;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.OnBadFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of rows whose file goes or changes, through whole updates of real files. */
class DeadRowsTest {
    @TempDir
    private Path folder;

    private CatalogStore store;
    private Pipeline pipeline;
    private Lake lake;
    private ExternalSource source;

    @BeforeEach
    void write() throws InterruptedException {
        store = LocalStores.catalog(folder.resolve("catalog"));
        ConditionalWriteProbe.probeOnce(store);
        pipeline = new Pipeline(store, PipelineTest.local(), 10);
        lake = Lake.in(folder.resolve("lake"));
        for (int i = 0; i < 5; i++) {
            lake.write("a/f" + i + ".parquet", 900, i);
        }
        source = new ExternalSource(lake.place().uri(), ExternalSpec.parquet());
    }

    @AfterEach
    void verify() throws InterruptedException {
        assertThat(Verified.of(store).lines()).isEmpty();
        pipeline.close();
    }

    private Pipeline.Update update(double maxDeadShare) throws InterruptedException {
        pipeline.sources.forget();
        return pipeline.update(
                source,
                new CollectionOptions(
                        5_000, null, true, 1.0, CollectionOptions.DEFAULTS.keepVersionsFor(), maxDeadShare));
    }

    private List<FileEntry> lines(Pipeline.Update update) throws InterruptedException {
        return pipeline.lines(update.head()).values().stream()
                .flatMap(List::stream)
                .toList();
    }

    private Snapshot snapshot() {
        return CatalogReader.on(store).snapshot("c");
    }

    @Test
    void anOverwrittenFileIsMaskedAndIndexedAlone() throws Exception {
        update(0.3);
        lake.write("a/f2.parquet", 800, 9);
        Pipeline.Update update = update(0.3);
        assertThat(List.of(update.newRows(), update.deletedRows(), update.droppedRows()))
                .containsExactly(800L, 900L, 0L);
        assertThat(snapshot().totals().rows()).isEqualTo(4_400);
        assertThat(snapshot().totals().dead()).isEqualTo(900);
        Segment first = snapshot().segment(1);
        assertThat(List.of(first.rows(), first.dead(), first.laidOutRows())).containsExactly(3_600L, 900L, 4_500L);
        assertThat(first.locate(1_800).deadSince()).isEqualTo(update.head().version());
        assertThat(first.locate(2_700).deadSince()).isNull();
    }

    @Test
    void beyondTheShareTheSegmentIsBuiltAnew() throws Exception {
        update(0.3);
        lake.delete("a/f1.parquet");
        update(0.3);
        lake.delete("a/f3.parquet");
        Pipeline.Update update = update(0.3);
        assertThat(List.of(update.newRows(), update.deletedRows(), update.droppedRows()))
                .as("two of five files are dead")
                .containsExactly(2_700L, 0L, 3_600L);
        assertThat(lines(update)).hasSize(3).allMatch(FileEntry::listed);
        assertThat(snapshot().totals().dead()).isZero();
    }

    @Test
    void withAShareOfZeroNoRowIsEverDead() throws Exception {
        update(0);
        lake.write("a/f2.parquet", 800, 9);
        Pipeline.Update update = update(0);
        assertThat(List.of(update.newRows(), update.deletedRows(), update.droppedRows()))
                .containsExactly(4_400L, 0L, 4_500L);
        assertThat(lines(update)).allMatch(FileEntry::listed);
    }

    @Test
    void aSmallerShareCountsAtOnceAndOpensNoFile() throws Exception {
        update(0.3);
        lake.delete("a/f2.parquet");
        update(0.3);
        Pipeline.Update larger = update(0.5);
        assertThat(larger.committed()).isFalse();
        Pipeline.Update smaller = update(0.1);
        assertThat(smaller.committed()).isTrue();
        assertThat(smaller.newRows()).isEqualTo(3_600);
        assertThat(pipeline.sources.opened()).isEmpty();
        assertThat(snapshot().totals().dead()).isZero();
        assertThat(update(0.1).committed()).isFalse();
    }

    @Test
    void aFileThatComesBackGetsNewRowsInAnotherSegment() throws Exception {
        Path file = folder.resolve("lake/a/f2.parquet");
        Path away = folder.resolve("away");
        update(0.3);
        Files.move(file, away);
        long died = update(0.3).head().version();
        Files.move(away, file);
        Pipeline.Update back = update(0.3);
        assertThat(back.newRows()).isEqualTo(900);
        List<FileEntry> lines = lines(back).stream()
                .filter(line -> line.path().endsWith("f2.parquet"))
                .toList();
        assertThat(lines).extracting(FileEntry::deadSince).containsExactly(died, null);
        assertThat(lines)
                .extracting(FileEntry::version)
                .containsOnly(lines.getFirst().version());
        assertThat(lines.stream().map(line -> line.fragments().getFirst().segment()))
                .doesNotHaveDuplicates();
    }

    /** What is left of the source before lies outside of the new one. */
    @Test
    void aSourceThatIsAPartOfTheOneBeforeKeepsItsSegments() throws Exception {
        lake.write("b/f.parquet", 100, 0);
        update(0.3);
        List<Long> before = snapshot().segments().map(Segment::id).toList();
        source = new ExternalSource(
                lake.place().uri(),
                new FolderSpec("parquet", List.of("a/**"), List.of(), List.of(), OnBadFile.FAIL, null));
        update(0.3);
        assertThat(snapshot().totals().rows()).isEqualTo(4_500);
        source = new ExternalSource(lake.place().uri() + "a/", ExternalSpec.parquet());
        update(0.3);
        assertThat(snapshot().totals().rows()).isEqualTo(4_500);
        assertThat(snapshot().segments().map(Segment::id)).first().isEqualTo(before.getFirst());
        assertThat(Verified.withSource(store, PipelineTest.local()).lines()).isEmpty();
    }
}
