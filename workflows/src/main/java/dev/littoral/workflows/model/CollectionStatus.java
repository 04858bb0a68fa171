package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;

/**
 * The status of a collection, the answer to its query.
 *
 * @param collectionId the collection
 * @param state starting, idle, updating, paused, retired or failed
 * @param source the source it follows, or null while it has none
 * @param generation the source's generation
 * @param version the newest head version known
 * @param snapshot what the snapshot served adds up to
 * @param listedAt when the listing of that snapshot began, or null while nothing is served or known of it
 * @param table which version of a table that snapshot serves; null where the source is no table
 * @param warning what is to be corrected before it does harm, in a sentence, or null
 * @param freshness as of when it serves its source, and whether that is as fresh as promised; null from older builds
 * @param options how it is kept
 * @param update the update that runs, or null
 * @param progress its progress, or null while none was reported; short updates report none
 * @param retry the failure that is retried, or null
 * @param troubleSince when the first of the failures in a row was that the last one ended, or null
 * @param rolledBack that the head rolls back and refreshing is paused until resume, in words, or null
 * @param pending the update that waits, or null
 * @param last the update that ended last, or null
 * @param lastFailure the update that failed last, or null
 * @param nextRefresh when the source is listed again, or null
 * @param note what was done with the last message that changed nothing, or null
 * @param rejected rejected signals, oldest first
 * @param sinks how far its events are at each sink, or null where it has none
 * @param serving who serves it, and what; null where no consumer is named or known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CollectionStatus(
        String collectionId,
        String state,
        ExternalSource source,
        long generation,
        long version,
        Totals snapshot,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant listedAt,
        TableVersion table,
        String warning,
        FreshnessStatus freshness,
        CollectionOptions options,
        Job update,
        RunningProgress progress,
        @JsonProperty("trouble") RetryInfo retry,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant troubleSince,
        String rolledBack,
        Job pending,
        Job last,
        Job lastFailure,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant nextRefresh,
        String note,
        List<Rejection> rejected,
        List<SinkStatus> sinks,
        ServingStatus serving) {}
