package dev.littoral.workflows;

import dev.littoral.workflows.spec.SecretScanner;
import io.temporal.common.converter.EncodedValues;
import io.temporal.workflow.DynamicWorkflow;
import io.temporal.workflow.Workflow;

/** Workflows of any other type: a person's slip, which fails at once rather than waiting for a worker that knows it. */
public final class UnknownWorkflow implements DynamicWorkflow {
    @Override
    public Object execute(EncodedValues arguments) {
        throw FailureReason.input("there is no workflow type "
                        + SecretScanner.quotedName(Workflow.getInfo().getWorkflowType()) + "; expected "
                        + ExternalCollectionWorkflow.TYPE)
                .thrown();
    }
}
