package dev.littoral.activities.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A change of one file between two versions of a collection.
 *
 * @param change what happened to it
 * @param path where it is
 * @param before what the earlier version serves there; null for a file that was added
 * @param now what the later version serves there; null for a file that was removed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FileChange(Kind change, String path, FileState before, FileState now) {
    /** What can happen to a file that is served. */
    public enum Kind {
        /** It is served, and was not. */
        ADDED,
        /** It is not served any more: gone, or left out. */
        REMOVED,
        /** It has another version, or other rows of it are deleted. */
        CHANGED
    }

    /**
     * The state of a file that is served.
     *
     * @param version the file's version
     * @param bytes its size
     * @param rows its rows, deleted ones among them
     * @param dead how many of its rows are deleted
     */
    public record FileState(
            String version,
            long bytes,
            long rows,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) long dead) {}

    /**
     * How many files changed.
     *
     * @param added files that are served, and were not
     * @param removed files that are not served any more
     * @param changed files with another version, or other deleted rows
     */
    public record Counts(long added, long removed, long changed) {
        public static final Counts NONE = new Counts(0, 0, 0);

        Counts plus(FileChange change) {
            return switch (change.change) {
                case ADDED -> new Counts(added + 1, removed, changed);
                case REMOVED -> new Counts(added, removed + 1, changed);
                case CHANGED -> new Counts(added, removed, changed + 1);
            };
        }
    }
}
