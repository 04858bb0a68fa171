package dev.littoral.activities.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileInspector.FileContents;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A reader of a source: which data files it has, and what is in one of them. Opening a file is one way to learn that.
 * Safe for use by many threads.
 */
public interface SourceReader extends AutoCloseable {
    /**
     * Which version the source means now, or null where sources have no versions, as folders have none.
     *
     * @param before the version that is served, where the source meant it by the same spec; else null
     * @throws FileChangedException when that moved on while it was looked for
     */
    default TableVersion resolve(TableVersion before) throws FileChangedException, InterruptedException {
        return null;
    }

    /** Reads a version from here on, and checks that it has the columns of the spec. Called before files are read. */
    default void pin(TableVersion version) throws FileChangedException, InterruptedException {}

    /** The columns of the pinned version as its format writes them, or null where sources have no versions. */
    default JsonNode schema() throws FileChangedException, InterruptedException {
        return null;
    }

    /** The files that differ since a version, in order. Empty where only a whole listing tells. */
    default Optional<SourceChanges> changesSince(TableVersion before)
            throws FileChangedException, InterruptedException {
        return Optional.empty();
    }

    /** Its files, listed and read. */
    FileSource files();

    /**
     * What a file has in it.
     *
     * @param targetRows how many rows a file may have of which no more need be known than how many they are
     * @throws FileChangedException when the file is gone or has another version
     * @throws BadFileException naming the file when its bytes are not what the source's spec asks for; whatever the
     *     source throws otherwise
     */
    FileContents inspect(SourceFile file, long targetRows) throws FileChangedException, InterruptedException;

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

    /** About how many bytes {@link #deletedRows} reads of a file, or 0 where that is little. */
    default long deletionBytes(SourceFile file) {
        return 0;
    }

    /**
     * The rows of a file that the source had in other files before, in a version and unchanged since, by ids that last.
     * Asked only of files that a table lists, in one that numbers rows for ever.
     *
     * @param since the version
     * @param most how many ranges there may be
     * @return in the order of the file's rows; empty where there are more, and where the source does not tell
     * @throws FileChangedException when the file or the version is gone
     */
    default List<RowIdRange> rowsBefore(SourceFile file, TableVersion since, int most)
            throws FileChangedException, InterruptedException {
        return List.of();
    }

    @Override
    default void close() {
        files().close();
    }
}
