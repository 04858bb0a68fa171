package dev.littoral.workflows.model;

/**
 * The totals of a snapshot or of one of its shards. The rows that its segments have laid out are {@code rows + dead}.
 *
 * @param files files that are served
 * @param bytes their size
 * @param fragments fragments of these files
 * @param rows rows of these fragments that are not deleted
 * @param segments segments of the snapshot
 * @param skipped listed files that were opened and left out: no rows, or bad where the spec says to skip
 * @param dead rows of these segments that are deleted; 0 from builds whose segments have none
 */
public record Totals(long files, long bytes, long fragments, long rows, long segments, long skipped, long dead) {
    public static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, 0);

    public Totals plus(Totals other) {
        return new Totals(
                files + other.files,
                bytes + other.bytes,
                fragments + other.fragments,
                rows + other.rows,
                segments + other.segments,
                skipped + other.skipped,
                dead + other.dead);
    }
}
