package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;

/**
 * The options of a collection.
 *
 * @param targetRowsPerSegment the most rows a segment holds, 1 to 2^40; segments are filled as near to it as files
 *     allow
 * @param refreshEvery how long after an update's end the source is listed again, or null for never
 * @param allowEmpty whether a listing may empty a collection that has rows
 * @param maxDropShare the share of the rows served, above 0 and up to 1, that one update may take away; an update that
 *     would take more fails
 * @param keepVersionsFor how long a version can still be read after a newer one took its place, 2 to 3,650 days; longer
 *     than an update may run, by a day
 * @param maxDeadShare the share of a segment's rows, 0 to 0.9, that may be deleted in place before it is built anew; 0
 *     builds it anew whenever one is. Null, as from older builds, stands for the default
 * @param forgetConsumersAfter how long consumers can keep a version after a newer one took its place, 1 hour to 3,650
 *     days, or 0. Null, as from older builds, stands for the default
 * @param sinks the sinks that get its events, named by its workers, or null for none
 * @param maxStaleness how long ago the listing of what is served may have begun, 10 seconds to a year; the source is
 *     listed as often as that takes. Null for no promise
 * @param consumers the consumers whose answers are waited for, up to 20; null for none
 * @param maxAhead how many versions a named consumer may be behind, 1 to 1,000, before refreshes wait for it; null for
 *     any number
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CollectionOptions(
        long targetRowsPerSegment,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration refreshEvery,
        boolean allowEmpty,
        double maxDropShare,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration keepVersionsFor,
        Double maxDeadShare,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration forgetConsumersAfter,
        @JsonProperty("notify") List<String> sinks,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration maxStaleness,
        List<String> consumers,
        Integer maxAhead) {

    public static final long DEFAULT_TARGET_ROWS = 1_000_000;
    private static final double DEFAULT_MAX_DEAD_SHARE = 0.3;
    static final Duration FORGET_CONSUMERS_AFTER = Duration.ofDays(30);
    public static final CollectionOptions DEFAULTS =
            new CollectionOptions(DEFAULT_TARGET_ROWS, null, false, 1.0, Duration.ofDays(7), null);

    /** Options without sinks, promise of freshness and named consumers; consumers are forgotten as by default. */
    public CollectionOptions(
            long targetRowsPerSegment,
            Duration refreshEvery,
            boolean allowEmpty,
            double maxDropShare,
            Duration keepVersionsFor,
            Double maxDeadShare) {
        this(
                targetRowsPerSegment,
                refreshEvery,
                allowEmpty,
                maxDropShare,
                keepVersionsFor,
                maxDeadShare,
                null,
                null,
                null,
                null,
                null);
    }

    public CollectionOptions {
        maxDeadShare = maxDeadShare == null ? DEFAULT_MAX_DEAD_SHARE : maxDeadShare;
        forgetConsumersAfter = forgetConsumersAfter == null ? FORGET_CONSUMERS_AFTER : forgetConsumersAfter;
    }

    /** The same options with a promise of freshness. */
    public CollectionOptions withMaxStaleness(Duration promised) {
        return new CollectionOptions(
                targetRowsPerSegment,
                refreshEvery,
                allowEmpty,
                maxDropShare,
                keepVersionsFor,
                maxDeadShare,
                forgetConsumersAfter,
                sinks,
                promised,
                consumers,
                maxAhead);
    }
}
