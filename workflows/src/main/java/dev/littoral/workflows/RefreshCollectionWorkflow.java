package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionRequest;
import dev.littoral.workflows.model.Job;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * A one-shot workflow that refreshes a collection: it asks for a refresh and ends with the update, for Temporal
 * Schedules and for workflows that wait. It fails where the update does.
 */
@WorkflowInterface
public interface RefreshCollectionWorkflow {
    String TYPE = "RefreshCollection";

    /**
     * Lists the source again.
     *
     * @param request {@code {"collectionId": "orders"}}
     * @return how the update ended
     */
    @WorkflowMethod(name = TYPE)
    Job run(CollectionRequest request);
}
