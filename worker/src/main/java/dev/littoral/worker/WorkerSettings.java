package dev.littoral.worker;

import dev.littoral.workflows.ExternalCollectionWorkflow;
import java.util.List;

/**
 * What a worker serves.
 *
 * @param catalog where the catalog is: {@code s3://bucket/prefix} or a folder
 * @param allowedSources prefixes of the source URIs that may be read
 * @param taskQueue the Temporal task queue
 * @param concurrentActivities how many activities run at once, at least 1; each holds some megabytes
 */
public record WorkerSettings(String catalog, List<String> allowedSources, String taskQueue, int concurrentActivities) {

    private static final int CONCURRENT_ACTIVITIES = 16;

    /** Settings with the usual task queue and concurrency. */
    public static WorkerSettings of(String catalog, List<String> allowedSources) {
        return new WorkerSettings(
                catalog, allowedSources, ExternalCollectionWorkflow.TASK_QUEUE, CONCURRENT_ACTIVITIES);
    }
}
