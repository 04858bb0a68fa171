package dev.littoral.activities.steps;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.parquet.Footer;
import dev.littoral.activities.parquet.ParquetFooters;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.SourceReader;

/** Parquet files of a test's own, of which no column is required. */
public record ParquetSource(FileSource files, ParquetFooters footers) implements SourceReader {
    public ParquetSource(FileSource files) {
        this(files, new ParquetFooters());
    }

    /** Files of which rows are deleted. */
    public interface WithDeletes {
        DeletedRows deletedRows(SourceFile file);
    }

    @Override
    public DeletedRows deletedRows(SourceFile file) {
        return files instanceof WithDeletes with ? with.deletedRows(file) : DeletedRows.NONE;
    }

    @Override
    public Footer inspect(SourceFile file, long targetRows) throws FileChangedException, InterruptedException {
        return footers.read(files, file);
    }
}
