package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedInput;
import dev.littoral.workflows.model.CollectionInput;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkflowImplementationOptions;

/** Registers the workflows with a worker. */
public final class WorkflowRegistration {
    private WorkflowRegistration() {}

    /**
     * Registers the workflows. The worker's client needs a {@link MessageConverter}.
     *
     * @param rules which sources the worker may read; asked before an update enters the history
     */
    public static void register(Worker worker, SourcePolicy rules) {
        register(worker, rules, Policies.HISTORY);
    }

    static void register(Worker worker, SourcePolicy rules, Policies.History history) {
        worker.registerWorkflowImplementationFactory(
                ExternalCollectionWorkflow.class,
                arguments -> new ExternalCollectionWorkflowImpl(
                        arguments.get(0, CollectionInput.class), arguments.get(1, CarriedInput.class), rules, history),
                WorkflowImplementationOptions.getDefaultInstance());
        worker.registerWorkflowImplementationTypes(UpdateExternalCollectionWorkflowImpl.class, UnknownWorkflow.class);
    }
}
