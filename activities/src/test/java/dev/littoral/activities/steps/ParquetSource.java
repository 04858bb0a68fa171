package dev.littoral.activities.steps;

import dev.littoral.activities.parquet.ParquetFooters;
import dev.littoral.activities.source.DataSource;
import dev.littoral.activities.source.FileInspector;
import dev.littoral.activities.source.FileSource;

/** Parquet files of a test's own. */
public record ParquetSource(FileSource files, FileInspector inspector) implements DataSource {
    public ParquetSource(FileSource files) {
        this(files, new ParquetFooters());
    }
}
