package dev.littoral.workflows;

import io.temporal.activity.Activity;
import java.util.Set;
import java.util.TreeSet;

/** The worker deployment versions of a {@link FakeLake}'s updates: a test says which updates have no workers. */
final class FakeDeployments implements DeploymentActivities {
    private final Set<Long> abandoned = new TreeSet<>();

    synchronized void abandon(long update) {
        abandoned.add(update);
    }

    @Override
    public synchronized boolean isAbandoned(String collectionId, long update) {
        return abandoned.contains(update);
    }

    @Override
    public void terminateUpdate(String collectionId, long update) {
        Activity.getExecutionContext()
                .getWorkflowClient()
                .newUntypedWorkflowStub(UpdateExternalCollectionWorkflow.id(collectionId, update))
                .terminate("a test");
    }
}
