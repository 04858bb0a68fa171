package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionRequest;
import dev.littoral.workflows.model.ServedAnswer;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** A workflow that ends when the consumers of a collection serve a version. */
@WorkflowInterface
public interface AwaitServedWorkflow {
    String TYPE = "AwaitServed";

    /**
     * Waits.
     *
     * @param request {@code {"collectionId": "orders", "version": 42}}; without a version the newest one is meant that
     *     there is at first
     */
    @WorkflowMethod(name = TYPE)
    ServedAnswer run(CollectionRequest request);
}
