package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionRequest;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ServedAnswer;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.model.Verdict;
import dev.littoral.workflows.spec.ParsedRequest;
import io.temporal.workflow.Workflow;
import java.util.List;

/** Asks a collection for its status until all consumers that count serve the version, or one after it. */
public final class AwaitServedWorkflowImpl implements AwaitServedWorkflow {
    @Override
    public ServedAnswer run(CollectionRequest request) {
        ParsedRequest parsed = CollectionRequests.checked(() -> ParsedRequest.await(request));
        String id = parsed.collectionId();
        CollectionStatus first = status(id);
        if (consumers(first).isEmpty()) {
            throw FailureReason.input("collection " + id + " has no consumer; expected one that its options name, or"
                            + " one that has said what it serves")
                    .thrown();
        }
        long version = parsed.version() > 0 ? parsed.version() : first.version();
        CollectionStatus served = CollectionRequests.await(
                () -> status(id),
                status -> consumers(status).stream().allMatch(consumer -> serves(consumer, version, status)),
                () -> Workflow.continueAsNew(CollectionRequest.ofVersion(id, version)));
        return new ServedAnswer(
                version,
                consumers(served).stream().map(ConsumerStatus::consumer).toList());
    }

    private static CollectionStatus status(String id) {
        return CollectionRequests.calls("read the status").readStatus(id);
    }

    private static List<ConsumerStatus> consumers(CollectionStatus status) {
        return status.serving() == null
                ? List.of()
                : ServingState.counting(status.serving().consumers());
    }

    private static boolean serves(ConsumerStatus consumer, long version, CollectionStatus status) {
        return consumer.serves() != null
                && consumer.verdict() != Verdict.WRONG
                && (consumer.serves() >= version || (consumer.behind() == 0 && status.version() >= version));
    }
}
