package dev.littoral.activities.source.table;

import dev.littoral.activities.failure.ArchivedException;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.parquet.ColumnCursor;
import dev.littoral.activities.parquet.ParquetColumns;
import dev.littoral.activities.parquet.RangeReader;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.source.RowIdRange;
import dev.littoral.workflows.model.FailureType;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns in which Parquet files of a table keep the ids of rows that were written before, and when each was
 * changed last: row lineage of Iceberg, row tracking of Delta. A row without an id is new in its file.
 *
 * @param id the name of the column of ids
 * @param changed the name of the column of the commits that wrote or changed rows last, as numbers that rise
 * @param last the last commit that may have written what the base serves: rows that changed later are left out
 */
public record RowIdColumns(String id, String changed, long last) {
    /**
     * The rows of a file that were written before, by the commit that changed them last. Reads its footer, and those
     * two columns where it has them.
     *
     * @param most how many ranges there may be
     * @return empty where there are more, or the file cannot be read or does not say it
     */
    List<RowIdRange> read(RangeReader source, SourceFile file, int most) throws InterruptedException {
        try {
            ParquetColumns columns = ParquetColumns.open(source, file, name -> name.equals(id) || name.equals(changed));
            List<String> names = columns.columns();
            return names.size() == 2 && columns.rows() == file.table().rows()
                    ? read(columns, names.indexOf(id), names.indexOf(changed), most)
                    : List.of();
        } catch (BadFileException | FileChangedException | ArchivedException e) {
            // No other step opens the file, and what cannot be read here is indexed anew.
            return List.of();
        } catch (LittoralException e) {
            if (e.type() == FailureType.TRANSIENT) {
                throw e;
            }
            return List.of();
        }
    }

    private List<RowIdRange> read(ParquetColumns columns, int idColumn, int changedColumn, int most)
            throws FileChangedException, InterruptedException {
        List<RowIdRange> ranges = new ArrayList<>();
        long row = 0;
        long from = 0;
        long first = 0;
        long count = 0;
        long commit = 0;
        for (int group = 0; group < columns.rowGroups(); group++) {
            ParquetColumns.RowGroup rowGroup = columns.rowGroup(group);
            ColumnCursor ids = rowGroup.column(idColumn);
            ColumnCursor changes = rowGroup.column(changedColumn);
            for (long i = 0; i < rowGroup.rows(); i++, row++) {
                ids.nextRow();
                changes.nextRow();
                boolean kept = ids.isPresent() && changes.isPresent() && ids.number() >= 0 && changes.number() <= last;
                if (kept && count > 0 && ids.number() == first + count && changes.number() == commit) {
                    count++;
                    continue;
                }
                if (count > 0) {
                    ranges.add(new RowIdRange(from, first, count, commit));
                }
                if (ranges.size() > most) {
                    return List.of();
                }
                from = row;
                first = kept ? ids.number() : 0;
                commit = kept ? changes.number() : 0;
                count = kept ? 1 : 0;
            }
        }
        if (count > 0) {
            ranges.add(new RowIdRange(from, first, count, commit));
        }
        return ranges;
    }
}
