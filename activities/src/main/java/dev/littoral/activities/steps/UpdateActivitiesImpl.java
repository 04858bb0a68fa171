package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.listing.SourceLister;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.source.Sources;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.UpdateActivities;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import io.temporal.activity.Activity;
import io.temporal.common.converter.DataConverterException;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** The activities that list, read and balance. One instance serves all collections of a worker, on many threads. */
public final class UpdateActivitiesImpl implements UpdateActivities {
    private final CatalogStore store;
    private final ObjectCache cache;
    private final Opener sources;
    private final int maxFilesPerShard;
    private final Supplier<String> attemptIds;
    private final StepInputs inputs;
    private final Supplier<ActivityCaller> callers;
    private final Clock clock;

    /**
     * Activities on a store.
     *
     * @param cache shared with the other steps of the process
     */
    public UpdateActivitiesImpl(CatalogStore store, ObjectCache cache, Sources sources) {
        this(
                store,
                cache,
                sources::open,
                SourceLister.MAX_FILES,
                () -> Long.toHexString(UUID.randomUUID().getMostSignificantBits()),
                new StepInputs(),
                ActivityCaller::now,
                Clock.systemUTC());
    }

    /**
     * Activities on a store.
     *
     * @param attemptIds gives each attempt of a listing a name, never the same one twice
     */
    UpdateActivitiesImpl(
            CatalogStore store,
            ObjectCache cache,
            Opener sources,
            int maxFilesPerShard,
            Supplier<String> attemptIds,
            StepInputs inputs,
            Supplier<ActivityCaller> callers,
            Clock clock) {
        this.clock = clock;
        this.inputs = inputs;
        this.callers = callers;
        this.store = store;
        this.cache = cache;
        this.sources = sources;
        this.maxFilesPerShard = maxFilesPerShard;
        this.attemptIds = attemptIds;
    }

    /** Opens a source, as {@link Sources} does. */
    interface Opener {
        /**
         * Opens a source.
         *
         * @param requests notified of each request to it
         */
        SourceReader open(ExternalSource source, boolean allowEmpty, StoreObserver requests);
    }

    @Override
    public ListingOutcome listFiles(ListRequest request) {
        return ActivityFailures.run(() -> {
            ActivityCaller caller = callers.get();
            inputs.checkList(caller, request);
            ListStep step = new ListStep(
                    store,
                    cache,
                    sources,
                    inputs,
                    maxFilesPerShard,
                    request,
                    attemptIds.get(),
                    caller.attempt() > 1,
                    heartbeat(ListStep.Progress.class),
                    clock.instant());
            return Heartbeats.during(step::progress, step::run);
        });
    }

    @Override
    public ReadOutcome readFragments(ShardsRequest request) {
        return ActivityFailures.run(() -> {
            inputs.checkShards(callers.get(), request);
            ReadStep step = new ReadStep(store, cache, sources, inputs, request, heartbeat(ReadStep.Progress.class));
            return Heartbeats.during(step::progress, step::run);
        });
    }

    @Override
    public BalanceResult balanceSegments(ShardsRequest request) {
        return ActivityFailures.run(() -> {
            inputs.checkShards(callers.get(), request);
            BalanceStep step = new BalanceStep(store, cache, inputs, request, heartbeat(BalanceStep.Progress.class));
            return Heartbeats.during(step::progress, step::run);
        });
    }

    /**
     * What an attempt before has heartbeated, or empty. Anybody in the namespace can heartbeat for it: details of
     * another type are taken for none.
     */
    private static <T> Optional<T> heartbeat(Class<T> type) {
        try {
            return Activity.getExecutionContext().getHeartbeatDetails(type);
        } catch (DataConverterException e) {
            return Optional.empty();
        }
    }
}
