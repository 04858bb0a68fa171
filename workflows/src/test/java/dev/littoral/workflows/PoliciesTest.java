package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.common.RetryOptions;
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
        String longest = "x".repeat(64);
        assertThat(Policies.priority(longest, true).getFairnessKey()).isEqualTo(longest);
        String a = Policies.priority("x".repeat(199) + "a", false).getFairnessKey();
        String b = Policies.priority("x".repeat(199) + "b", false).getFairnessKey();
        assertThat(a).hasSize(64).startsWith("xxx").isNotEqualTo(b);
    }

    @Test
    void aSourceThatIsNotServedYetComesBeforeARefresh() {
        assertThat(Policies.priority("a", true).getPriorityKey())
                .isLessThan(Policies.priority("a", false).getPriorityKey());
    }

    @Test
    void afterAnUpdateACollectionRestsATwentiethOfItsPromiseAndLongerAfterFailures() {
        Duration hour = Duration.ofHours(1);
        assertThat(IntStream.of(0, 1, 2, 3, 4, 100).mapToObj(failures -> Policies.rest(hour, failures)))
                .containsExactly(minutes(3), minutes(3), minutes(6), minutes(12), minutes(15), minutes(15));
        Duration day = Duration.ofDays(1);
        assertThat(IntStream.of(0, 2, 8, 100).mapToObj(failures -> Policies.rest(day, failures)))
                .containsExactly(minutes(5), minutes(10), minutes(360), minutes(360));
    }

    private static Duration minutes(long minutes) {
        return Duration.ofMinutes(minutes);
    }

    @Test
    void anUpdateBeginsWithATenthOfThePromiseInHand() {
        assertThat(Policies.lead(minutes(100), minutes(8))).isEqualTo(minutes(10 + 8 + 2));
        assertThat(Policies.cycle(null, null, minutes(8))).isNull();
        assertThat(Policies.cycle(minutes(60), null, minutes(8))).isEqualTo(minutes(68));
        assertThat(Policies.cycle(null, minutes(100), minutes(8))).isEqualTo(minutes(80));
        assertThat(Policies.cycle(minutes(60), minutes(100), minutes(8))).isEqualTo(minutes(68));
        assertThat(Policies.cycle(minutes(75), minutes(100), minutes(8))).isEqualTo(minutes(80));
        assertThat(Policies.cycle(null, minutes(100), minutes(60)))
                .as("one that takes too long rests all the same")
                .isEqualTo(minutes(65));
    }

    @Test
    void consumersAreLookedAtEverMoreSlowly() {
        assertThat(IntStream.of(0, 4, 58, 116, 200, 3_599)
                        .mapToObj(waited ->
                                Policies.look(Duration.ofSeconds(waited)).toSeconds()))
                .containsExactly(2L, 4L, 31L, 60L, 60L, 60L);
        assertThat(Policies.look(minutes(60))).isEqualTo(minutes(1));
        assertThat(Policies.look(minutes(70))).isEqualTo(minutes(6));
        assertThat(Policies.look(minutes(88))).isEqualTo(minutes(15));
        assertThat(Policies.look(Duration.ofDays(1))).isEqualTo(minutes(15));
        assertThat(Policies.longestBackPressure(Duration.ofHours(1))).isEqualTo(Duration.ofHours(1));
        assertThat(Policies.longestBackPressure(Duration.ofDays(7))).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void eventsAreSentAFewTimesByAWorkerThatLivesAndFromAQueueThatIsServed() {
        ActivityOptions events = Policies.events("send", "littoral", Policies.priority("orders", true));
        assertThat(events.getRetryOptions().getMaximumAttempts()).isEqualTo(3);
        assertThat(events.getHeartbeatTimeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(events.getScheduleToStartTimeout()).isEqualTo(minutes(5));
        assertThat(events.getStartToCloseTimeout()).isEqualTo(minutes(2));
    }

    @Test
    void workThatGrowsWithTheSourceIsTriedAgainAsOthersAreTold() {
        ActivityOptions bulk = Policies.bulk("list", Policies.priority("orders", true));
        assertThat(bulk.getHeartbeatTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(bulk.getStartToCloseTimeout()).isEqualTo(Duration.ofHours(12));
        RetryOptions retries = bulk.getRetryOptions();
        assertThat(retries.getInitialInterval()).isEqualTo(Policies.nextTry(1).orElseThrow());
        assertThat(retries.getBackoffCoefficient()).isEqualTo(2);
        assertThat(retries.getMaximumInterval()).isEqualTo(Policies.nextTry(11).orElseThrow());
        assertThat(retries.getMaximumAttempts()).isEqualTo(12);
    }

    @Test
    void aWorkerThatDiesInACallOfTheCatalogIsNoticedByItsHeartbeat() {
        ActivityOptions catalog = Policies.catalog("read", Policies.priority("orders", true));
        assertThat(catalog.getHeartbeatTimeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(catalog.getStartToCloseTimeout()).isEqualTo(minutes(2));
    }

    @Test
    void aQuickCallIsTriedOnceWithinAWorkflowTaskAndItsArgumentsAreNotInTheHistory() {
        LocalActivityOptions quick = Policies.quick("read the head");
        assertThat(quick.getStartToCloseTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(quick.getScheduleToCloseTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(quick.getRetryOptions().getMaximumAttempts()).isEqualTo(1);
        assertThat(quick.isDoNotIncludeArgumentsIntoMarker()).isTrue();
    }

    @Test
    void eventsAreSentAgainEverMoreSlowlyAndNotAllAtOnce() {
        assertThat(Policies.eventQueue("littoral")).isEqualTo("littoral-events");
        // The hash of this one is 0.
        assertThat(IntStream.of(1, 2, 3, 8, 9)
                        .mapToObj(failures -> Policies.eventGap(failures, "").toSeconds()))
                .containsExactly(5L, 10L, 20L, 640L, 900L);
        assertThat(Policies.eventGap(100, "")).isEqualTo(minutes(15));
        assertThat(Policies.eventGap(100, "orders")).isBetween(minutes(15), Duration.ofSeconds(1_350));
        assertThat(IntStream.range(0, 50)
                        .mapToObj(i -> Policies.eventGap(100, "c" + i))
                        .distinct())
                .hasSizeGreaterThan(10);
    }
}
