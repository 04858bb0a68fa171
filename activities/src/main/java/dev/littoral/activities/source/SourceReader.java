package dev.littoral.activities.source;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileInspector.FileContents;
import java.io.IOException;

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

    /**
     * The positions of a file's deleted rows, in the version that was listed. Asked only of files that have such a
     * version.
     *
     * @throws FileChangedException when the source does not have that version any more
     * @throws IOException when what the source has of them is damaged. That fails the update, as whatever else is
     *     thrown does: a deleted row must not be served
     */
    default DeletedRows deletedRows(SourceFile file) throws FileChangedException, InterruptedException, IOException {
        return DeletedRows.NONE;
    }

    @Override
    default void close() {
        files().close();
    }
}
