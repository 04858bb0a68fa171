package dev.littoral.workflows;

import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.FailureType;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Workflow;
import java.time.Instant;
import java.util.Deque;
import java.util.List;

/**
 * The delivery of a collection's events, beside its updates: an activity for each sink that lacks some. Nothing waits
 * for one; its end comes through the inbox.
 */
final class EventDelivery {
    private final String collectionId;
    private final CollectionState state;
    private final Deque<Message> inbox;

    EventDelivery(String collectionId, CollectionState state, Deque<Message> inbox) {
        this.collectionId = collectionId;
        this.state = state;
        this.inbox = inbox;
    }

    /** Fails where the worker does not know one of the sinks. One that does not answer is not waited for. */
    void checkSinks() {
        List<String> sinks = state.options().sinks();
        if (!state.outbox().isEnabled()) {
            return;
        }
        try {
            Workflow.newLocalActivityStub(EventActivities.class, Policies.quick("check the sinks"))
                    .checkSinks(collectionId, sinks);
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            FailureReason reason = FailureReason.of(e);
            if (reason.type() == FailureType.INPUT) {
                throw reason.thrown();
            }
        }
    }

    /** Sends what is due, and says when that is to be looked at again without a message, or null. */
    Instant send() {
        long newest = state.head().version();
        for (EventRequest request : state.outbox().due(newest, CollectionLoop.now())) {
            EventActivities activities = Workflow.newActivityStub(
                    EventActivities.class,
                    Policies.events(
                            "send events to " + request.sink(),
                            Workflow.getInfo().getTaskQueue(),
                            CatalogCalls.priority()));
            Async.function(activities::sendEvents, request).handle((result, failure) -> {
                inbox.addLast(new Message.EventsSent(request.sink(), result, failure));
                return null;
            });
        }
        return state.outbox().nextTry(newest);
    }

    /** Whether sinks lack events, and there is time left for these. */
    boolean isGoingOn(Instant end) {
        return state.outbox().isBehind(state.head().version())
                && CollectionLoop.now().isBefore(end);
    }
}
