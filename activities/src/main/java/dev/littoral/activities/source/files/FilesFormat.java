package dev.littoral.activities.source.files;

import dev.littoral.activities.source.DataSource;
import dev.littoral.activities.source.FileInspector;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.PathFilter;
import dev.littoral.activities.source.SourceFormat;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.workflows.model.ExternalSpec;

/**
 * A format whose sources are folders of files, every one of which counts.
 *
 * @param inspector reads a file of the format
 */
public record FilesFormat(String name, FileInspector inspector) implements SourceFormat {
    @Override
    public DataSource open(BlobStore store, ExternalSpec spec, boolean allowEmpty) {
        return new Files(new BlobFileSource(store, PathFilter.of(spec), allowEmpty), inspector);
    }

    private record Files(FileSource files, FileInspector inspector) implements DataSource {}
}
