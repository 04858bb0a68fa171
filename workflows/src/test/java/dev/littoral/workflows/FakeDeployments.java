package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.util.Set;
import java.util.TreeSet;

/** The worker deployment versions of a {@link FakeLake}'s updates: a test says which updates have no workers. */
final class FakeDeployments implements DeploymentActivities {
    private final Set<Long> abandoned = new TreeSet<>();
    private boolean failsIsAbandoned;
    private boolean failsTerminate;
    private int asked;
    private int toTerminate;

    synchronized void abandon(long update) {
        abandoned.add(update);
    }

    /** From now on the service does not say whether an update is abandoned. */
    synchronized void failIsAbandoned() {
        failsIsAbandoned = true;
    }

    /** From now on the service terminates no update. */
    synchronized void failTerminate() {
        failsTerminate = true;
    }

    /** How often it was asked whether an update is abandoned. */
    synchronized int asked() {
        return asked;
    }

    /** How many updates were to be terminated. */
    synchronized int toTerminate() {
        return toTerminate;
    }

    private static void refuse(boolean refuses) {
        if (refuses) {
            throw ApplicationFailure.newNonRetryableFailure("the service refuses", FailureType.ACCESS.name());
        }
    }

    @Override
    public synchronized boolean isAbandoned(String collectionId, long update) {
        asked++;
        refuse(failsIsAbandoned);
        return abandoned.contains(update);
    }

    @Override
    public void terminateUpdate(String collectionId, long update) {
        synchronized (this) {
            toTerminate++;
            refuse(failsTerminate);
        }
        Activity.getExecutionContext()
                .getWorkflowClient()
                .newUntypedWorkflowStub(UpdateExternalCollectionWorkflow.id(collectionId, update))
                .terminate("a test");
    }
}
