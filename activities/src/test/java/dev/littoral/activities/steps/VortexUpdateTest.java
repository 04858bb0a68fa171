package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.LogAudit;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.RequiredColumn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates from a folder of Vortex files. */
class VortexUpdateTest {
    @TempDir
    private Path folder;

    private ExternalSource source(OnBadFile onBadFile, RequiredColumn... columns) {
        return new ExternalSource(
                "file://" + folder + "/",
                new FolderSpec(FolderSpec.VORTEX, List.of(), List.of(), List.of(columns), onBadFile, null));
    }

    private void copy(String name, String target) throws Exception {
        Files.copy(Path.of(getClass().getResource("/vortex/" + name + ".vortex").toURI()), folder.resolve(target));
    }

    @Test
    void filesAreListedReadBalancedAndCommitted() throws Exception {
        copy("small-types", "a.vortex");
        copy("small-nested", "b.vortex");
        copy("one", "_hidden.vortex");
        copy("empty", "empty.vortex");
        try (Pipeline pipeline =
                new Pipeline(new MemoryCatalogStore(), PipelineTest.local(FormatRegistry.formats()), 10)) {
            Update first = pipeline.update(source(OnBadFile.FAIL), PipelineTest.options(4));
            assertThat(first.head().totals().rows()).isEqualTo(15);
            copy("one", "c.vortex");
            Update second = pipeline.update(source(OnBadFile.FAIL), PipelineTest.options(4));
            assertThat(second.head().totals().rows()).isEqualTo(16);
            Files.writeString(folder.resolve("d.vortex"), "PAR1 is another format PAR1");
            assertThatThrownBy(() -> pipeline.update(source(OnBadFile.FAIL), PipelineTest.options(4)))
                    .hasMessageContaining("d.vortex is not a Vortex file: found another end than VTXF");
            Update third = pipeline.update(source(OnBadFile.SKIP), PipelineTest.options(4));
            assertThat(third.head().totals().rows()).isEqualTo(16);
            Update fourth = pipeline.update(
                    source(OnBadFile.SKIP, new RequiredColumn("point.z.deep", "string")), PipelineTest.options(4));
            assertThat(fourth.head().totals().rows()).isEqualTo(5);
            assertThat(LogAudit.findings(pipeline.store, "c")).isEmpty();
        }
    }
}
