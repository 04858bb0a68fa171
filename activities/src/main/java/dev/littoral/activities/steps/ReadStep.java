package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import java.util.Optional;

/** One attempt of reading touched shards, from a source that it opens. */
final class ReadStep {
    private final RequestCounts requests = new RequestCounts();
    private final CatalogStore store;
    private final ObjectCache cache;
    private final UpdateActivitiesImpl.Opener sources;
    private final StepInputs inputs;
    private final ShardsRequest request;
    private final TouchedShardsReader shards;

    /**
     * An attempt.
     *
     * @param before what an attempt before has heartbeated
     */
    ReadStep(
            CatalogStore store,
            ObjectCache cache,
            UpdateActivitiesImpl.Opener sources,
            StepInputs inputs,
            ShardsRequest request,
            Optional<Progress> before) {
        this.store = store.observed(requests);
        this.cache = cache;
        this.sources = sources;
        this.inputs = inputs;
        this.request = request;
        this.shards = new TouchedShardsReader(request, before);
    }

    /**
     * What reading heartbeats.
     *
     * @param done files opened so far
     * @param shards shards that are finished; another attempt goes on after them
     * @param sum what the finished shards add up to
     */
    record Progress(long done, int shards, ReadOutcome.Read sum) implements StepProgress {
        Progress with(long files) {
            return new Progress(files, shards, sum);
        }
    }

    /** How far it is. Safe to call from any thread. */
    Progress progress() {
        return shards.progress();
    }

    ReadOutcome run() throws InterruptedException {
        CollectionCatalog catalog = new CollectionCatalog(store, request.collectionId(), cache);
        StagedPlan plan = StagedPlan.read(catalog, request.plan());
        inputs.checkShards(request, plan.plan());
        try (SourceReader source =
                sources.open(request.source(), request.options().allowEmpty(), requests)) {
            try {
                if (plan.plan().table() != null) {
                    source.pin(plan.plan().table());
                }
                return StepTotals.with(shards.read(plan, catalog, source), requests.counts());
            } catch (FileChangedException e) {
                if (plan.plan().previous() != null) {
                    source.files().disagreement(e.path()).ifPresent(reason -> {
                        throw LittoralException.input("Cannot read " + e.path() + ": " + reason);
                    });
                }
                return new ReadOutcome.Changed(e.getMessage(), requests.counts());
            }
        }
    }
}
