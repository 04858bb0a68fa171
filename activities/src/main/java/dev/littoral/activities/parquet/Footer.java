package dev.littoral.activities.parquet;

import dev.littoral.activities.source.FileInspector;
import java.util.Optional;

/** The metadata in a Parquet file's footer. Immutable. */
public final class Footer implements FileInspector.FileContents {
    private final long rows;
    private final long[] rowGroupRows;
    private final Schema schema;

    Footer(long rows, long[] rowGroupRows, Schema schema) {
        this.rows = rows;
        this.rowGroupRows = rowGroupRows;
        this.schema = schema;
    }

    /** Rows of the whole file, 0 to 2<sup>40</sup>. */
    @Override
    public long rows() {
        return rows;
    }

    /** Rows of each row group in file order, at least 0 each; they add up to {@link #rows}. A copy. */
    @Override
    public long[] rowGroupRows() {
        return rowGroupRows.clone();
    }

    /** The file's columns. */
    public Schema schema() {
        return schema;
    }

    @Override
    public String schemaFingerprint() {
        return schema.fingerprint();
    }

    /** The type of a column or group, as {@link Schema#typeOf} says. */
    public Optional<String> typeOf(String path) {
        return schema.typeOf(path);
    }
}
