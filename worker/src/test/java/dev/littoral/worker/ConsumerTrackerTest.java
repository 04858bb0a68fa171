package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.worker.ConsumerTracker.Standing;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsumerTrackerTest {
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

    private Instant now = START;

    private final ConsumerTracker tracker = new ConsumerTracker(new Clock() {
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

    private static ConsumerStatus consumer(ConsumerState state, Verdict verdict, long behind, boolean letGo) {
        return new ConsumerStatus(
                "search",
                false,
                state,
                3L,
                null,
                3L,
                1L,
                null,
                verdict,
                null,
                behind,
                behind == 0 ? null : START,
                letGo,
                null,
                null);
    }

    private void looked(String collection, ConsumerStatus... consumers) {
        tracker.looked(collection, new ConsumersSeen(3, "snapshots/3", List.of(consumers)));
    }

    @Test
    void eachConsumerCountsOnceAsItWasSeenLast() {
        looked("a", consumer(ConsumerState.SERVING, Verdict.RIGHT, 0, false));
        looked("b", consumer(ConsumerState.SERVING, Verdict.WRONG, 0, false));
        looked("c", consumer(ConsumerState.SERVING, Verdict.RIGHT, 2, true));
        looked("d", consumer(ConsumerState.GONE, null, 0, false));
        looked("e", consumer(ConsumerState.BUILDING, Verdict.RIGHT, 2, false));
        for (Standing standing : Standing.values()) {
            assertThat(tracker.count(standing)).as(standing.name()).isEqualTo(1);
        }
        now = START.plusSeconds(90);
        assertThat(tracker.worstSeconds()).isEqualTo(90.0);
        looked("e", consumer(ConsumerState.SERVING, Verdict.RIGHT, 0, false));
        assertThat(tracker.count(Standing.SERVED)).isEqualTo(2);
        assertThat(tracker.worstSeconds()).isZero();
        looked("a");
        assertThat(tracker.count(Standing.SERVED)).isEqualTo(1);
    }

    @Test
    void whoIsNotLookedAtAgainIsForgotten() {
        looked("a", consumer(ConsumerState.SERVING, Verdict.RIGHT, 0, false));
        looked("b", consumer(ConsumerState.SERVING, Verdict.RIGHT, 2, false));
        now = START.plus(Duration.ofHours(1));
        assertThat(tracker.count(Standing.LAGGING)).isZero();
        assertThat(tracker.count(Standing.SERVED)).isEqualTo(1);
        now = START.plus(Duration.ofHours(25));
        assertThat(tracker.count(Standing.SERVED)).isZero();
    }
}
