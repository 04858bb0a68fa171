package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The report of an update: the result of its workflow, and a detail of its failure.
 *
 * @param collectionId the collection
 * @param update the update's number
 * @param outcome how it ended
 * @param reason why, in words
 * @param failure the class of a failure, else null
 * @param version the head's version when it ended
 * @param generation the source's generation
 * @param source what was listed
 * @param files files by what became of them
 * @param skipped the skip report; at most {@link #MAX_SKIPPED} lines, {@code files.skipped} counts all
 * @param schemas how many distinct schemas the files have
 * @param fragments fragments of the snapshot now
 * @param rows rows of the snapshot now, without deleted ones
 * @param deadRows deleted rows that its segments still have; null from older builds
 * @param segments segments by what became of them
 * @param newRows rows in segments with a new id, which are indexed anew; null from older builds
 * @param deletedRows rows that were deleted in place, in segments that are kept; null from older builds
 * @param droppedRows rows that were served before in segments that were dropped; null from older builds
 * @param movedRows those of {@code newRows} that a table only moved into other files, as a compaction does, as far as
 *     it says so; null from older builds
 * @param keptRows rows that a table moved into other files, and that stay in their segments; null from older builds
 * @param targetRowsBefore where this update is the first with another targetRowsPerSegment, the one before; else null
 * @param churn rows in new segments divided by rows that really changed; 0 where none changed
 * @param requests requests by store and kind
 * @param seconds wall time by step
 * @param listedAt when the listing began: where the update COMMITTED or is UNCHANGED, what is served has all that the
 *     source had before; else null, and from older builds
 * @param table which version of the table was listed; null where the source is no table, or it was not listed
 * @param warning what is to be corrected before it does harm, in a sentence; null for nothing, and from older builds
 * @param bytes bytes of objects by store and direction, see {@link Traffic}; null from older builds
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UpdateReport(
        String collectionId,
        long update,
        UpdateState outcome,
        String reason,
        FailureType failure,
        long version,
        long generation,
        ExternalSource source,
        FileCounts files,
        List<SkippedFile> skipped,
        int schemas,
        long fragments,
        long rows,
        Long deadRows,
        SegmentCounts segments,
        Long newRows,
        Long deletedRows,
        Long droppedRows,
        Long movedRows,
        Long keptRows,
        Long targetRowsBefore,
        double churn,
        Map<String, Long> requests,
        Map<String, Double> seconds,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant listedAt,
        TableVersion table,
        String warning,
        Map<String, Long> bytes) {

    /** The longest skip report that travels with a report. */
    public static final int MAX_SKIPPED = 1_000;

    /** The same report with what was asked of stores in the end. */
    public UpdateReport with(Traffic traffic) {
        return new UpdateReport(
                collectionId,
                update,
                outcome,
                reason,
                failure,
                version,
                generation,
                source,
                files,
                skipped,
                schemas,
                fragments,
                rows,
                deadRows,
                segments,
                newRows,
                deletedRows,
                droppedRows,
                movedRows,
                keptRows,
                targetRowsBefore,
                churn,
                traffic.requests(),
                seconds,
                listedAt,
                table,
                warning,
                traffic.bytes());
    }
}
