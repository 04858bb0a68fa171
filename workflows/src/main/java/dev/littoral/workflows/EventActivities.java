package dev.littoral.workflows;

import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.EventResult;
import io.temporal.activity.ActivityInterface;
import java.util.List;

/**
 * The activities that send a collection's events to sinks. They have a task queue of their own, so that a sink that
 * hangs takes no slot from an update.
 */
@ActivityInterface
public interface EventActivities {
    /** Fails with INPUT where the worker does not know one of these sinks. Sends nothing. */
    void checkSinks(String collectionId, List<String> sinks);

    /**
     * Sends events beyond a cursor in order, some at a time. A sink that does not take one is no failure of the
     * activity: the result says how far it came, and why no further.
     */
    EventResult sendEvents(EventRequest request);
}
