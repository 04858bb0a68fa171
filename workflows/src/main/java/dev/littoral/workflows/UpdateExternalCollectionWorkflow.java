package dev.littoral.workflows;

import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateProgress;
import dev.littoral.workflows.model.UpdateReport;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * The workflow of one update: list, read, balance, commit. A child of its collection, its ID {@code
 * <collectionId>/update-<n>}. A failure carries the report in its details.
 */
@WorkflowInterface
public interface UpdateExternalCollectionWorkflow {
    String TYPE = "UpdateExternalCollection";

    static String id(String collectionId, long update) {
        return collectionId + "/update-" + update;
    }

    /** The collection that a workflow is, or whose update it is. */
    static String collectionOf(String workflowId) {
        int slash = workflowId.indexOf('/');
        return slash < 0 ? workflowId : workflowId.substring(0, slash);
    }

    /** The number of the update that a workflow is, or 0 where it is none. */
    static long numberOf(String workflowId) {
        String number = workflowId.substring(workflowId.lastIndexOf('-') + 1);
        return number.matches("[0-9]{1,18}") && workflowId.equals(id(collectionOf(workflowId), Long.parseLong(number)))
                ? Long.parseLong(number)
                : 0;
    }

    @WorkflowMethod(name = TYPE)
    UpdateReport run(UpdateInput input);

    @QueryMethod(name = MessageNames.PROGRESS)
    UpdateProgress progress();

    /** Sent by its collection to learn whether this workflow is still there. */
    @SignalMethod(name = MessageNames.PING)
    void ping();
}
