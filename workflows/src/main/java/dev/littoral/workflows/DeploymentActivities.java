package dev.littoral.workflows;

import io.temporal.activity.ActivityInterface;

/**
 * Activities about Worker Versioning: an update is pinned to the worker deployment version that it began on, and cannot
 * go on once that has no workers any more.
 */
@ActivityInterface
public interface DeploymentActivities {
    /**
     * Whether an update is abandoned: it is pinned to a version that new work does not go to, and no worker of that
     * version has asked for work for a while.
     */
    boolean isAbandoned(String collectionId, long update);

    /** Terminates the workflow of an update, if it runs. */
    void terminateUpdate(String collectionId, long update);
}
