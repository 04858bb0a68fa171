package dev.littoral.starter.worker;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.Output;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.starter.server.TemporalService;
import dev.littoral.worker.LittoralWorker;
import dev.littoral.worker.MonitoringServer;
import dev.littoral.worker.Tracing;
import dev.littoral.worker.WorkerMetrics;
import dev.littoral.workflows.model.FailureType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The run of a worker in this process, from its start until it has drained. */
final class WorkerRun {
    /** How long the service may take to know a worker that polls. */
    private static final Duration POLLING = Duration.ofSeconds(10);

    private static final long LOOK_MILLIS = 200;

    private final WorkerConfig config;
    private final TemporalService server;
    private final WorkerMetrics metrics;
    private final ShutdownSignal shutdown;
    private final PrintWriter err;

    /** Why no work is taken, or null. */
    private volatile String unready = "the worker starts";

    WorkerRun(
            WorkerConfig config,
            TemporalService server,
            WorkerMetrics metrics,
            ShutdownSignal shutdown,
            PrintWriter err) {
        this.config = config;
        this.server = server;
        this.metrics = metrics;
        this.shutdown = shutdown;
        this.err = err;
    }

    /** Sets how this process logs. Nothing may have logged before. */
    static void log(String format) {
        System.setProperty("LITTORAL_LOG_FORMAT", format);
        if (System.getenv("LITTORAL_LOG") == null) {
            System.setProperty("LITTORAL_LOG", "INFO");
        }
    }

    /**
     * Serves until it is asked to stop, and drains.
     *
     * @param ready what is done when it polls
     * @param keepsRunning checked now and then; false ends it too
     */
    void serve(Runnable ready, BooleanSupplier keepsRunning) throws InterruptedException {
        server.requireCodec();
        requireNamespace();
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            server.health().saw(e);
            handler.uncaughtException(thread, e);
        });
        // Not a field: the logger is made after the format is set.
        Logger log = LoggerFactory.getLogger(WorkerRun.class);
        Ready state = new Ready();
        try (Tracing tracing = Tracing.of(System.getenv());
                MonitoringServer monitoring = config.metricsPort().isPresent() ? open(state) : null;
                LittoralWorker worker = start(state, tracing)) {
            unready = null;
            String served = "task queue " + Output.path(config.worker().taskQueue()) + " at " + server.place()
                    + ", catalog " + worker.catalog() + ", sources "
                    + String.join(" ", config.worker().allowed().sources())
                    + config.worker()
                            .deployment()
                            .map(version -> ", version " + Output.path(version.getBuildId()) + " of deployment "
                                    + Output.path(version.getDeploymentName()))
                            .orElse("")
                    + (monitoring == null ? "" : ", metrics at " + monitoring.address() + "/metrics");
            if (log.isInfoEnabled()) {
                log.info("Worker ready: {}", served);
            } else {
                err.println("littoral: worker ready: " + served);
            }
            ready.run();
            while (keepsRunning.getAsBoolean()) {
                if (shutdown.isRequestedWithin(LOOK_MILLIS)) {
                    break;
                }
            }
            unready = "the worker drains";
            if (keepsRunning.getAsBoolean()) {
                log.info(
                        "Worker draining: running activities have {}",
                        config.worker().drain());
                long start = System.nanoTime();
                boolean ended = worker.drain();
                log.info(
                        "Worker drained in {} ms{}",
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                        ended ? "" : "; what still runs is interrupted, and another worker goes on with it");
            }
        }
        log.info("Worker stopped");
    }

    /** Before anything is touched: a namespace that is not there is a mistake. */
    private void requireNamespace() {
        server.ask(() -> {
            try {
                return server.client()
                        .getWorkflowServiceStubs()
                        .blockingStub()
                        .describeNamespace(DescribeNamespaceRequest.newBuilder()
                                .setNamespace(server.namespace())
                                .build());
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
                    return null;
                }
                throw e;
            }
        });
    }

    private MonitoringServer open(Ready state) {
        return MonitoringServer.open(
                config.metricsHost(),
                config.metricsPort().getAsInt(),
                metrics::page,
                server.health()::failure,
                state::unready);
    }

    private LittoralWorker start(Ready state, Tracing tracing) throws InterruptedException {
        try {
            LittoralWorker worker = LittoralWorker.start(
                    server.client(), config.worker(), metrics, server.health(), server.attributes(), tracing);
            try {
                state.worker = worker;
                if (!worker.awaitPolling(POLLING)) {
                    throw new LittoralException(
                            FailureType.TRANSIENT,
                            "Temporal at " + server.place() + " does not know after " + POLLING.toSeconds()
                                    + " seconds that this worker polls task queue "
                                    + Output.path(config.worker().taskQueue()));
                }
                return worker;
            } catch (RuntimeException | InterruptedException e) {
                worker.close();
                throw e;
            }
        } catch (StatusRuntimeException e) {
            throw server.failures().of(e);
        }
    }

    /** Whether the worker takes work. */
    private final class Ready {
        private volatile LittoralWorker worker;

        Optional<String> unready() {
            String known = unready;
            if (known != null) {
                return Optional.of(known);
            }
            try {
                return worker.isPolling()
                        ? Optional.empty()
                        : Optional.of("Temporal at " + server.place() + " does not know that this worker polls");
            } catch (StatusRuntimeException e) {
                return Optional.of(server.failures().of(e).getMessage());
            }
        }
    }
}
