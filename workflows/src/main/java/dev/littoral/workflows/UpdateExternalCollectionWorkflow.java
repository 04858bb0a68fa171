package dev.littoral.workflows;

import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateProgress;
import dev.littoral.workflows.model.UpdateReport;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * One update of a collection: list, read, balance, commit. A child of its collection, its ID {@code
 * <collectionId>/update-<n>}. A failure carries the report in its details.
 */
@WorkflowInterface
public interface UpdateExternalCollectionWorkflow {
    String TYPE = "UpdateExternalCollection";

    static String id(String collectionId, long update) {
        return collectionId + "/update-" + update;
    }

    @WorkflowMethod(name = TYPE)
    UpdateReport run(UpdateInput input);

    @QueryMethod
    UpdateProgress progress();
}
