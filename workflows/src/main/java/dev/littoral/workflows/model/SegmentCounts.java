package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The segments of an update, compared with the snapshot before.
 *
 * @param total segments now
 * @param kept segments that kept id and content
 * @param added segments with a new id
 * @param dropped segments of the previous snapshot that no longer exist
 */
public record SegmentCounts(
        long total, long kept, @JsonProperty("new") long added, long dropped) {
    public static final SegmentCounts NONE = new SegmentCounts(0, 0, 0, 0);
}
