package dev.littoral.worker;

import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.event.EventObserver;
import dev.littoral.activities.event.Sinks;
import dev.littoral.activities.event.registry.SinkRegistry;
import dev.littoral.activities.source.Sources;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.steps.CatalogActivitiesImpl;
import dev.littoral.activities.steps.ConsumerActivitiesImpl;
import dev.littoral.activities.steps.EventActivitiesImpl;
import dev.littoral.activities.steps.UpdateActivitiesImpl;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.ConditionalWriteProbe;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.tablecatalog.TableCatalogs;
import dev.littoral.activities.tablecatalog.registry.TableCatalogRegistry;
import dev.littoral.workflows.CollectionObserver;
import dev.littoral.workflows.Policies;
import dev.littoral.workflows.RegisteredAttributes;
import dev.littoral.workflows.WorkflowRegistration;
import io.temporal.client.WorkflowClient;
import io.temporal.common.VersioningBehavior;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerDeploymentOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Temporal worker: hosts the workflows and activities of one catalog on one task queue. */
public final class LittoralWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LittoralWorker.class);

    /** How long activities may take to notice that they are interrupted. */
    private static final Duration INTERRUPT_TIMEOUT = Duration.ofSeconds(30);

    private static final long POLLING_MILLIS = 50;

    /**
     * The time after which a workflow task that does not yield is taken for a deadlock: the task timeout of the
     * service. The SDK's default of a second passes on a machine that is merely busy, and fails the task.
     */
    private static final Duration DEADLOCK_TIMEOUT = Duration.ofSeconds(10);

    /** The most collections whose events are sent at once; a sink that hangs takes no slot of other activities. */
    private static final int CONCURRENT_SENDS = 8;

    private static final int SEND_POLLERS = 2;

    /** Bytes of compressed snapshot objects and plans: dozens of shards, which the steps of an update share. */
    private static final long CACHED_OBJECTS = 16 << 20;

    private final Storages storages;
    private final CatalogStore store;
    private final Sinks sinks;
    private final TableCatalogs tables;
    private final WorkerFactory factory;
    private final WorkerSettings settings;
    private final PollerProbe pollers;
    private final Health health;

    private LittoralWorker(
            Storages storages,
            CatalogStore store,
            Sinks sinks,
            TableCatalogs tables,
            WorkerFactory factory,
            WorkerSettings settings,
            PollerProbe pollers,
            Health health) {
        this.storages = storages;
        this.store = store;
        this.sinks = sinks;
        this.tables = tables;
        this.factory = factory;
        this.settings = settings;
        this.pollers = pollers;
        this.health = health;
    }

    /**
     * Starts a worker. The catalog's store is probed first, unless it is known to have passed.
     *
     * @throws dev.littoral.activities.failure.LittoralException when the catalog cannot be used, classified
     */
    public static LittoralWorker start(WorkflowClient client, WorkerSettings settings) throws InterruptedException {
        return start(client, settings, RegisteredAttributes.NONE);
    }

    /**
     * Starts a worker as the other does.
     *
     * @param attributes which search attributes can be set
     */
    public static LittoralWorker start(WorkflowClient client, WorkerSettings settings, RegisteredAttributes attributes)
            throws InterruptedException {
        return start(client, settings, Optional.empty(), new Health(), attributes, Tracing.OFF);
    }

    /** Starts a worker as the others do, with traces of what it does, which stay the caller's. */
    static LittoralWorker start(WorkflowClient client, WorkerSettings settings, Tracing tracing)
            throws InterruptedException {
        return start(client, settings, Optional.empty(), new Health(), RegisteredAttributes.NONE, tracing);
    }

    /**
     * Starts a worker that counts what it does. The catalog's store is probed first, unless it is known to have passed.
     *
     * @param metrics closed by the caller
     * @param health that of the client's connection; gets failures of the process
     * @param attributes which search attributes can be set
     * @param tracing closed by the caller
     * @throws dev.littoral.activities.failure.LittoralException when the catalog cannot be used, classified
     */
    public static LittoralWorker start(
            WorkflowClient client,
            WorkerSettings settings,
            WorkerMetrics metrics,
            Health health,
            RegisteredAttributes attributes,
            Tracing tracing)
            throws InterruptedException {
        return start(client, settings, Optional.of(metrics), health, attributes, tracing);
    }

    private static LittoralWorker start(
            WorkflowClient client,
            WorkerSettings settings,
            Optional<WorkerMetrics> metrics,
            Health health,
            RegisteredAttributes attributes,
            Tracing tracing)
            throws InterruptedException {
        // It is known when the first collection asks.
        attributes.names();
        StoreObserver requests = metrics.<StoreObserver>map(all -> all).orElse(StoreObserver.NONE);
        Storages storages = StorageRegistry.storages();
        metrics.ifPresent(all -> all.watch(storages, settings.sinks()));
        CatalogStore store = null;
        Sinks sinks = null;
        TableCatalogs tables = TableCatalogs.NONE;
        try {
            tables = TableCatalogRegistry.open(settings.tables());
            sinks = SinkRegistry.open(
                    settings.sinks(),
                    metrics.<EventObserver>map(all -> all::eventTried).orElse(EventObserver.NONE));
            store = storages.openCatalog(settings.catalog(), requests);
            ConditionalWriteProbe.probeOnce(store);
        } catch (RuntimeException | InterruptedException e) {
            close(sinks, store, storages, tables);
            throw e;
        }
        List<UpdateObserver> observers = Stream.concat(Stream.of(new UpdateLog(), tracing), metrics.stream())
                .toList();
        WorkerFactory factory = WorkerFactory.newInstance(
                client,
                WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(
                                health.watch(),
                                new UpdateSizeLimit(),
                                new ProgressReporter(),
                                new UpdateEventInterceptor(observers),
                                tracing.interceptor(),
                                // Last, so outermost: the others log in its context.
                                new LogContextInterceptor())
                        .build());
        Worker worker = factory.newWorker(
                settings.taskQueue(),
                options(settings)
                        .setMaxConcurrentActivityExecutionSize(settings.concurrentActivities())
                        .setMaxWorkerActivitiesPerSecond(settings.activitiesPerSecond())
                        .setDefaultDeadlockDetectionTimeout(DEADLOCK_TIMEOUT.toMillis())
                        // Running activities heartbeat while the worker drains.
                        .setAllowActivityHeartbeatDuringShutdown(true)
                        // Bounds how late an activity notices its cancellation.
                        .setMaxHeartbeatThrottleInterval(Duration.ofSeconds(1))
                        .setDefaultHeartbeatThrottleInterval(Duration.ofSeconds(1))
                        .build());
        EventActivitiesImpl events = new EventActivitiesImpl(store, sinks);
        Sources sources = new Sources(
                storages,
                FormatRegistry.formats(),
                settings.allowed(),
                Optional.of(settings.catalog()),
                tables,
                requests);
        WorkflowRegistration.register(
                worker,
                sources::refusal,
                metrics.map(WorkerMetrics::collections).orElse(CollectionObserver.NONE),
                attributes,
                settings.deployment().isPresent());
        ObjectCache cache = new ObjectCache(CACHED_OBJECTS);
        worker.registerActivitiesImplementations(
                new CatalogActivitiesImpl(store, cache, sources::refusal, Clock.systemUTC()),
                new UpdateActivitiesImpl(store, cache, sources),
                events,
                new ConsumerActivitiesImpl(store, Clock.systemUTC()),
                new CollectionRequestActivitiesImpl(),
                new DeploymentActivitiesImpl(client));
        if (!settings.sinks().isEmpty()) {
            sendEvents(factory, settings, events);
        }
        factory.start();
        health.expectPolls(true);
        return new LittoralWorker(
                storages,
                store,
                sinks,
                tables,
                factory,
                settings,
                new PollerProbe(client, settings.taskQueue()),
                health);
    }

    /** Options with the worker deployment version, where there is one. Updates are pinned to it, all else upgrades. */
    private static WorkerOptions.Builder options(WorkerSettings settings) {
        WorkerOptions.Builder options = WorkerOptions.newBuilder();
        settings.deployment()
                .ifPresent(version -> options.setDeploymentOptions(WorkerDeploymentOptions.newBuilder()
                        .setVersion(version)
                        .setUseVersioning(true)
                        .setDefaultVersioningBehavior(VersioningBehavior.AUTO_UPGRADE)
                        .build()));
        return options;
    }

    /** Takes the activities that send events from their task queue; a worker without sinks leaves them to others. */
    private static void sendEvents(WorkerFactory factory, WorkerSettings settings, EventActivitiesImpl events) {
        factory.newWorker(
                        Policies.eventQueue(settings.taskQueue()),
                        options(settings)
                                .setMaxConcurrentActivityExecutionSize(CONCURRENT_SENDS)
                                .setMaxConcurrentActivityTaskPollers(SEND_POLLERS)
                                .setMaxHeartbeatThrottleInterval(Duration.ofSeconds(1))
                                .setDefaultHeartbeatThrottleInterval(Duration.ofSeconds(1))
                                .build())
                .registerActivitiesImplementations(events);
    }

    /** The location of the catalog's store, as a URI or path. */
    public String catalog() {
        return store.location();
    }

    /**
     * Whether the service sees this worker poll for workflow and activity tasks.
     *
     * @throws io.grpc.StatusRuntimeException when the service does not answer
     */
    public boolean isPolling() {
        return !factory.isShutdown() && pollers.isKnown();
    }

    /**
     * Waits until this worker is polling.
     *
     * @return false when it is not within the time
     * @throws io.grpc.StatusRuntimeException when the service does not answer
     */
    public boolean awaitPolling(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (!isPolling()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(POLLING_MILLIS);
        }
        return true;
    }

    /**
     * Stops polling and lets running activities go on for the time to drain. What runs longer is interrupted; Temporal
     * gives it to another worker, which goes on from its last heartbeat.
     *
     * @return whether everything ended by itself
     */
    public boolean drain() {
        health.expectPolls(false);
        factory.shutdown();
        factory.awaitTermination(settings.drain().toMillis(), TimeUnit.MILLISECONDS);
        return factory.isTerminated();
    }

    /** Stops polling, interrupts running activities, waits up to 30 seconds for them, and closes everything. */
    @Override
    public void close() {
        health.expectPolls(false);
        factory.shutdownNow();
        factory.awaitTermination(INTERRUPT_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        if (!factory.isTerminated()) {
            LOG.warn("Activities go on {} after they were interrupted", INTERRUPT_TIMEOUT);
        }
        close(sinks, store, storages, tables);
    }

    private static void close(Sinks sinks, CatalogStore store, Storages storages, TableCatalogs tables) {
        if (sinks != null) {
            sinks.close();
        }
        if (store != null) {
            store.close();
        }
        storages.close();
        tables.close();
    }
}
