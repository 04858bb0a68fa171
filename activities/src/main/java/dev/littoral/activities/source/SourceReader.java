package dev.littoral.activities.source;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileInspector.FileContents;

/**
 * A reader of a source: which data files it has, and what is in one of them. Opening a file is one way to learn that.
 * Safe for use by many threads.
 */
public interface SourceReader extends AutoCloseable {
    /** Its files, listed and read. */
    FileSource files();

    /**
     * What a file has in it.
     *
     * @throws FileChangedException when the file is gone or has another version
     * @throws BadFileException naming the file when its bytes are not what the source's spec asks for; whatever the
     *     source throws otherwise
     */
    FileContents inspect(SourceFile file) throws FileChangedException, InterruptedException;

    @Override
    default void close() {
        files().close();
    }
}
