package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PoliciesTest {
    private static List<Long> millis(Duration... durations) {
        return List.of(durations).stream().map(Duration::toMillis).toList();
    }

    @Test
    void aSecondChangeInARowIsWaitedForAndTheGapDoublesUpToEightSeconds() {
        assertThat(millis(IntStream.of(0, 1, 2, 3, 4, 5, 6, 7, 1_000)
                        .mapToObj(Policies::gap)
                        .toArray(Duration[]::new)))
                .containsExactly(0L, 0L, 500L, 1_000L, 2_000L, 4_000L, 8_000L, 8_000L, 8_000L);
    }

    @Test
    void triesAreFurtherAndFurtherApartUntilTheyAreUsedUp() {
        assertThat(millis(IntStream.rangeClosed(1, 11)
                        .mapToObj(attempt -> Policies.nextTry(attempt).orElseThrow())
                        .toArray(Duration[]::new)))
                .containsExactly(
                        500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L, 30_000L, 30_000L, 30_000L);
        assertThat(Policies.nextTry(12)).isEmpty();
        assertThat(Policies.nextTry(13)).isEmpty();
    }

    @Test
    void aFairnessKeyIsTheCollectionOrOneOfSixtyFourCharactersForIt() {
        assertThat(Policies.priority("orders", true).getFairnessKey()).isEqualTo("orders");
        String a = Policies.priority("x".repeat(199) + "a", false).getFairnessKey();
        String b = Policies.priority("x".repeat(199) + "b", false).getFairnessKey();
        assertThat(a).hasSize(64).startsWith("xxx").isNotEqualTo(b);
    }

    @Test
    void aSourceThatIsNotServedYetComesBeforeARefresh() {
        assertThat(Policies.priority("a", true).getPriorityKey())
                .isLessThan(Policies.priority("a", false).getPriorityKey());
    }
}
