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
     * @param versioned whether the worker has a worker deployment version, to which updates are pinned
     */
    public static void register(
            Worker worker,
            SourcePolicy policy,
            CollectionObserver observer,
            RegisteredAttributes registered,
            boolean versioned) {
        register(worker, policy, observer, registered, versioned, Policies.HISTORY);
    }

    static void register(
            Worker worker,
            SourcePolicy policy,
            CollectionObserver observer,
            RegisteredAttributes registered,
            boolean versioned,
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
                versioned ? PinnedUpdateWorkflowImpl.class : UpdateExternalCollectionWorkflowImpl.class,
                RefreshCollectionWorkflowImpl.class,
                ChangeCollectionSourceWorkflowImpl.class,
                AwaitServedWorkflowImpl.class,
                UnknownWorkflow.class);
        worker.registerNexusServiceImplementation(new CollectionsServiceImpl());
    }
}
