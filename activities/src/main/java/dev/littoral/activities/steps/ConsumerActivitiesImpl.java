package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.consumer.ConsumerClient;
import dev.littoral.activities.consumer.ServingCheck;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.ConsumerActivities;
import dev.littoral.workflows.model.AcknowledgeRequest;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseRequest;
import java.time.Clock;
import java.util.function.Supplier;

/** The activities on what consumers say. One instance serves all collections of a worker, on many threads. */
public final class ConsumerActivitiesImpl implements ConsumerActivities {
    private final CatalogStore store;
    private final Clock clock;
    private final ConsumerInputs inputs;
    private final Supplier<ActivityCaller> callers;

    /**
     * Activities on a store.
     *
     * @param clock gives the times in consumers' entries, and measures leases
     */
    public ConsumerActivitiesImpl(CatalogStore store, Clock clock) {
        this(store, clock, new StepInputs(), ActivityCaller::now);
    }

    ConsumerActivitiesImpl(CatalogStore store, Clock clock, StepInputs inputs, Supplier<ActivityCaller> callers) {
        this.store = store;
        this.clock = clock;
        this.inputs = new ConsumerInputs(inputs);
        this.callers = callers;
    }

    @Override
    public LeaseAnswer leaseVersion(LeaseRequest request) {
        return run("leases", caller -> {
            inputs.check(caller, request);
            long version = request.version() == null
                    ? new HeadLog(store, request.collectionId()).newest().version()
                    : request.version();
            if (version == 0) {
                throw LittoralException.input("Collection " + request.collectionId()
                        + " has no version yet; expected one before a lease is asked for");
            }
            return client(request.collectionId(), request.consumer()).lease(version, request.duration());
        });
    }

    @Override
    public ConsumerStatus acknowledgeVersion(AcknowledgeRequest request) {
        return run("writes", caller -> {
            inputs.check(caller, request);
            client(request.collectionId(), request.consumer()).say(request);
            return new ServingCheck(store, request.collectionId(), clock).look(request.consumer());
        });
    }

    @Override
    public ConsumersSeen lookAtConsumers(ConsumersRequest request) {
        return run("looks", caller -> {
            inputs.check(caller, request);
            return new ServingCheck(store, request.collectionId(), clock).look(request);
        });
    }

    private ConsumerClient client(String collectionId, String consumer) {
        return new ConsumerClient(store, collectionId, consumer, clock);
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
