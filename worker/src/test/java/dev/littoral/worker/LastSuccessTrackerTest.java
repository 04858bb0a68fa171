package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.testing.MutableClock;
import dev.littoral.worker.LastSuccessTracker.Age;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LastSuccessTrackerTest {
    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-01T00:00:00Z"));
    private final LastSuccessTracker freshness = new LastSuccessTracker(clock);

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
        clock.pass(Duration.ofMinutes(5));
        freshness.succeeded("b");
        clock.pass(Duration.ofSeconds(2));
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
            clock.pass(Duration.ofDays(1));
            freshness.failed("a");
        }
        assertThat(freshness.count(Age.OLDER)).isEqualTo(1);
        assertThat(all()).isEqualTo(1);
    }

    @Test
    void whatEndedLongAgoIsForgotten() {
        freshness.succeeded("a");
        clock.pass(Duration.ofDays(8));
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
