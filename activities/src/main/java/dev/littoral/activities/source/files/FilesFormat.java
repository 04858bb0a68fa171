package dev.littoral.activities.source.files;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileInspector;
import dev.littoral.activities.source.FileInspector.FileContents;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.SourceFormat;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FilesSpec;
import dev.littoral.workflows.model.RequiredColumn;
import java.util.List;

/**
 * A format whose sources are folders of files, every one of which counts. Its spec is a {@link FilesSpec}.
 *
 * @param inspector reads a file of the format
 */
public record FilesFormat(String name, FileInspector inspector) implements SourceFormat {
    @Override
    public SourceReader open(BlobStore store, StoreOpener elsewhere, ExternalSpec spec, boolean allowEmpty) {
        FilesSpec filesSpec = (FilesSpec) spec;
        return new OpenFiles(
                new BlobFileSource(store, PathFilter.of(filesSpec), allowEmpty), inspector, filesSpec.columns());
    }

    private record OpenFiles(FileSource files, FileInspector inspector, List<RequiredColumn> columns)
            implements SourceReader {
        @Override
        public FileContents inspect(SourceFile file, long targetRows)
                throws FileChangedException, InterruptedException {
            return inspector.inspect(files, file, columns);
        }
    }
}
