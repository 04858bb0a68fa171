package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.source.FileInspector;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.SourceFormats;
import dev.littoral.activities.source.files.FilesFormat;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.RequiredColumn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A format of a test's own goes through every step, without a change to the product. */
class SidecarFormatTest {
    private static final String FORMAT = "rows-beside";

    @TempDir
    private Path folder;

    /** Finds a file's rows in a hidden file beside it. */
    private static final class SidecarInspector implements FileInspector {
        @Override
        public FileContents inspect(FileSource files, SourceFile file, List<RequiredColumn> columns) {
            Path path = Path.of(file.path());
            try {
                return new Rows(Long.parseLong(Files.readString(path.resolveSibling("_" + path.getFileName()))));
            } catch (IOException e) {
                throw new BadFileException("File " + file.path() + " has no number of rows beside it");
            }
        }
    }

    private record Rows(long rows) implements FileInspector.FileContents {
        @Override
        public long[] rowGroupRows() {
            return new long[] {rows};
        }

        @Override
        public String schemaFingerprint() {
            return "0".repeat(64);
        }
    }

    private void write(String name, long rows) throws IOException {
        Files.writeString(folder.resolve(name), "anything");
        Files.writeString(folder.resolve("_" + name), Long.toString(rows));
    }

    @Test
    void filesThatAreNoParquetAreListedReadBalancedAndCommitted() throws Exception {
        write("a", 70);
        write("b", 250);
        ExternalSource source = new ExternalSource(
                "file://" + folder + "/",
                new FolderSpec(FORMAT, List.of(), List.of(), List.of(), OnBadFile.FAIL, null));
        SourceFormats formats = new SourceFormats(new FilesFormat(FORMAT, new SidecarInspector()));
        try (Pipeline pipeline = new Pipeline(new MemoryCatalogStore(), PipelineTest.local(formats), 10)) {
            Update first = pipeline.update(source, PipelineTest.options(100));
            assertThat(first.files().added()).isEqualTo(2);
            assertThat(first.head().totals().rows()).isEqualTo(320);

            assertThat(pipeline.update(source, PipelineTest.options(100)).committed())
                    .isFalse();
            write("c", 5);
            assertThat(pipeline.update(source, PipelineTest.options(100))
                            .head()
                            .totals()
                            .rows())
                    .isEqualTo(325);
        }
    }
}
