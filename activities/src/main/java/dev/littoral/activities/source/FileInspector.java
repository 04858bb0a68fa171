package dev.littoral.activities.source;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.RequiredColumn;
import java.util.List;

/**
 * Reads the row count, row groups and schema of a data file. One instance serves all sources of a worker. Safe for use
 * by many threads.
 */
public interface FileInspector {
    /** Why a file without rows is left out. */
    String NO_ROWS = "no rows";

    /**
     * What a file has in it.
     *
     * @param files where it can be read
     * @param columns those that it has to have
     * @throws FileChangedException when the file is gone or has another version
     * @throws BadFileException naming the file when its bytes are not what they have to be, or it lacks a column;
     *     whatever the source throws otherwise
     */
    FileContents inspect(FileSource files, SourceFile file, List<RequiredColumn> columns)
            throws FileChangedException, InterruptedException;

    /** What is in a file. */
    interface FileContents {
        /** Rows of the whole file. */
        long rows();

        /**
         * Rows of each stretch that is best read as one, in file order, at least 0 each; they add up to {@link #rows}.
         */
        long[] rowGroupRows();

        /** Equal for files with equal columns. */
        String schemaFingerprint();
    }
}
