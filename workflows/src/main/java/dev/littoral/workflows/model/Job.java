package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * A job: an update from the request to its end.
 *
 * @param update its number; its workflow ID is {@code <collectionId>/update-<n>}
 * @param state where it is
 * @param trigger the message or event that requested it: start, sourceChanged, changeSource, refresh or timer
 * @param source the source to list
 * @param generation the source's generation, or 0 while it is not declared
 * @param version the head's version at its end, or 0
 * @param requested when it was requested
 * @param ended when it ended, or null
 * @param failure the class of a failure, else null
 * @param reason why it ended so, in words, or null
 * @param traffic what it asked of stores; null where that is not known, and from older builds
 * @param movedRows rows that it indexed anew and that a table only moved, see {@link UpdateReport}; null for none,
 *     where that is not known, and from older builds
 * @param keptRows rows that a table moved and that stay in their segments; null likewise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Job(
        long update,
        UpdateState state,
        String trigger,
        ExternalSource source,
        long generation,
        long version,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant requested,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant ended,
        FailureType failure,
        String reason,
        Traffic traffic,
        Long movedRows,
        Long keptRows) {

    public Job running(long newGeneration) {
        return new Job(
                update,
                UpdateState.RUNNING,
                trigger,
                source,
                newGeneration,
                version,
                requested,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    public Job declared(long newGeneration) {
        return new Job(
                update,
                state,
                trigger,
                source,
                newGeneration,
                version,
                requested,
                ended,
                failure,
                reason,
                traffic,
                movedRows,
                keptRows);
    }

    public Job ended(UpdateState end, long newVersion, Instant at, FailureType type, String why, Traffic took) {
        return new Job(
                update, end, trigger, source, generation, newVersion, requested, at, type, why, took, null, null);
    }

    /** With the rows that a table moved, see {@link UpdateReport}; null where that is not known. */
    public Job moved(Long indexedAnew, Long kept) {
        return new Job(
                update,
                state,
                trigger,
                source,
                generation,
                version,
                requested,
                ended,
                failure,
                reason,
                traffic,
                some(indexedAnew),
                some(kept));
    }

    private static Long some(Long rows) {
        return rows == null || rows == 0 ? null : rows;
    }
}
