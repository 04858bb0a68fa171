package dev.littoral.activities.verify;

/** What files add up to, as the format counts them for a shard or a snapshot. Bytes are those of the files. */
record SnapshotTotals(long files, long bytes, long fragments, long rows, long segments, long skipped, long dead) {
    static final SnapshotTotals NONE = new SnapshotTotals(0, 0, 0, 0, 0, 0, 0);

    SnapshotTotals plus(SnapshotTotals other) {
        return new SnapshotTotals(
                files + other.files,
                bytes + other.bytes,
                fragments + other.fragments,
                rows + other.rows,
                segments + other.segments,
                skipped + other.skipped,
                dead + other.dead);
    }

    @Override
    public String toString() {
        return "files " + files + ", bytes " + bytes + ", fragments " + fragments + ", rows " + rows + ", segments "
                + segments + ", skipped " + skipped + ", dead " + dead;
    }
}
