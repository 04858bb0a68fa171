package dev.littoral.workflows;

import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateReport;
import io.temporal.common.VersioningBehavior;
import io.temporal.workflow.WorkflowInit;
import io.temporal.workflow.WorkflowVersioningBehavior;

/**
 * The update workflow for Worker Versioning: it is pinned to the worker deployment version that it begins on. A class
 * of its own, as the service refuses every task of a worker that says so and has no version.
 */
public final class PinnedUpdateWorkflowImpl extends UpdateExternalCollectionWorkflowImpl {
    @WorkflowInit
    public PinnedUpdateWorkflowImpl(UpdateInput input) {
        super(input);
    }

    @Override
    @WorkflowVersioningBehavior(VersioningBehavior.PINNED)
    public UpdateReport run(UpdateInput input) {
        return super.run(input);
    }
}
