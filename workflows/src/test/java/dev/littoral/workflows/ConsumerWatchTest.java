package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a collection looks at its consumers, and what it makes of what it sees. */
class ConsumerWatchTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Head COMMITTED = CollectionFixture.next(Head.NONE, HeadKind.COMMITTED, CollectionFixture.A, 1);

    private ConsumerWatch watch = watch(null, null);
    private Head head = COMMITTED;
    private Instant now = START;
    private Instant lastEnd;

    private static ConsumerWatch watch(List<String> named, Integer maxAhead) {
        ConsumerWatch watch = new ConsumerWatch("orders", CollectionFixture.naming(named, maxAhead));
        watch.begin(true);
        return watch;
    }

    private ConsumersRequest look() {
        watch.notice(true, head, lastEnd, now);
        return watch.begin(now);
    }

    private void sees(ConsumerStatus... consumers) {
        watch.looked(
                new Message.ConsumersLooked(
                        new ConsumersSeen(head.version(), head.snapshot().key(), List.of(consumers)), null),
                now);
    }

    private void commits() {
        head = new Head(
                head.version() + 1,
                "x",
                HeadKind.COMMITTED,
                head.source(),
                1,
                head.update() + 1,
                new dev.littoral.workflows.model.SnapshotRef("snapshots/" + head.version(), "00", head.totals(), null),
                1,
                START,
                "committed");
    }

    private static ConsumerStatus consumer(String name, ConsumerState state, Long serves, long behind) {
        return consumer(name, true, state, serves, behind, serves == null ? null : Verdict.RIGHT, false);
    }

    private static ConsumerStatus consumer(
            String name, boolean named, ConsumerState state, Long serves, long behind, Verdict verdict, boolean letGo) {
        return new ConsumerStatus(
                name,
                named,
                state,
                serves,
                null,
                serves,
                serves == null ? null : 1L,
                null,
                verdict,
                verdict == Verdict.WRONG ? "rows is 2; expected 1" : null,
                behind,
                behind == 0 ? null : START,
                letGo,
                null,
                null);
    }

    @Test
    void aCollectionWithoutConsumersLooksOnceForEachNewSnapshotAndHasNoTimer() {
        assertThat(look()).isEqualTo(new ConsumersRequest("orders", List.of(), 1, Duration.ofDays(30)));
        watch.looked(new Message.ConsumersLooked(ConsumersSeen.NONE, null), now);
        assertThat(watch.nextLook()).isNull();
        assertThat(watch.status(head, null)).isNull();
        assertThat(look()).isNull();
        commits();
        assertThat(look()).isNotNull();
    }

    @Test
    void updatesThatFindNothingNewLookForTheFirstConsumerOnceAnHour() {
        look();
        watch.looked(new Message.ConsumersLooked(ConsumersSeen.NONE, null), now);
        int looks = 0;
        for (int minute = 1; minute <= 120; minute++) {
            now = START.plus(Duration.ofMinutes(minute));
            lastEnd = now;
            if (look() != null) {
                looks++;
                watch.looked(new Message.ConsumersLooked(ConsumersSeen.NONE, null), now);
            }
        }
        assertThat(looks).isEqualTo(2);
    }

    @Test
    void whoLagsIsLookedAtEverMoreSlowlyAndWhoServesTheNewestNotAtAll() {
        look();
        int looks = 0;
        Instant hour = START.plus(Duration.ofHours(1));
        Instant day = START.plus(Duration.ofDays(1));
        int inTheFirstHour = 0;
        while (now.isBefore(day)) {
            sees(consumer("search", ConsumerState.SERVING, 1L, 2));
            now = watch.nextLook();
            assertThat(watch.begin(now)).isNotNull();
            looks++;
            inTheFirstHour += now.isBefore(hour) ? 1 : 0;
        }
        assertThat(inTheFirstHour).isBetween(60, 80);
        assertThat(looks - inTheFirstHour).isBetween(90, 110);
        sees(consumer("search", ConsumerState.SERVING, 1L, 0));
        assertThat(watch.nextLook()).isNull();
    }

    @Test
    void whatIsSaidDuringALookIsLookedAtAfterIt() {
        look();
        watch.expect(now);
        assertThat(watch.nextLook()).isNull();
        sees(consumer("search", ConsumerState.SERVING, 1L, 0));
        assertThat(watch.nextLook()).isEqualTo(now);
        assertThat(watch.carry().waitsSince()).isEqualTo(now);
        assertThat(watch.begin(now)).isNotNull();
        sees(consumer("search", ConsumerState.SERVING, 1L, 0));
        assertThat(watch.carry().waitsSince()).isNull();
    }

    @Test
    void whoIsNamedBeforeTheFirstVersionIsNamedAtNone() {
        watch = watch(List.of("search"), null);
        head = Head.NONE;
        assertThat(look()).isNull();
        assertThat(watch.carry().namedAt()).isZero();
        head = COMMITTED;
        assertThat(look().namedAt()).isZero();
    }

    @Test
    void aLookThatFailedIsMadeAgainWhereThereIsSomebodyToLookAt() {
        watch = watch(List.of("search"), null);
        look();
        watch.looked(new Message.ConsumersLooked(null, CollectionFixture.failed(FailureType.ACCESS, "no access")), now);
        assertThat(watch.nextLook()).isEqualTo(now.plusSeconds(2));
        assertThat(watch.status(head, null).problem()).isEqualTo("ACCESS: no access");
        watch = watch(null, null);
        look();
        watch.looked(new Message.ConsumersLooked(null, CollectionFixture.failed(FailureType.ACCESS, "no access")), now);
        assertThat(watch.nextLook()).isNull();
    }

    @Test
    void itIsServedWhenAllThatAreNamedServeTheNewestSnapshotRightly() {
        watch = watch(List.of("cache", "search"), null);
        look();
        sees(consumer("cache", ConsumerState.SERVING, 1L, 0), consumer("search", ConsumerState.BUILDING, 1L, 1));
        assertThat(watch.status(head, null).state()).isEqualTo(ServingState.LAGGING);
        sees(
                consumer("cache", ConsumerState.SERVING, 1L, 0),
                consumer("search", ConsumerState.SERVING, 1L, 0),
                consumer("stranger", false, ConsumerState.SERVING, 1L, 7, Verdict.WRONG, false));
        assertThat(watch.status(head, null).state()).isEqualTo(ServingState.SERVED);
        commits();
        assertThat(watch.status(head, null).state()).isEqualTo(ServingState.LAGGING);
    }

    @Test
    void withoutNamesThoseThatGoOnCount() {
        look();
        sees(
                consumer("cache", false, ConsumerState.SERVING, 1L, 0, Verdict.RIGHT, false),
                consumer("gone", false, ConsumerState.GONE, null, 0, null, false),
                consumer("failed", false, ConsumerState.FAILED, null, 3, null, false),
                consumer("late", false, ConsumerState.SERVING, 1L, 9, Verdict.UNKNOWN, true));
        assertThat(watch.status(head, null).state()).isEqualTo(ServingState.SERVED);
        assertThat(watch.nextLook()).isNull();
        sees(consumer("cache", false, ConsumerState.SERVING, 1L, 0, Verdict.WRONG, false));
        assertThat(watch.status(head, null).state()).isEqualTo(ServingState.WRONG);
        assertThat(watch.nextLook()).isNotNull();
    }

    @Test
    void aConsumerThatBecomesWrongIsLetGoOrRecoversIsNewsOnce() {
        look();
        sees(consumer("search", false, ConsumerState.SERVING, 1L, 0, Verdict.RIGHT, false));
        assertThat(watch.takeNews()).isEmpty();
        sees(consumer("search", false, ConsumerState.SERVING, 1L, 0, Verdict.WRONG, false));
        assertThat(watch.takeNews()).containsExactly("Consumer search is WRONG: rows is 2; expected 1");
        sees(consumer("search", false, ConsumerState.SERVING, 1L, 0, Verdict.WRONG, false));
        assertThat(watch.takeNews()).isEmpty();
        sees(consumer("search", false, ConsumerState.SERVING, 1L, 0, Verdict.RIGHT, false));
        assertThat(watch.takeNews()).containsExactly("Consumer search is right again, and serves version 1");
        sees(consumer("search", false, ConsumerState.SERVING, 1L, 5, Verdict.RIGHT, true));
        assertThat(watch.takeNews())
                .containsExactly("Consumer search is let go at version 1: it kept that longer than"
                        + " forgetConsumersAfter, PT720H");
        sees(consumer("search", false, ConsumerState.SERVING, 6L, 0, Verdict.RIGHT, false));
        assertThat(watch.takeNews()).containsExactly("Consumer search is back, and serves version 6");
    }

    @Test
    void eachConsumersNewsIsItsOwn() {
        ConsumerStatus wrong = consumer("a", false, ConsumerState.SERVING, 1L, 0, Verdict.WRONG, false);
        look();
        sees(wrong, consumer("b", false, ConsumerState.SERVING, 1L, 0, Verdict.RIGHT, false));
        assertThat(watch.takeNews()).hasSize(1);
        sees(wrong, consumer("b", false, ConsumerState.SERVING, 1L, 0, Verdict.WRONG, false));
        assertThat(watch.takeNews()).containsExactly("Consumer b is WRONG: rows is 2; expected 1");
        sees(new ConsumerStatus(
                "c", false, ConsumerState.BUILDING, 4L, null, null, null, null, null, null, 0, null, true, null, null));
        assertThat(watch.takeNews())
                .containsExactly("Consumer c is let go at version 4: it kept that longer than forgetConsumersAfter,"
                        + " PT720H");
    }

    private static ConsumerStatus builds(Instant until) {
        return new ConsumerStatus(
                "search",
                false,
                ConsumerState.BUILDING,
                2L,
                until,
                1L,
                1L,
                null,
                Verdict.RIGHT,
                null,
                0,
                null,
                false,
                null,
                null);
    }

    @Test
    void whoBuildsIsLookedAtWhileItsLeaseRuns() {
        look();
        sees(builds(now.plusSeconds(1)));
        assertThat(watch.nextLook()).isNotNull();
        now = watch.nextLook();
        assertThat(watch.begin(now)).isNotNull();
        sees(builds(now));
        assertThat(watch.nextLook()).isNull();
        commits();
        look();
        sees(builds(null));
        assertThat(watch.nextLook()).isNull();
    }

    @Test
    void whoIsNamedAndSilentIsLookedAtWhereThereIsSomethingToServe() {
        watch = watch(List.of("search"), null);
        look();
        sees(consumer("search", null, null, 0));
        assertThat(watch.nextLook()).isNotNull();
        assertThat(watch.begin(watch.nextLook())).isNotNull();
        watch.looked(
                new Message.ConsumersLooked(
                        new ConsumersSeen(1, null, List.of(consumer("search", null, null, 0))), null),
                now);
        assertThat(watch.nextLook()).isNull();
    }

    private Job refresh() {
        return new Job(
                42,
                UpdateState.PENDING,
                "refresh",
                CollectionFixture.A,
                1,
                0,
                START,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    @Test
    void aRefreshWaitsForANamedConsumerThatIsTooFarBehindForADayAtMost() {
        watch = watch(List.of("search"), 3);
        look();
        assertThat(watch.backPressure(refresh(), head)).isNull();
        sees(consumer("search", ConsumerState.SERVING, 39L, 2));
        assertThat(watch.backPressure(refresh(), head)).isNull();
        sees(consumer("search", ConsumerState.SERVING, 39L, 3));
        ConsumerWatch.BackPressure pressure = watch.backPressure(refresh(), head);
        assertThat(pressure.consumer()).isEqualTo("consumer search serves 39, 3 versions behind; maxAhead is 3");
        assertThat(pressure.isOver(START.plus(Duration.ofHours(24)).minusSeconds(1)))
                .isFalse();
        assertThat(pressure.isOver(START.plus(Duration.ofHours(24)))).isTrue();
    }

    @Test
    void aSnapshotThatWasNotLookedAtYetCountsAsAnotherVersion() {
        watch = watch(List.of("search"), 3);
        look();
        sees(consumer("search", ConsumerState.SERVING, 39L, 2));
        commits();
        assertThat(watch.backPressure(refresh(), head).consumer())
                .isEqualTo("consumer search serves 39, 3 versions behind; maxAhead is 3");
    }

    @Test
    void nobodyWaitsForAConsumerThatIsNotNamedIsGoneWasLetGoOrFailed() {
        watch = watch(List.of("search"), 1);
        look();
        sees(consumer("other", false, ConsumerState.SERVING, 1L, 9, Verdict.RIGHT, false));
        assertThat(watch.backPressure(refresh(), head)).isNull();
        sees(consumer("search", ConsumerState.GONE, null, 9));
        assertThat(watch.backPressure(refresh(), head)).isNull();
        sees(consumer("search", ConsumerState.FAILED, 1L, 9));
        assertThat(watch.backPressure(refresh(), head)).isNull();
        sees(consumer("search", true, ConsumerState.SERVING, 1L, 9, Verdict.RIGHT, true));
        assertThat(watch.backPressure(refresh(), head)).isNull();
        sees(consumer("search", null, null, 1));
        assertThat(watch.backPressure(refresh(), head).consumer())
                .isEqualTo("consumer search serves nothing yet, 1 version behind; maxAhead is 1");
    }

    @Test
    void whatIsKnownIsCarriedToTheNextRunAndALookThatWasUnderWayIsMadeAgain() throws JsonProcessingException {
        CollectionState state = new CollectionState("orders", CollectionFixture.naming(List.of("search"), 2));
        state.consumers().begin(true);
        state.opened(head);
        state.next(now);
        assertThat(state.consumers().begin(now)).isNotNull();
        state.handle(
                new Message.ConsumersLooked(
                        new ConsumersSeen(
                                head.version(),
                                head.snapshot().key(),
                                List.of(consumer("search", ConsumerState.SERVING, 1L, 2))),
                        null),
                now);
        Instant due = state.consumers().nextLook();
        assertThat(due).isEqualTo(now.plusSeconds(2));
        CollectionState next = CollectionFixture.restored(state);
        next.consumers().begin(true);
        assertThat(next.consumers().nextLook()).isEqualTo(due);
        assertThat(next.view().status().serving())
                .isEqualTo(state.view().status().serving());
        assertThat(next.carry()).isEqualTo(state.carry());
        assertThat(state.consumers().begin(due)).isNotNull();
        next = CollectionFixture.restored(state);
        next.consumers().begin(true);
        assertThat(next.consumers().begin(due)).isNotNull();
    }

    @Test
    void aRunOfAnOlderBuildLooksAtNobody() {
        watch = new ConsumerWatch("orders", CollectionOptions.DEFAULTS);
        watch.begin(false);
        assertThat(look()).isNull();
        assertThat(watch.status(head, null)).isNull();
        assertThat(watch.carry()).isNull();
    }
}
