package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The files of an update, compared with the snapshot before. {@code listed = new + changed + unchanged + skipped}.
 *
 * @param listed every object or file the listing returned
 * @param added files that were not there
 * @param changed files with another version
 * @param removed files that are gone
 * @param unchanged files with the same version; they are not opened
 * @param skipped what was left out
 */
public record FileCounts(
        long listed, @JsonProperty("new") long added, long changed, long removed, long unchanged, long skipped) {
    public static final FileCounts NONE = new FileCounts(0, 0, 0, 0, 0, 0);
}
