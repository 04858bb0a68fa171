package dev.littoral.workflows;

import dev.littoral.workflows.spec.SecretScanner;
import io.temporal.common.converter.EncodedValues;
import io.temporal.workflow.DynamicWorkflow;
import io.temporal.workflow.Workflow;

/** The dynamic workflow for unknown types: it fails at once instead of waiting for a worker that has the type. */
public final class UnknownWorkflow implements DynamicWorkflow {
    @Override
    public Object execute(EncodedValues arguments) {
        throw FailureReason.input("there is no workflow type "
                        + SecretScanner.quotedName(Workflow.getInfo().getWorkflowType()) + "; expected "
                        + ExternalCollectionWorkflow.TYPE + " or " + RefreshCollectionWorkflow.TYPE)
                .thrown();
    }
}
