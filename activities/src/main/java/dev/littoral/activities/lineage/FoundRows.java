package dev.littoral.activities.lineage;

import dev.littoral.activities.catalog.MovedRows;

/**
 * Rows of a segment that were found again in a new file.
 *
 * @param origin the file by whose line the segment numbers them
 * @param segment the segment
 * @param range which rows of the origin they are, and where they are in the new file
 */
record FoundRows(RowOrigin origin, long segment, MovedRows.Range range) {
    /** One past their last row in the new file. */
    long atEnd() {
        return range.at() + range.count();
    }
}
