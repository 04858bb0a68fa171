package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedInput;
import dev.littoral.workflows.model.CollectionInput;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkflowImplementationOptions;

/** The registration of the workflows with a worker. */
public final class WorkflowRegistration {
    private WorkflowRegistration() {}

    /**
     * Registers the workflows. The worker's client needs a {@link MessageConverter}.
     *
     * @param policy which sources the worker may read; asked before an update enters the history
     * @param observer learns how collections stand
     */
    public static void register(Worker worker, SourcePolicy policy, CollectionObserver observer) {
        register(worker, policy, observer, Policies.HISTORY);
    }

    static void register(Worker worker, SourcePolicy policy, CollectionObserver observer, Policies.History history) {
        worker.registerWorkflowImplementationFactory(
                ExternalCollectionWorkflow.class,
                arguments -> new ExternalCollectionWorkflowImpl(
                        arguments.get(0, CollectionInput.class),
                        arguments.get(1, CarriedInput.class),
                        policy,
                        observer,
                        history),
                WorkflowImplementationOptions.getDefaultInstance());
        worker.registerWorkflowImplementationTypes(
                UpdateExternalCollectionWorkflowImpl.class,
                RefreshCollectionWorkflowImpl.class,
                ChangeCollectionSourceWorkflowImpl.class,
                AwaitServedWorkflowImpl.class,
                UnknownWorkflow.class);
        worker.registerNexusServiceImplementation(new CollectionsServiceImpl());
    }
}
