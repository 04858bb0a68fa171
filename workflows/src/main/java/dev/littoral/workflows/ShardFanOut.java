package dev.littoral.workflows;

import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.UpdateInput;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** The fan-out of a step over parallel activities, each for a range of the touched shards. */
final class ShardFanOut {
    /** The maximum number of activities a step, so that a history stays short however large the source. */
    private static final int MAX_ACTIVITIES = 200;

    /** The inputs of a step in all: they travel in one message, of which Temporal takes 4 MB. */
    private static final int MAX_STEP_BYTES = 2 << 20;

    /** An activity's input without the source, in bytes, generously. */
    private static final int INPUT_BYTES = 2 << 10;

    private final int activities;

    ShardFanOut(UpdateInput input) {
        activities = Math.min(MAX_ACTIVITIES, MAX_STEP_BYTES / (INPUT_BYTES + Json.bytes(input.source())));
    }

    /** How many shards each activity has. */
    int rangeSize(int touched) {
        return Math.max(1, Math.ceilDiv(touched, activities));
    }

    /**
     * Runs activities over all touched shards. When one fails, the others are cancelled a little later, and waited for.
     *
     * @param start starts an activity for the shards from the first number up to, but without, the second
     */
    <T> List<T> run(int touched, BiFunction<Integer, Integer, Promise<T>> start) {
        List<Promise<T>> promises = new ArrayList<>();
        CancellationScope scope = Workflow.newCancellationScope(() -> {
            int size = rangeSize(touched);
            for (int from = 0; from < touched; from += size) {
                promises.add(start.apply(from, Math.min(touched, from + size)));
            }
        });
        scope.run();
        try {
            Promise.allOf(promises).get();
        } catch (ActivityFailure e) {
            // Mostly the others fail for the same reason. The in-memory service cannot cancel one that ends at that
            // moment.
            Runnable wait = () -> Workflow.await(
                    Policies.SIBLING_TIMEOUT, () -> promises.stream().allMatch(Promise::isCompleted));
            if (Workflow.getVersion(WorkflowVersions.UPDATE, Workflow.DEFAULT_VERSION, WorkflowVersions.NEWEST)
                    >= WorkflowVersions.ALL_SHARDS) {
                // A cancel must not end the wait: staging would be removed while a shard still writes to it.
                wait = Workflow.newDetachedCancellationScope(wait);
            }
            wait.run();
            scope.cancel("another part of the step failed");
            promises.forEach(Promise::getFailure);
            throw e;
        }
        List<T> results = new ArrayList<>(promises.size());
        for (Promise<T> promise : promises) {
            results.add(promise.get());
        }
        return results;
    }
}
