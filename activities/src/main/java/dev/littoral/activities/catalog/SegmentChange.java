package dev.littoral.activities.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.littoral.activities.deletes.RowRange;
import java.util.List;

/**
 * A change of one segment between two versions of a collection. A segment that is in both can have rows deleted, rows
 * restored and rows moved; these are three changes.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "change")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SegmentChange.Build.class, name = "BUILD"),
    @JsonSubTypes.Type(value = SegmentChange.Drop.class, name = "DROP"),
    @JsonSubTypes.Type(value = SegmentChange.Delete.class, name = "DELETE"),
    @JsonSubTypes.Type(value = SegmentChange.Restore.class, name = "RESTORE"),
    @JsonSubTypes.Type(value = SegmentChange.Move.class, name = "MOVE")
})
public sealed interface SegmentChange {
    /** The segment's id. */
    long id();

    /** How many rows change: those to read, to drop, to delete, to restore, or to find elsewhere. */
    long rows();

    /**
     * A segment that only the later version has.
     *
     * @param segment the segment, with its fragments
     * @param bytes the bytes of files that have its rows: of each file as large a share as its fragment has of the rows
     * @param deleted its rows that are deleted already; they are numbered, and not to be built
     */
    record Build(
            @JsonUnwrapped Segment segment,
            long bytes,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<RowRange> deleted)
            implements SegmentChange {
        public Build {
            deleted = List.copyOf(deleted);
        }

        @Override
        public long id() {
            return segment.id();
        }

        @Override
        public long rows() {
            return segment.rows();
        }
    }

    /**
     * A segment that only the earlier version has.
     *
     * @param rows its rows that were not deleted there
     */
    @JsonPropertyOrder({"segment", "rows"})
    record Drop(@JsonProperty("segment") long id, long rows) implements SegmentChange {}

    /**
     * Rows that were deleted in a segment that both versions have.
     *
     * @param ranges in the segment's numbering of rows, at least one
     */
    @JsonPropertyOrder({"segment", "rows", "ranges"})
    record Delete(@JsonProperty("segment") long id, List<RowRange> ranges) implements SegmentChange {
        public Delete {
            ranges = List.copyOf(ranges);
        }

        @Override
        @JsonProperty("rows")
        public long rows() {
            return RowRange.rows(ranges);
        }
    }

    /**
     * Rows of a segment that both versions have, deleted in the earlier one and not in the later one, as happens across
     * a rollback.
     *
     * @param ranges in the segment's numbering of rows, at least one
     */
    @JsonPropertyOrder({"segment", "rows", "ranges"})
    record Restore(@JsonProperty("segment") long id, List<RowRange> ranges) implements SegmentChange {
        public Restore {
            ranges = List.copyOf(ranges);
        }

        @Override
        @JsonProperty("rows")
        public long rows() {
            return RowRange.rows(ranges);
        }
    }

    /**
     * Rows of a segment that both versions have, which are in other files in the later one. Nothing is to be built: who
     * keeps in which row of which file they are looks it up again.
     *
     * @param segment the segment, with its fragments as the later version has them
     * @param moved how many of its rows that are not deleted are elsewhere
     */
    record Move(@JsonUnwrapped Segment segment, long moved) implements SegmentChange {
        @Override
        public long id() {
            return segment.id();
        }

        @Override
        public long rows() {
            return moved;
        }
    }
}
