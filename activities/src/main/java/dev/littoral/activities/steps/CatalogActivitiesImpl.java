package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.catalog.StagingGoneException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.retention.SnapshotExpirer;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.RequestCounts;
import dev.littoral.workflows.CatalogActivities;
import dev.littoral.workflows.SourcePolicy;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The activities that read the commit log and add to it. One instance serves all collections of a worker, on many
 * threads.
 */
public final class CatalogActivitiesImpl implements CatalogActivities {
    private final CatalogStore store;
    private final ObjectCache cache;
    private final SourcePolicy policy;
    private final Clock clock;
    private final NextHead next;
    private final StepInputs inputs;
    private final Supplier<ActivityCaller> callers;

    /**
     * Activities on a store.
     *
     * @param cache shared with the other steps of the process
     * @param policy which sources may be read
     * @param clock gives the times in the log's entries, which are for people and for retention
     */
    public CatalogActivitiesImpl(CatalogStore store, ObjectCache cache, SourcePolicy policy, Clock clock) {
        this(store, cache, policy, clock, new StepInputs(), ActivityCaller::now);
    }

    CatalogActivitiesImpl(
            CatalogStore store,
            ObjectCache cache,
            SourcePolicy policy,
            Clock clock,
            StepInputs inputs,
            Supplier<ActivityCaller> callers) {
        this.cache = cache;
        this.inputs = inputs;
        this.callers = callers;
        this.store = store;
        this.policy = policy;
        this.clock = clock;
        this.next = new NextHead(clock);
    }

    @Override
    public Head openCollection(String collectionId, ExternalSource source) {
        return run("opens", caller -> {
            inputs.checkOpen(caller, collectionId, source);
            if (source != null) {
                policy.refusal(source).ifPresent(refusal -> {
                    throw LittoralException.input(refusal);
                });
            }
            CollectionCatalog catalog = new CollectionCatalog(store, collectionId);
            Head newest = catalog.open();
            // Not what comes after: a try that was paused may go on when the first update runs already.
            catalog.discardEndedStaging(newest);
            return newest;
        });
    }

    @Override
    public Head readHead(String collectionId) {
        return run("reads", caller -> {
            inputs.checkRead(caller, collectionId);
            return new CollectionCatalog(store, collectionId).heads().newest();
        });
    }

    @Override
    public Head findCommit(String collectionId, long update) {
        return run("reads", caller -> {
            inputs.checkFind(caller, collectionId, update);
            return new CollectionCatalog(store, collectionId).heads().commitOf(update);
        });
    }

    @Override
    public CommitOutcome declareSource(DeclareRequest request) {
        return run("writes", caller -> {
            inputs.checkDeclare(caller, request);
            Optional<String> refusal = policy.refusal(request.source());
            return refusal.isPresent()
                    ? new CommitOutcome.Refused(refusal.get())
                    : create(
                            request.collectionId(),
                            request.base(),
                            request.update(),
                            base -> next.declared(base, request));
        });
    }

    @Override
    public CommitOutcome rollBack(RollbackRequest request) {
        return run("writes", caller -> {
            inputs.checkRollback(caller, request);
            return new RollbackStep(store, inputs, next, clock, request).run();
        });
    }

    @Override
    public CommitOutcome retireCollection(RetireRequest request) {
        return run("writes", caller -> {
            inputs.checkRetire(caller, request);
            return create(
                    request.collectionId(), request.base(), request.update(), base -> next.retired(base, request));
        });
    }

    /** Creates the entry after the one that a request names, which is read back: the request may say anything of it. */
    private CommitOutcome create(String collectionId, Head named, long update, UnaryOperator<Head> entry)
            throws InterruptedException {
        HeadLog heads = new CollectionCatalog(store, collectionId).heads();
        Optional<Head> base = heads.resolve(named);
        if (base.isEmpty()) {
            return new CommitOutcome.Moved(heads.newest());
        }
        inputs.checkBase(update, base.get());
        return heads.create(base.get(), entry.apply(base.get()));
    }

    @Override
    public CommitResult commitSnapshot(CommitRequest request) {
        return run("commits", caller -> {
            inputs.checkCommit(caller, request);
            try {
                return new CommitStep(store, cache, inputs, next, request).run();
            } catch (StagingGoneException e) {
                if (caller.attempt() > 1) {
                    // An attempt before this one may have created the entry: only its answer could say.
                    throw new LittoralException(FailureType.TRANSIENT, e.getMessage(), e);
                }
                throw e;
            }
        });
    }

    @Override
    public Map<String, Long> cleanCatalog(CleanRequest request) {
        return run("cleans", caller -> {
            inputs.checkClean(caller, request);
            RequestCounts requests = new RequestCounts();
            new SnapshotExpirer(store.observed(requests), request.collectionId(), clock).clean(request);
            return requests.counts();
        });
    }

    @Override
    public Map<String, Long> discardStaging(DiscardRequest request) {
        return run("discards", caller -> {
            inputs.checkDiscard(caller, request);
            RequestCounts requests = new RequestCounts();
            CollectionCatalog catalog = new CollectionCatalog(store.observed(requests), request.collectionId());
            catalog.discardStaging(request.update());
            for (String objects : request.objects()) {
                catalog.discard(objects);
            }
            return requests.counts();
        });
    }

    private interface Work<T> {
        T of(ActivityCaller caller) throws Exception;
    }

    /** Runs work that heartbeats one word, so that a worker that dies in it is soon noticed. */
    private <T> T run(String heartbeat, Work<T> work) {
        ActivityCaller caller = callers.get();
        return ActivityFailures.run(() -> Heartbeats.during(() -> heartbeat, () -> work.of(caller)));
    }
}
