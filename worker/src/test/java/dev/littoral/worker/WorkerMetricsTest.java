package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.uber.m3.util.Duration;
import org.junit.jupiter.api.Test;

class WorkerMetricsTest {
    @Test
    void aLatencyOfTheSdkHasAHandfulOfBuckets() throws Exception {
        try (WorkerMetrics metrics = new WorkerMetrics()) {
            metrics.scope().timer("temporal_request_latency").record(Duration.ofMillis(300));
            // Timers are handed over at once, without waiting for a report.
            String page = metrics.page();
            assertThat(page).contains("temporal_request_latency_seconds_count 1\n");
            assertThat(page).contains("temporal_request_latency_seconds_bucket{le=\"0.2\"} 0\n");
            assertThat(page).contains("temporal_request_latency_seconds_bucket{le=\"1.0\"} 1\n");
            assertThat(page.lines().filter(line -> line.contains("_latency_seconds_bucket{")))
                    .hasSizeBetween(5, 12);
        }
    }

    @Test
    void eventsAreCountedBySinkAndOutcome() {
        try (WorkerMetrics metrics = new WorkerMetrics()) {
            metrics.eventTried("indexer", true);
            metrics.eventTried("indexer", true);
            metrics.eventTried("indexer", false);
            assertThat(metrics.page())
                    .contains("littoral_events_total{outcome=\"sent\",sink=\"indexer\"} 2.0")
                    .contains("littoral_events_total{outcome=\"failed\",sink=\"indexer\"} 1.0");
        }
    }
}
