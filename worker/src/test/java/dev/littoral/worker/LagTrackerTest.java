package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.Cause;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.FreshnessStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LagTrackerTest {
    private static final Duration PROMISE = Duration.ofHours(1);

    private Instant now = Instant.parse("2026-11-01T12:00:00Z");

    private final LagTracker lag = new LagTracker(new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    });

    private void later(Duration time) {
        now = now.plus(time);
    }

    private static FreshnessStatus fresh(Instant asOf) {
        return new FreshnessStatus(FreshnessStatus.State.FRESH, asOf, asOf.plus(PROMISE), null, null);
    }

    private static FreshnessStatus behind(Instant asOf, Instant since, CauseKind kind) {
        return new FreshnessStatus(
                FreshnessStatus.State.BEHIND, asOf, since, since, new Cause(kind, "a reason", "a step"));
    }

    private int all() {
        return Arrays.stream(CauseKind.values()).mapToInt(lag::behind).sum();
    }

    @Test
    void eachCollectionCountsOnceByWhatItSaidLast() {
        lag.looked("a", behind(now.minus(PROMISE), now, CauseKind.SLOW), now.plusSeconds(60));
        lag.looked("b", behind(now.minus(PROMISE), now, CauseKind.FAILED), now.plusSeconds(60));
        lag.looked("a", behind(now.minus(PROMISE), now, CauseKind.FAILED), now.plusSeconds(60));
        assertThat(lag.behind(CauseKind.FAILED)).isEqualTo(2);
        assertThat(all()).isEqualTo(2);
        lag.looked("a", fresh(now), now.plusSeconds(60));
        assertThat(lag.behind(CauseKind.FAILED)).isEqualTo(1);
        lag.looked("b", FreshnessStatus.UNKNOWN, null);
        assertThat(all()).as("it ended, or promises nothing").isZero();
    }

    @Test
    void theWorstLagGrowsWhileNothingIsHeard() {
        assertThat(lag.worstSeconds()).isZero();
        lag.looked("a", fresh(now.minusSeconds(30)), now.plusSeconds(600));
        lag.looked("b", fresh(now.minusSeconds(90)), now.plusSeconds(600));
        later(Duration.ofSeconds(10));
        assertThat(lag.worstSeconds()).isEqualTo(100);
        lag.looked("nothing served yet", behind(null, now.minusSeconds(500), CauseKind.FAILED), null);
        assertThat(lag.worstSeconds()).isEqualTo(500);
        lag.looked("of a clock that is ahead", fresh(now.plusSeconds(5)), now.plusSeconds(600));
        assertThat(lag.worstSeconds()).isEqualTo(500);
    }

    @Test
    void aCollectionThatDoesNotLookAgainWhenItShouldIsForgotten() {
        lag.looked("a", behind(now.minus(PROMISE), now, CauseKind.FAILED), now.plusSeconds(60));
        lag.looked("paused", behind(now.minus(PROMISE), now, CauseKind.PAUSED), null);
        later(Duration.ofMinutes(6));
        assertThat(all()).as("late by less than is allowed").isEqualTo(2);
        later(Duration.ofSeconds(1));
        assertThat(lag.behind(CauseKind.FAILED)).as("another worker's by now").isZero();
        assertThat(lag.behind(CauseKind.PAUSED)).isEqualTo(1);
        later(Duration.ofDays(1));
        assertThat(all()).isZero();
        assertThat(lag.worstSeconds()).isZero();
    }

    @Test
    void itRemembersABoundedNumberOfCollections() {
        for (int i = 0; i < 10_050; i++) {
            lag.looked("c" + i, behind(now, now, CauseKind.SLOW), null);
        }
        assertThat(lag.behind(CauseKind.SLOW)).isEqualTo(10_000);
    }
}
