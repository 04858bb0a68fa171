package dev.littoral.workflows;

import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.CompletablePromise;
import io.temporal.workflow.TimerOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.time.Instant;
import java.util.Deque;

/** The wait of a collection's workflow for a message. */
final class InboxWait {
    private InboxWait() {}

    /** Waits for a message, or until an update is due, or a sink or consumer beside it; null where none is. */
    static void until(Instant update, Instant beside, Deque<Message> inbox) {
        if (beside != null && (update == null || beside.isBefore(update))) {
            until(beside, "until events are sent or consumers looked at again", inbox);
        } else {
            until(update, "until the next update", inbox);
        }
    }

    /**
     * Waits for a message.
     *
     * @param end when the wait ends without one, or null
     * @param summary what the end is, in words
     */
    private static void until(Instant end, String summary, Deque<Message> inbox) {
        if (end == null) {
            Workflow.await(() -> !inbox.isEmpty());
            return;
        }
        // Workflow.await with a timeout would leave its timer behind each time a message comes first.
        CompletablePromise<Void> ended = Workflow.newPromise();
        CancellationScope scope = Workflow.newCancellationScope(() -> Workflow.newTimer(
                        Duration.between(CollectionLoop.now(), end),
                        TimerOptions.newBuilder().setSummary(summary).build())
                // A cancelled timer is handled too: the SDK logs a failure that nobody handles.
                .handle((fired, cancelled) -> {
                    ended.complete(null);
                    return null;
                }));
        scope.run();
        Workflow.await(() -> !inbox.isEmpty() || ended.isCompleted());
        if (!ended.isCompleted()) {
            scope.cancel("a message came first");
        }
    }
}
