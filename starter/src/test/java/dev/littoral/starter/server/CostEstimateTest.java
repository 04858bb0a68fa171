package dev.littoral.starter.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Traffic;
import dev.littoral.workflows.model.UpdateState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What following a source costs, from recent updates and a price table. */
class CostEstimateTest {
    private static final Instant START = Instant.parse("2026-11-29T12:00:00Z");
    private static final Traffic LOOK = new Traffic(Map.of("source.list", 2L, "catalog.get", 1L), Map.of());
    private static final Traffic COMMIT = new Traffic(
            Map.of("source.list", 2L, "source.get", 100L, "catalog.put", 10L), Map.of("source.read", 1_000_000L));
    private static final Path S3 = Path.of("..", "docs", "prices", "s3-standard.json");

    private final List<Job> jobs = new ArrayList<>();

    private void ended(UpdateState state, Traffic traffic) {
        jobs.add(new Job(
                jobs.size() + 1L,
                state,
                "timer",
                new ExternalSource("s3://lake/a/", ExternalSpec.parquet()),
                1,
                1,
                START,
                START.plusSeconds(20),
                null,
                null,
                traffic,
                null,
                null));
    }

    private static CollectionOptions options(Duration refreshEvery, Duration maxStaleness) {
        CollectionOptions plain = CollectionOptions.DEFAULTS;
        return new CollectionOptions(
                plain.targetRowsPerSegment(),
                refreshEvery,
                false,
                1,
                plain.keepVersionsFor(),
                null,
                null,
                null,
                maxStaleness,
                null,
                null);
    }

    private CostEstimate estimate(CollectionOptions options, Prices prices, Duration... promises) {
        return CostEstimate.of("orders", options, jobs, List.of(promises), prices);
    }

    @Test
    void anUpdateOfTheMonthCostsWhatRecentOnesDid() {
        ended(UpdateState.UNCHANGED, LOOK);
        ended(UpdateState.UNCHANGED, LOOK);
        ended(UpdateState.UNCHANGED, LOOK);
        ended(UpdateState.COMMITTED, COMMIT);
        ended(UpdateState.FAILED, null);
        // An hour from an update's beginning to the next one's.
        CostEstimate estimate = estimate(options(Duration.ofSeconds(3580), null), Prices.read(S3));
        assertThat(estimate.known()).isEqualTo(4);
        assertThat(estimate.committed()).isEqualTo(1);
        CostEstimate.Month month = estimate.month();
        assertThat(month.updates()).isEqualTo(730);
        assertThat(month.least()).isEqualTo(month.most());
        assertThat(month.least().get("source.list")).isCloseTo(1460, within(1e-6));
        assertThat(month.least().get("source.get")).isCloseTo(18_250, within(1e-6));
        assertThat(month.least().get("source.read")).isCloseTo(182_500_000, within(1e-3));
        double cost = (1460 + 1825) * 0.005 / 1000 + (18_250 + 547.5) * 0.0004 / 1000;
        assertThat(month.leastCost()).isCloseTo(cost, within(1e-9));
        assertThat(month.currency()).isEqualTo("USD");
    }

    @Test
    void aShorterPromiseCostsLooksAtLeastAndWholeUpdatesAtMost() {
        ended(UpdateState.UNCHANGED, LOOK);
        ended(UpdateState.COMMITTED, COMMIT);
        Duration promise = Duration.ofHours(1);
        CostEstimate estimate = estimate(options(null, promise), null, Duration.ofMinutes(6));
        // A tenth in hand, and an update of 20 seconds and a quarter of that.
        assertThat(estimate.month().every()).isEqualTo(Duration.ofSeconds(3600 - 360 - 25));
        CostEstimate.Month shorter = estimate.others().getFirst();
        assertThat(shorter.every()).isEqualTo(Duration.ofSeconds(360 - 36 - 25));
        double changes = estimate.month().most().get("source.get");
        assertThat(shorter.least().get("source.get")).isCloseTo(changes, within(1e-6));
        assertThat(shorter.most().get("source.get")).isCloseTo(changes * 3215 / 299, within(1e-3));
        assertThat(shorter.leastCost()).isNull();
    }

    @Test
    void whatNothingListsByItselfCostsNothingByItself() {
        ended(UpdateState.COMMITTED, COMMIT);
        CostEstimate estimate = estimate(options(null, null), null, Duration.ofHours(1));
        assertThat(estimate.month()).isNull();
        assertThat(estimate.others()).hasSize(1);
        assertThat(estimate(CollectionOptions.DEFAULTS, null).unchanged()).isNull();
    }

    @Test
    void aTableThatIsNotRightIsRefusedByWhatIsWrong(@TempDir Path folder) throws Exception {
        String right = Files.readString(S3);
        for (Map.Entry<String, String> wrong : Map.of(
                        right.replace("\"get\": 0.0004, ", ""),
                        "no price catalog.thousandRequests.get",
                        right.replace("0.005", "-1"),
                        "no price catalog.thousandRequests.",
                        right.replace("\"list\"", "\"ls\""),
                        "thousandRequests.ls; expected one of",
                        right.replace("USD", "").replace("\"currency\": \"\",", ""),
                        "no currency",
                        "[]",
                        "is no object",
                        "{",
                        "is no JSON")
                .entrySet()) {
            Path file = Files.writeString(folder.resolve("prices.json"), wrong.getKey());
            assertThatThrownBy(() -> Prices.read(file))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageContaining(wrong.getValue());
        }
        assertThatThrownBy(() -> Prices.read(folder.resolve("none"))).hasMessageContaining("cannot be read");
    }
}
