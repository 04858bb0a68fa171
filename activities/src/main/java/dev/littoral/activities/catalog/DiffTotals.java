package dev.littoral.activities.catalog;

/**
 * The totals of what changes between two versions of a collection.
 *
 * @param newSegments segments to build
 * @param newRows rows to read for these
 * @param newBytes bytes of files that have these rows
 * @param droppedSegments segments to drop
 * @param droppedRows rows in these that were not deleted
 * @param deletedRows rows deleted in segments that stay
 * @param restoredRows rows of segments that stay, deleted before and not any more
 * @param movedRows rows of segments that stay, in other files now
 */
public record DiffTotals(
        long newSegments,
        long newRows,
        long newBytes,
        long droppedSegments,
        long droppedRows,
        long deletedRows,
        long restoredRows,
        long movedRows) {
    public static final DiffTotals NONE = new DiffTotals(0, 0, 0, 0, 0, 0, 0, 0);

    DiffTotals plus(SegmentChange change) {
        return switch (change) {
            case SegmentChange.Build build -> plus(1, build.rows(), build.bytes(), 0, 0, 0, 0, 0);
            case SegmentChange.Drop drop -> plus(0, 0, 0, 1, drop.rows(), 0, 0, 0);
            case SegmentChange.Delete delete -> plus(0, 0, 0, 0, 0, delete.rows(), 0, 0);
            case SegmentChange.Restore restore -> plus(0, 0, 0, 0, 0, 0, restore.rows(), 0);
            case SegmentChange.Move move -> plus(0, 0, 0, 0, 0, 0, 0, move.rows());
        };
    }

    private DiffTotals plus(
            long built,
            long builtRows,
            long builtBytes,
            long dropped,
            long rowsOfDropped,
            long deleted,
            long restored,
            long moved) {
        return new DiffTotals(
                newSegments + built,
                newRows + builtRows,
                newBytes + builtBytes,
                droppedSegments + dropped,
                droppedRows + rowsOfDropped,
                deletedRows + deleted,
                restoredRows + restored,
                movedRows + moved);
    }
}
