package dev.littoral.activities.verify;

/** The format's totals. */
record Counts(long files, long bytes, long fragments, long rows, long segments, long skipped) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

    Counts plus(Counts other) {
        return new Counts(
                files + other.files,
                bytes + other.bytes,
                fragments + other.fragments,
                rows + other.rows,
                segments + other.segments,
                skipped + other.skipped);
    }

    @Override
    public String toString() {
        return "files " + files + ", bytes " + bytes + ", fragments " + fragments + ", rows " + rows + ", segments "
                + segments + ", skipped " + skipped;
    }
}
