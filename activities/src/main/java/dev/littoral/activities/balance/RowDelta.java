package dev.littoral.activities.balance;

/**
 * The rows that changed in a shard since the last commit.
 *
 * @param addedRows rows of files that are new or have a new version
 * @param removedRows rows of files that are gone or had another version, and rows deleted within files
 */
public record RowDelta(long addedRows, long removedRows) {
    public RowDelta {
        if (addedRows < 0 || removedRows < 0) {
            throw new IllegalArgumentException(
                    "Rows added are " + addedRows + " and rows removed " + removedRows + "; neither may be negative.");
        }
    }

    /** What churn is measured against: the larger of the two, so that an overwrite in place counts its rows once. */
    public long rows() {
        return Math.max(addedRows, removedRows);
    }
}
