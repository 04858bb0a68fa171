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
     * @param registered which search attributes can be set
     */
    public static void register(
            Worker worker, SourcePolicy policy, CollectionObserver observer, RegisteredAttributes registered) {
        register(worker, policy, observer, registered, Policies.HISTORY);
    }

    static void register(
            Worker worker,
            SourcePolicy policy,
            CollectionObserver observer,
            RegisteredAttributes registered,
            Policies.History history) {
        worker.registerWorkflowImplementationFactory(
                ExternalCollectionWorkflow.class,
                arguments -> new ExternalCollectionWorkflowImpl(
                        arguments.get(0, CollectionInput.class),
                        arguments.get(1, CarriedInput.class),
                        policy,
                        observer,
                        registered,
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
