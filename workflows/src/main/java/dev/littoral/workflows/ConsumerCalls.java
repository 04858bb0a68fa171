package dev.littoral.workflows;

import dev.littoral.workflows.model.AcknowledgeRequest;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseRequest;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Workflow;
import java.time.Instant;
import java.util.Deque;
import java.util.function.Function;
import org.slf4j.Logger;

/**
 * The calls of a collection's workflow about its consumers: it writes what they say by messages, and looks at what they
 * say in the catalog. Both go on beside updates.
 */
final class ConsumerCalls {
    private final Logger log = Workflow.getLogger(ExternalCollectionWorkflowImpl.class);
    private final String collectionId;
    private final CollectionState state;
    private final Deque<Message> inbox;

    ConsumerCalls(String collectionId, CollectionState state, Deque<Message> inbox) {
        this.collectionId = collectionId;
        this.state = state;
        this.inbox = inbox;
    }

    LeaseAnswer lease(LeaseRequest request) {
        awaitOpen();
        if (state.isRetired() || state.isClosed()) {
            throw FailureReason.input("the collection is retired, and nothing of it is cleaned away any more;"
                            + " expected no lease")
                    .thrown();
        }
        return said(activities -> activities.leaseVersion(request), "lease a version to " + request.consumer());
    }

    ConsumerStatus acknowledge(AcknowledgeRequest request) {
        awaitOpen();
        return said(
                activities -> activities.acknowledgeVersion(request),
                "write what " + request.consumer() + " says of version " + request.version());
    }

    private void awaitOpen() {
        Workflow.await(() -> state.consumers().isBegun() && state.phase() != CollectionPhase.STARTING);
        if (!state.consumers().isEnabled()) {
            throw FailureReason.input("this run of the collection began with an older build of Littoral; expected a"
                            + " newer run: cancel the workflow and start the collection again")
                    .thrown();
        }
    }

    private <T> T said(Function<ConsumerActivities, T> call, String summary) {
        try {
            T answer = call.apply(ordinary(summary));
            inbox.addLast(new Message.ConsumerSaid());
            return answer;
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            throw FailureReason.of(e).thrown();
        }
    }

    private static ConsumerActivities ordinary(String summary) {
        return Workflow.newActivityStub(ConsumerActivities.class, Policies.catalog(summary, CatalogCalls.priority()));
    }

    /**
     * Makes the look that is due, or begins it where it reads more than one listing, and says when the next one is, or
     * null. Called by the loop alone, while it has no timer.
     */
    Instant look() {
        state.consumers().takeNews().forEach(line -> log.info("{} ({})", line, collectionId));
        boolean isLong = state.consumers().looksLong();
        ConsumersRequest request = state.consumers().begin(CollectionLoop.now());
        if (request != null && (isLong || !lookAtOnce(request))) {
            ConsumerActivities activities = ordinary("look at the consumers");
            Async.function(activities::lookAtConsumers, request).handle((found, failure) -> {
                inbox.addLast(new Message.ConsumersLooked(found, failure));
                return null;
            });
        }
        return state.consumers().nextLook();
    }

    /** Looks within the workflow's task, and returns whether that has ended; a catalog may not answer at once. */
    private boolean lookAtOnce(ConsumersRequest request) {
        try {
            ConsumersSeen found = Workflow.newLocalActivityStub(
                            ConsumerActivities.class, Policies.quick("look for consumers"))
                    .lookAtConsumers(request);
            inbox.addLast(new Message.ConsumersLooked(found, null));
            return true;
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            if (FailureReason.of(e).type() == FailureType.TRANSIENT) {
                return false;
            }
            inbox.addLast(new Message.ConsumersLooked(null, e));
            return true;
        }
    }
}
