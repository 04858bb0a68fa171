package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import io.temporal.common.Priority;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInfo;
import java.util.function.Function;

/**
 * Calls of activities by the workflows. A collection's workflow makes short calls to its catalog as local activities
 * within the workflow task, which saves two round trips each; other calls are ordinary activities.
 */
final class CatalogCalls {
    /** Whether short calls are local activities; runs of older builds have none. */
    private final boolean isLocalFirst;

    /** The history's length, in events, in the last task that made a local call. */
    private long localAt;

    CatalogCalls(int version) {
        isLocalFirst = version >= WorkflowVersions.QUICK_STEPS;
    }

    /** The activities as ordinary ones. */
    static CatalogActivities ordinary(String summary) {
        return Workflow.newActivityStub(CatalogActivities.class, Policies.catalog(summary, priority()));
    }

    /** The catalog's activities for work that grows with the source. */
    static CatalogActivities bulk(String summary) {
        return Workflow.newActivityStub(CatalogActivities.class, Policies.bulk(summary, priority()));
    }

    /** The activities of an update's steps. */
    static UpdateActivities work(String summary) {
        return Workflow.newActivityStub(UpdateActivities.class, Policies.bulk(summary, priority()));
    }

    /** An update has it from its collection; a collection is started by clients, who know of none. */
    static Priority priority() {
        WorkflowInfo info = Workflow.getInfo();
        return UpdateExternalCollectionWorkflow.numberOf(info.getWorkflowId()) > 0
                ? info.getPriority()
                : Policies.priority(info.getWorkflowId(), true);
    }

    /** One short call. A catalog that does not answer at once is called again by an ordinary activity. */
    <T> T local(String summary, Function<CatalogActivities, T> call) {
        if (isLocalFirst) {
            try {
                T answer = call.apply(Workflow.newLocalActivityStub(CatalogActivities.class, Policies.quick(summary)));
                localAt = Workflow.getInfo().getHistoryLength();
                return answer;
            } catch (ActivityFailure e) {
                throwIfCancelled(e);
                if (FailureReason.of(e).type() != FailureType.TRANSIENT) {
                    throw e;
                }
            }
        }
        return call.apply(ordinary(summary));
    }

    /**
     * A call that writes. It is local only if all that is known of the head is in the history: what this very task
     * learned is not, and the server may have given the task to another worker. Then an ordinary activity makes it
     * history first.
     */
    <T> T write(String summary, Function<CatalogActivities, T> call) {
        return Workflow.getInfo().getHistoryLength() > localAt ? local(summary, call) : call.apply(ordinary(summary));
    }

    /** A cancellation of the workflow is thrown on as such. */
    static void throwIfCancelled(ActivityFailure failure) {
        if (failure.getCause() instanceof CanceledFailure cancelled) {
            throw cancelled;
        }
    }
}
