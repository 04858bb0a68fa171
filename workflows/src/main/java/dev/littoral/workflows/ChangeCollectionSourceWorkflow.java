package dev.littoral.workflows;

import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionRequest;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** A one-shot workflow that has a collection follow another source; it ends when that is declared in the catalog. */
@WorkflowInterface
public interface ChangeCollectionSourceWorkflow {
    String TYPE = "ChangeCollectionSource";

    /**
     * Follows another source.
     *
     * @param request {@code {"collectionId": "orders", "source": {"uri": …, "spec": {…}}}}
     * @return the update that lists it
     */
    @WorkflowMethod(name = TYPE)
    ChangeAnswer run(CollectionRequest request);
}
