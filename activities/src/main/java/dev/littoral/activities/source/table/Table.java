package dev.littoral.activities.source.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A table as its format reads it: its versions, and the data files and deleted rows of one. What cannot be served
 * exactly, such as a feature that is not known, is refused: a {@link LittoralException} INPUT names it and says what to
 * do. Safe for use by many threads.
 */
public interface Table extends AutoCloseable {
    /** Gets the data files of a version. */
    interface Visitor {
        /**
         * A data file. {@link SourceFile#path()} is its address as {@link TableStorage#address} gives it, its version
         * never names two contents of that path, its {@link SourceFile#table()} is not null.
         */
        void file(SourceFile file) throws InterruptedException;
    }

    /**
     * Which version the source means now. Costs one request, or two where a folder has to say which metadata is newest.
     *
     * @param before the version that was served last, where the spec named it as it does now; it may help to find the
     *     newest. Null where there is none
     * @throws LittoralException INPUT where there is no such table or version, or it is damaged
     * @throws FileChangedException when the table moved on while it was looked for
     */
    TableVersion resolve(TableVersion before) throws FileChangedException, InterruptedException;

    /**
     * The columns of a version, with the ids by which data files know them, as the format itself writes that.
     *
     * @throws FileChangedException when the table has that version no more
     */
    JsonNode schema(TableVersion version) throws FileChangedException, InterruptedException;

    /**
     * Checks that a version has columns, by the names and types that users know from Parquet.
     *
     * @throws LittoralException INPUT, naming the first that is missing or of another type
     * @throws FileChangedException when the table has that version no more
     */
    void checkColumns(TableVersion version, List<RequiredColumn> columns)
            throws FileChangedException, InterruptedException;

    /**
     * The data files of a version, each once, in any order, in bounded memory. No data file is opened.
     *
     * @throws FileChangedException when the table has that version no more
     */
    void files(TableVersion version, Visitor visitor) throws FileChangedException, InterruptedException;

    /**
     * The data files that are new or differ in a later version, also in their deleted rows or in the ids of their rows,
     * and {@link SourceFile#gone} for each path that is not in it any more; in any order. A file that did not change
     * may be among them. Empty where the table does not tell that safely, or it is so much that {@link #files} is as
     * good.
     *
     * @throws FileChangedException when the table has the later version no more; that the earlier one is gone makes the
     *     answer empty
     */
    Optional<SourceChanges> changes(TableVersion from, TableVersion to)
            throws FileChangedException, InterruptedException;

    /**
     * The positions of a data file's deleted rows in a version.
     *
     * @param file as it was listed in that version, with deletes
     * @throws FileChangedException when the table has them no more
     * @throws IOException when they are damaged
     */
    DeletedRows deletedRows(TableVersion version, SourceFile file)
            throws FileChangedException, InterruptedException, IOException;

    /** About how many bytes {@link #deletedRows} reads of a data file, or 0 where that is little. */
    default long deletionBytes(SourceFile file) {
        return 0;
    }

    /**
     * The columns of data files by which rows are known again in a version that were there in an earlier one. Empty
     * where the table does not number rows for ever, or the earlier version is not known any more.
     *
     * @throws FileChangedException when the table has the later version no more
     */
    default Optional<RowIdColumns> rowIds(TableVersion version, TableVersion since)
            throws FileChangedException, InterruptedException {
        return Optional.empty();
    }

    @Override
    default void close() {}
}
