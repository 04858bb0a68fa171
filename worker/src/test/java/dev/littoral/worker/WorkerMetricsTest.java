package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.uber.m3.util.Duration;
import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.registry.StorageRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    void whatAWorkerServesIsDocumentedAndWhatIsDocumentedIsServed() throws Exception {
        String document = Files.readString(Path.of("../docs/operations.md"));
        Set<String> documented = Pattern.compile("(?m)^\\| `(littoral_\\w+)`")
                .matcher(document)
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toSet());
        Set<String> served = ServedMetrics.all().stream()
                .filter(name -> name.startsWith("littoral_"))
                .map(name -> name.replaceAll("_(bucket|count|sum|max)$", ""))
                .collect(Collectors.toSet());
        assertThat(served).isEqualTo(documented);
    }

    @Test
    void updatesAndEventsAreCountedFromZeroOn() {
        try (WorkerMetrics metrics = new WorkerMetrics();
                Storages storages = StorageRegistry.storages()) {
            metrics.watch(storages, List.of(new SinkSettings("indexer", "https://host/", null)));
            assertThat(metrics.page())
                    .contains("littoral_updates_total{class=\"none\",outcome=\"COMMITTED\"} 0.0")
                    .contains("littoral_updates_total{class=\"damaged\",outcome=\"FAILED\"} 0.0")
                    .contains("littoral_events_total{outcome=\"failed\",sink=\"indexer\"} 0.0")
                    .contains("littoral_events_dropped{sink=\"indexer\"} 0.0")
                    .contains("littoral_collections_undelivered{sink=\"indexer\"} 0.0");
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
