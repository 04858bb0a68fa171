package dev.littoral.worker;

import com.uber.m3.tally.RootScopeBuilder;
import com.uber.m3.tally.Scope;
import com.uber.m3.tally.ScopeCloseException;
import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.CollectionObserver;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.UpdateStep;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.temporal.common.reporter.MicrometerClientStatsReporter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of a worker for Prometheus: Temporal's SDK's, the Java runtime's and Littoral's own. No tag grows with
 * the number of collections. Safe for use by many threads.
 */
public final class WorkerMetrics implements StoreObserver, UpdateObserver, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerMetrics.class);

    /** How often the SDK reports its metrics. */
    private static final double REPORT_SECONDS = 1;

    private static final Set<UpdateState> GOOD = EnumSet.of(UpdateState.COMMITTED, UpdateState.UNCHANGED);

    /** Steps take from milliseconds to hours. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(50),
        Duration.ofMillis(200),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(2),
        Duration.ofMinutes(10),
        Duration.ofHours(1)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Scope scope;
    private final LastSuccessTracker freshness = new LastSuccessTracker(Clock.systemUTC());
    private final CollectionTracker collections = new CollectionTracker(Clock.systemUTC());
    private final JvmGcMetrics collector = new JvmGcMetrics();

    public WorkerMetrics() {
        registry.config().meterFilter(new FewBuckets());
        scope = new RootScopeBuilder()
                .reporter(new MicrometerClientStatsReporter(registry))
                .reportEvery(com.uber.m3.util.Duration.ofSeconds(REPORT_SECONDS));
        Gauge.builder("littoral.seconds.since.last.success", freshness, LastSuccessTracker::secondsSinceNewest)
                .description(
                        "Seconds since any collection's update last ended well in this worker; NaN before the first")
                .register(registry);
        for (LastSuccessTracker.Age age : LastSuccessTracker.Age.values()) {
            Gauge.builder("littoral.collections", freshness, all -> all.count(age))
                    .description(
                            "Collections whose updates ended in this worker, by the age of the last that ended well")
                    .tag("last_success", age.tag())
                    .register(registry);
        }
        for (CauseKind cause : CauseKind.values()) {
            Gauge.builder("littoral.collections.behind", collections, all -> all.behind(cause))
                    .description("Collections that are BEHIND, by cause, as their workflow tasks in this worker say")
                    .tag("cause", tag(cause))
                    .register(registry);
            Gauge.builder("littoral.collections.troubled", collections, all -> all.troubled(cause))
                    .description("Collections with which something is wrong, by what that is, BEHIND or not")
                    .tag("cause", tag(cause))
                    .register(registry);
        }
        Gauge.builder("littoral.worst.lag", collections, CollectionTracker::worstLagSeconds)
                .description("Seconds since as of when the stalest collection serves its source, of those that promise"
                        + " freshness and whose workflow tasks this worker runs")
                .baseUnit("seconds")
                .register(registry);
        for (CollectionTracker.Standing standing : CollectionTracker.Standing.values()) {
            Gauge.builder("littoral.consumers", collections, all -> all.consumers(standing))
                    .description("Consumers of collections, by how they stood when their collection looked last")
                    .tag("state", standing.tag())
                    .register(registry);
        }
        Gauge.builder("littoral.consumers.worst.lag", collections, CollectionTracker::worstConsumerLagSeconds)
                .description(
                        "Seconds since the oldest version was written that a consumer which goes on does not serve")
                .baseUnit("seconds")
                .register(registry);
        // What is counted from 0 on has a rate from its first event on.
        for (UpdateState state : UpdateState.values()) {
            if (state.isEnd() && state != UpdateState.FAILED) {
                updates(state, null);
            }
        }
        for (FailureClass failure : FailureClass.values()) {
            updates(UpdateState.FAILED, failure);
            Gauge.builder("littoral.collections.failing", collections, all -> all.failing(failure))
                    .description("Collections whose last update failed, by the class of its failure")
                    .tag("class", failure.tag())
                    .register(registry);
        }
        List.of(
                        new JvmMemoryMetrics(),
                        collector,
                        new JvmThreadMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics())
                .forEach(binder -> binder.bindTo(registry));
    }

    /** Learns how collections stand, and how their updates end. */
    CollectionObserver collections() {
        return new CollectionObserver() {
            @Override
            public void looked(CollectionStatus status, Instant until) {
                collections.looked(status, until);
            }

            @Override
            public void ended(Job job) {
                updates(job.state(), FailureClass.of(job)).increment();
            }
        };
    }

    private Counter updates(UpdateState state, FailureClass failure) {
        return Counter.builder("littoral.updates")
                .description("Updates that ended, by outcome, and by class where they failed")
                .tag("outcome", state.name())
                .tag("class", failure == null ? "none" : failure.tag())
                .register(registry);
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** The SDK asks for some seventy buckets for each of its latencies, which is a megabyte a page. */
    private static final class FewBuckets implements MeterFilter {
        private static final DistributionStatisticConfig FEW = DistributionStatisticConfig.builder()
                .percentilesHistogram(false)
                .serviceLevelObjectives(Stream.of(0.01, 0.05, 0.2, 1.0, 5.0, 30.0, 120.0, 600.0)
                        .mapToDouble(seconds -> seconds * 1e9)
                        .toArray())
                .build();

        @Override
        public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
            return id.getName().startsWith("temporal_") ? FEW.merge(config) : config;
        }
    }

    /** Where Temporal's SDK reports. */
    public Scope scope() {
        return scope;
    }

    /** Everything in Prometheus's text format. */
    public String page() {
        return registry.scrape();
    }

    @Override
    public void answered(Role role, String kind, String status) {
        Counter.builder("littoral.store.requests")
                .description("Requests to stores, tries included, by HTTP status; ok or error where there is none")
                .tag("store", tag(role))
                .tag("kind", kind)
                .tag("status", status)
                .register(registry)
                .increment();
    }

    @Override
    public void routed(Role role, Route route) {
        Counter.builder("littoral.s3.routed")
                .description(
                        "Reads and listings of S3 that were answered directly, or by the SDK after or in place of that")
                .tag("store", tag(role))
                .tag("route", tag(route))
                .register(registry)
                .increment();
    }

    /** Adds gauges of the limit of concurrent requests to stores, and what is counted by sink. */
    void watch(Storages storages, List<SinkSettings> sinks) {
        for (SinkSettings sink : sinks) {
            Gauge.builder("littoral.collections.undelivered", collections, all -> all.undelivered(sink.name()))
                    .description("Collections with events that a sink did not take when it was tried last")
                    .tag("sink", sink.name())
                    .register(registry);
            Gauge.builder("littoral.events.dropped", collections, all -> all.dropped(sink.name()))
                    .description("Events of failed updates and of freshness that were dropped before the sink got them")
                    .tag("sink", sink.name())
                    .register(registry);
            events(sink.name(), true);
            events(sink.name(), false);
        }
        Gauge.builder("littoral.s3.requests.at.once", storages, Storages::requestsAtOnce)
                .description("Requests that S3 gets from this worker at once, at most, as found out so far")
                .register(registry);
        Gauge.builder("littoral.s3.requests.waiting", storages, Storages::requestsWaiting)
                .description("Requests to S3 that wait for one of those to end")
                .register(registry);
    }

    @Override
    public void ended(UpdateReport report) {
        FileCounts files = report.files();
        if (files != null) {
            files("new", files.added());
            files("changed", files.changed());
            files("removed", files.removed());
            files("unchanged", files.unchanged());
            files("skipped", files.skipped());
        }
        if (report.outcome() == UpdateState.COMMITTED) {
            segmentRows("new", report.newRows());
            segmentRows("moved", report.movedRows());
            segmentRows("kept", report.keptRows());
            segmentRows("deleted", report.deletedRows());
            segmentRows("dropped", report.droppedRows());
        }
        if (report.seconds() != null) {
            report.seconds().forEach(this::step);
        }
        if (GOOD.contains(report.outcome())) {
            freshness.succeeded(report.collectionId());
        } else {
            freshness.failed(report.collectionId());
        }
    }

    @Override
    public void rows(long added, long removed) {
        rows("new", added);
        rows("removed", removed);
    }

    /** An event was sent to a sink, or was not taken. */
    void eventTried(String sink, boolean sent) {
        events(sink, sent).increment();
    }

    private Counter events(String sink, boolean sent) {
        return Counter.builder("littoral.events")
                .description("Tries to send events to sinks, by what came of them")
                .tag("sink", sink)
                .tag("outcome", sent ? "sent" : "failed")
                .register(registry);
    }

    private void rows(String kind, long rows) {
        count("littoral.rows", "Rows of the files that updates found to be new, changed or gone", kind, rows);
    }

    private void segmentRows(String kind, Long rows) {
        if (rows != null) {
            count("littoral.segment.rows", "Rows that commits indexed anew, deleted or dropped", kind, rows);
        }
    }

    private void files(String kind, long files) {
        count("littoral.files", "Files that updates met, by what became of them", kind, files);
    }

    private void count(String name, String description, String kind, long number) {
        Counter.builder(name)
                .description(description)
                .tag("kind", kind)
                .register(registry)
                .increment((double) number);
    }

    private void step(String step, double seconds) {
        // Anything else would be a tag that grows.
        if (UpdateStep.ofWireName(step).isPresent()) {
            Timer.builder("littoral.step")
                    .description("How long the steps of an update took, waits and retries included")
                    .tags("step", step)
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry)
                    .record(Duration.ofNanos((long) (seconds * 1e9)));
        }
    }

    @Override
    public void close() {
        collector.close();
        try {
            scope.close();
        } catch (ScopeCloseException e) {
            // The last numbers are not read any more.
            LOG.debug("Metrics could not be closed", e);
        }
    }
}
