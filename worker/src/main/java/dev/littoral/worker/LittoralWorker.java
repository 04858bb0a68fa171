package dev.littoral.worker;

import dev.littoral.activities.CatalogActivitiesImpl;
import dev.littoral.activities.UpdateActivitiesImpl;
import dev.littoral.activities.catalog.Catalogs;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.ObjectStore;
import dev.littoral.activities.catalog.StoreProbe;
import dev.littoral.activities.s3.S3Clients;
import dev.littoral.activities.source.Sources;
import dev.littoral.workflows.Workflows;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Hosts the workflows and activities of one catalog on one task queue. */
public final class LittoralWorker implements AutoCloseable {
    /** How long running activities may take to stop once the worker is asked to. */
    private static final Duration DRAIN = Duration.ofSeconds(30);

    private final S3Clients clients;
    private final ObjectStore store;
    private final WorkerFactory factory;

    private LittoralWorker(S3Clients clients, ObjectStore store, WorkerFactory factory) {
        this.clients = clients;
        this.store = store;
        this.factory = factory;
    }

    /**
     * Starts a worker. The catalog's store is probed first, unless it is known to have passed.
     *
     * @throws dev.littoral.activities.LittoralException when the catalog cannot be used, classified
     */
    public static LittoralWorker start(WorkflowClient client, WorkerSettings settings) throws InterruptedException {
        S3Clients clients = new S3Clients();
        ObjectStore store = null;
        try {
            store = Catalogs.open(settings.catalog(), clients);
            StoreProbe.probeOnce(store);
        } catch (RuntimeException | InterruptedException e) {
            close(store, clients);
            throw e;
        }
        WorkerFactory factory = WorkerFactory.newInstance(
                client,
                WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(new News())
                        .build());
        Worker worker = factory.newWorker(
                settings.taskQueue(),
                WorkerOptions.newBuilder()
                        .setMaxConcurrentActivityExecutionSize(settings.concurrentActivities())
                        // Bounds how soon an activity learns of its cancel.
                        .setMaxHeartbeatThrottleInterval(Duration.ofSeconds(1))
                        .setDefaultHeartbeatThrottleInterval(Duration.ofSeconds(1))
                        .build());
        Sources sources = new Sources(clients, settings.allowedSources());
        Workflows.register(worker, sources::refusal);
        worker.registerActivitiesImplementations(
                new CatalogActivitiesImpl(store, sources::refusal, Clock.systemUTC()),
                new UpdateActivitiesImpl(store, sources));
        factory.start();
        return new LittoralWorker(clients, store, factory);
    }

    /** Removes what an update staged whose workflow cannot do so any more. Nobody may still write there. */
    public void discardStaging(String collectionId, long update) throws InterruptedException {
        new CollectionCatalog(store, collectionId).discardStaging(update);
    }

    /** Stops polling, gives running activities a bounded time, and lets go of everything. */
    @Override
    public void close() {
        factory.shutdownNow();
        factory.awaitTermination(DRAIN.toSeconds(), TimeUnit.SECONDS);
        close(store, clients);
    }

    private static void close(ObjectStore store, S3Clients clients) {
        if (store != null) {
            store.close();
        }
        clients.close();
    }
}
