package dev.littoral.activities.steps;

import dev.littoral.activities.event.EventSender;
import dev.littoral.activities.event.Sinks;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.EventActivities;
import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.EventResult;
import java.util.List;
import java.util.function.Supplier;

/** The activities that send events. One instance serves all collections of a worker, on many threads. */
public final class EventActivitiesImpl implements EventActivities {
    private final Sinks sinks;
    private final EventSender sender;
    private final EventInputs inputs = new EventInputs();
    private final Supplier<ActivityCaller> callers;

    /** Activities on a store, which hand events to these sinks. */
    public EventActivitiesImpl(CatalogStore store, Sinks sinks) {
        this(store, sinks, ActivityCaller::now);
    }

    EventActivitiesImpl(CatalogStore store, Sinks sinks, Supplier<ActivityCaller> callers) {
        this.sinks = sinks;
        this.sender = new EventSender(store, sinks);
        this.callers = callers;
    }

    @Override
    public void checkSinks(String collectionId, List<String> names) {
        ActivityCaller caller = callers.get();
        ActivityFailures.run(() -> {
            inputs.checkSinks(caller, collectionId, names);
            for (String name : names) {
                sinks.refusal(name).ifPresent(refusal -> {
                    throw LittoralException.input(refusal);
                });
            }
            return null;
        });
    }

    @Override
    public EventResult sendEvents(EventRequest request) {
        ActivityCaller caller = callers.get();
        return ActivityFailures.run(() -> Heartbeats.during(() -> "sends", () -> {
            inputs.checkSend(caller, request);
            return sender.send(request);
        }));
    }
}
