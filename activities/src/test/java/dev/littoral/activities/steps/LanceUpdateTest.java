package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.source.lance.Protobuf;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates from a Lance dataset, whose data files are not even there. */
class LanceUpdateTest {
    @TempDir
    private Path folder;

    private ExternalSource source(TableAt at) {
        return source(at, OnBadFile.FAIL);
    }

    private ExternalSource source(TableAt at, OnBadFile onBadFile) {
        return new ExternalSource(
                "file://" + folder + "/docs.lance/",
                new TableSpec(TableSpec.LANCE, at, List.of(), List.of(), List.of(), onBadFile, null, false, false));
    }

    /** Commits a version of fragments with so many rows. */
    private void commit(long version, long... rows) throws Exception {
        Protobuf manifest = new Protobuf().number(3, version).message(13, new Protobuf().text(1, "lance"));
        for (int i = 0; i < rows.length; i++) {
            manifest.message(2, Protobuf.fragment(i, rows[i], Protobuf.dataFile("f" + i + ".lance")));
        }
        Path versions = Files.createDirectories(folder.resolve("docs.lance/_versions"));
        Files.write(versions.resolve(version + ".manifest"), manifest.manifest());
    }

    private static TableAt version(long version) {
        return new TableAt(null, version, null, null, null);
    }

    @Test
    void versionsAreServedOneAfterTheOtherWithTheirDeletedRows() throws Exception {
        folder = folder.toRealPath();
        Path golden = Path.of(getClass().getResource("/lance/golden.lance").toURI());
        try (Stream<Path> files = Files.walk(golden)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = folder.resolve("docs.lance")
                        .resolve(golden.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        try (Pipeline pipeline =
                new Pipeline(new MemoryCatalogStore(), PipelineTest.local(FormatRegistry.formats()), 10)) {
            Update first = pipeline.update(source(version(1)), PipelineTest.options(4_000));
            assertThat(first.head().totals().rows()).isEqualTo(30_000);
            assertThat(first.head().table().words()).startsWith("Lance version 1 of ");

            Update second =
                    pipeline.update(source(new TableAt(null, null, "prod", null, null)), PipelineTest.options(4_000));
            assertThat(second.head().totals().rows()).isEqualTo(29_997);
            assertThat(second.deletedRows()).isEqualTo(3);

            Update third = pipeline.update(source(null), PipelineTest.options(4_000));
            assertThat(third.head().totals().rows()).isEqualTo(23_997);
            assertThat(pipeline.update(source(null), PipelineTest.options(4_000))
                            .committed())
                    .isFalse();

            Snapshot snapshot = CatalogReader.on(pipeline.store).snapshot("c");
            assertThat(snapshot.files().map(FileEntry::partition).collect(Collectors.toSet()))
                    .isEqualTo(Stream.of("0", "1", "2")
                            .map(id -> Map.of("fragment", id))
                            .collect(Collectors.toSet()));
            assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
            assertThat(Verified.withSource(pipeline.store, PipelineTest.local(FormatRegistry.formats()))
                            .lines())
                    .allMatch(line -> line.contains("_littoral/store.json"));
        }
    }

    /** A data file is never opened, so a fragment that is looked at again is what the manifest says of it. */
    @Test
    void aFragmentThatWasLeftOutForTheTargetStaysLeftOutUntilThereIsAnother() throws Exception {
        folder = folder.toRealPath();
        try (Pipeline pipeline =
                new Pipeline(new MemoryCatalogStore(), PipelineTest.local(FormatRegistry.formats()), 10)) {
            ExternalSource lenient = source(null, OnBadFile.SKIP);
            commit(1, 10, 1_000_001);
            Update first = pipeline.update(lenient, PipelineTest.options(1));
            assertThat(first.skipped())
                    .extracting(SkippedFile::file)
                    .singleElement(STRING)
                    .endsWith("/data/f1.lance");

            commit(2, 10, 1_000_001, 5);
            Update second = pipeline.update(lenient, PipelineTest.options(1));
            assertThat(second.skipped()).isEqualTo(first.skipped());
            assertThat(second.head().totals().rows()).isEqualTo(15);

            Update served = pipeline.update(lenient, PipelineTest.options(1_000_000));
            assertThat(served.skipped()).isEmpty();
            assertThat(served.head().totals().rows()).isEqualTo(1_000_016);
            assertThat(CatalogReader.on(pipeline.store).snapshot("c").files().map(FileEntry::partition))
                    .containsExactly(Map.of("fragment", "0"), Map.of("fragment", "1"), Map.of("fragment", "2"));
        }
    }
}
