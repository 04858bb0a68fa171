package dev.littoral.workflows;

import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Workflow;
import org.slf4j.Logger;

/** Calls of {@link DeploymentActivities} by a collection. None of them fails: the next check tries again. */
final class DeploymentCalls {
    private final Logger log = Workflow.getLogger(ExternalCollectionWorkflowImpl.class);
    private final String collectionId;

    /** Runs of older builds do not ask. */
    private final boolean asks;

    DeploymentCalls(String collectionId, int version) {
        this.collectionId = collectionId;
        this.asks = version >= WorkflowVersions.DEPLOYMENTS;
    }

    boolean isAbandoned(long update) {
        if (!asks) {
            return false;
        }
        try {
            return Workflow.newLocalActivityStub(
                            DeploymentActivities.class, Policies.quick("look for workers of update " + update))
                    .isAbandoned(collectionId, update);
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            log.warn("It is not known whether update {} has workers", update, e);
            return false;
        }
    }

    void terminate(long update) {
        try {
            Workflow.newActivityStub(
                            DeploymentActivities.class,
                            Policies.catalog("end update " + update + ", without workers", CatalogCalls.priority()))
                    .terminateUpdate(collectionId, update);
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            log.warn("Update {} could not be terminated; it ends by itself within a day", update, e);
        }
    }
}
