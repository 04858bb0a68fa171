package dev.littoral.worker;

import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import io.temporal.common.WorkerDeploymentVersion;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings of a worker: what it serves, and how much of it at once.
 *
 * @param catalog where the catalog is: {@code s3://bucket/prefix} or a folder
 * @param allowed which sources may be read, and with which profiles
 * @param taskQueue the Temporal task queue
 * @param concurrentActivities how many activities run at once, at least 1; each holds some megabytes
 * @param activitiesPerSecond how many activities start within a second at most; 0 for no limit
 * @param drain how long running activities may go on once the worker is asked to stop
 * @param sinks where events of collections may be sent
 * @param tables the catalogs of tables that sources may name
 * @param deployment the worker deployment version for Worker Versioning; empty for none
 */
public record WorkerSettings(
        String catalog,
        AllowList allowed,
        String taskQueue,
        int concurrentActivities,
        double activitiesPerSecond,
        Duration drain,
        List<SinkSettings> sinks,
        List<TableCatalogSettings> tables,
        Optional<WorkerDeploymentVersion> deployment) {

    public static final int CONCURRENT_ACTIVITIES = 16;

    public static final Duration DRAIN = Duration.ofSeconds(20);

    /** Settings without a limit of activities per second, sinks and catalogs of tables, and with the usual drain. */
    public WorkerSettings(String catalog, AllowList allowed, String taskQueue, int concurrentActivities) {
        this(catalog, allowed, taskQueue, concurrentActivities, 0, DRAIN, List.of(), List.of(), Optional.empty());
    }
}
