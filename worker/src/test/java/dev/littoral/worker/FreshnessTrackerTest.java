package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.worker.FreshnessTracker.Age;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FreshnessTrackerTest {
    private Instant now = Instant.parse("2026-11-01T00:00:00Z");

    private final FreshnessTracker freshness = new FreshnessTracker(new Clock() {
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

    private int all() {
        return Arrays.stream(Age.values()).mapToInt(freshness::count).sum();
    }

    @Test
    void eachCollectionIsOfOneAgeAndAges() {
        assertThat(freshness.secondsSinceNewest()).isNaN();
        freshness.succeeded("a");
        freshness.failed("b");
        assertThat(freshness.count(Age.MINUTE)).isEqualTo(1);
        assertThat(freshness.count(Age.NEVER)).isEqualTo(1);
        later(Duration.ofMinutes(5));
        freshness.succeeded("b");
        later(Duration.ofSeconds(2));
        assertThat(freshness.secondsSinceNewest()).isEqualTo(2.0);
        assertThat(freshness.count(Age.TEN_MINUTES)).isEqualTo(1);
        assertThat(freshness.count(Age.MINUTE)).isEqualTo(1);
        assertThat(freshness.count(Age.NEVER)).isZero();
        assertThat(all()).isEqualTo(2);
    }

    @Test
    void aCollectionThatFailsKeepsTheAgeOfItsLastSuccess() {
        freshness.succeeded("a");
        for (int i = 0; i < 10; i++) {
            later(Duration.ofDays(1));
            freshness.failed("a");
        }
        assertThat(freshness.count(Age.OLDER)).isEqualTo(1);
        assertThat(all()).isEqualTo(1);
    }

    @Test
    void whatEndedLongAgoIsForgotten() {
        freshness.succeeded("a");
        later(Duration.ofDays(8));
        assertThat(all()).isZero();
    }

    @Test
    void itRemembersABoundedNumber() {
        for (int i = 0; i < 10_100; i++) {
            freshness.succeeded("c" + i);
        }
        assertThat(all()).isEqualTo(10_000);
    }
}
