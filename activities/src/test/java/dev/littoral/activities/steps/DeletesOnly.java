package dev.littoral.activities.steps;

import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileInspector.FileContents;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.SourceReader;

/** A source of which nothing but the deleted rows of files is read. */
abstract class DeletesOnly implements SourceReader {
    @Override
    public FileSource files() {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileContents inspect(SourceFile file, long targetRows) {
        throw new UnsupportedOperationException();
    }
}
