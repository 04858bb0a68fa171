package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.Cause;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FreshnessStatus;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RetryInfo;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.StateEvent;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.spec.RollbackTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a collection does for its promise of freshness, and what it says when it cannot keep it. */
class FreshnessTest extends CollectionFixture {
    private static final Duration PROMISE = Duration.ofHours(1);

    private final List<Freshness.Transition> transitions = new ArrayList<>();
    private Instant listedAt;

    FreshnessTest() {
        super(CollectionOptions.DEFAULTS.withMaxStaleness(PROMISE));
    }

    @BeforeEach
    void enable() {
        enable(state);
    }

    private void enable(CollectionState of) {
        of.jobs().checkUpdates();
        of.rollbacks().enable();
        of.freshness().enable();
        of.freshness().onTransition(transitions::add);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private void passMinutes(long minutes) {
        pass(Duration.ofMinutes(minutes));
    }

    private static Instant minute(long minute) {
        return START.plus(Duration.ofMinutes(minute));
    }

    /** The next update is launched; its listing begins a second later. */
    private void begin() {
        Decision decision = state.next(now);
        if (decision instanceof Decision.Declare) {
            declare();
            decision = state.next(now);
        }
        Decision.Launch launch = (Decision.Launch) decision;
        state.launched(launch.job(), LAUNCH, now);
        listedAt = now.plusSeconds(1);
    }

    private void commitListed() {
        long update = state.active().running().update();
        Head next = next(head, HeadKind.COMMITTED, head.source(), update);
        head = new Head(
                next.version(),
                update + "-" + LAUNCH + "-c",
                next.kind(),
                next.source(),
                next.generation(),
                next.update(),
                new SnapshotRef("snapshots/" + next.version(), "00", snapshot().totals(), listedAt),
                next.nextSegmentId(),
                now,
                "changes");
        closed(update, report(update, UpdateState.COMMITTED));
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(update));
        state.inspected(update, head, Head.NONE, now);
    }

    private void findNothingNew() {
        long update = state.active().running().update();
        UpdateReport plain = report(update, UpdateState.UNCHANGED);
        closed(
                update,
                new UpdateReport(
                        plain.collectionId(),
                        update,
                        UpdateState.UNCHANGED,
                        "nothing has changed",
                        null,
                        head.version(),
                        head.generation(),
                        A,
                        plain.files(),
                        List.of(),
                        0,
                        0,
                        0,
                        null,
                        plain.segments(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        0,
                        plain.requests(),
                        plain.seconds(),
                        listedAt,
                        null,
                        null,
                        null));
    }

    private void fail(FailureType type, String reason) {
        long update = state.active().running().update();
        closed(update, failed(type, reason));
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(update));
        state.inspected(update, head, Head.NONE, now);
    }

    /** A collection whose first update took two minutes from {@link #START}. */
    private void served() {
        state.opened(Head.NONE);
        change(A);
        begin();
        passMinutes(2);
        commitListed();
    }

    private Instant sleep() {
        return ((Decision.Idle) state.next(now)).until();
    }

    private FreshnessStatus freshness() {
        return state.view().status().freshness();
    }

    private Cause cause() {
        assertThat(state.freshness().isBehind()).isTrue();
        return state.freshness().cause();
    }

    @Test
    void aListingBeginsEarlyEnoughToEndBeforeThePromiseDoes() {
        served();
        assertThat(freshness())
                .isEqualTo(new FreshnessStatus(
                        FreshnessStatus.State.FRESH,
                        START.plusSeconds(1),
                        minute(60).plusSeconds(1),
                        null,
                        null));
        // A tenth of the promise and five quarters of the two minutes are kept in hand.
        Instant next = START.plusSeconds(1 + 3_600 - 360 - 150);
        assertThat(sleep()).isEqualTo(next);
        assertThat(state.view().status().nextRefresh()).isEqualTo(next);

        now = next;
        begin();
        assertThat(job(2).trigger()).isEqualTo("timer");
        assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
        passMinutes(2);
        commitListed();
        state.next(now);
        assertThat(freshness().asOf()).isEqualTo(next.plusSeconds(1));
        assertThat(transitions).isEmpty();
    }

    @Test
    void aListingThatFindsNothingNewProvesWhatIsServed() {
        served();
        passMinutes(30);
        refresh();
        begin();
        passMinutes(1);
        findNothingNew();
        state.next(now);
        assertThat(freshness().asOf()).isEqualTo(minute(32).plusSeconds(1));
        assertThat(head.listedAt()).isEqualTo(START.plusSeconds(1));
    }

    @Test
    void refreshEveryIsUsedWhereItComesEarlier() {
        CollectionState both = new CollectionState(
                "orders",
                new CollectionOptions(1, Duration.ofMinutes(20), false, 1, Duration.ofDays(7), null)
                        .withMaxStaleness(PROMISE));
        enable(both);
        both.opened(new Head(1, "x", HeadKind.COMMITTED, A, 1, 1, snapshot(), 1, START, "r"));
        both.handle(new Message.Refresh("start", null), now);
        both.launched(((Decision.Launch) both.next(now)).job(), LAUNCH, now);
        passMinutes(1);
        both.handle(new Message.UpdateClosed(1, report(1, UpdateState.UNCHANGED), null), now);
        both.handle(new Message.UpdateClosed(2, report(2, UpdateState.UNCHANGED), null), now);
        assertThat(both.next(now)).isEqualTo(new Decision.Idle(minute(21)));
    }

    @Test
    void anUpdateThatTakesTooLongIsTheCauseOnceThePromiseIsOver() {
        served();
        now = sleep();
        begin();
        Instant staleAt = minute(60).plusSeconds(1);
        Instant woken = sleep();
        while (woken.isBefore(staleAt)) {
            // Checks of the update come in between.
            assertThat(state.freshness().isBehind()).isFalse();
            now = woken;
            assertThat(state.next(now)).isInstanceOf(Decision.CheckUpdates.class);
            state.checked(List.of(), now);
            woken = sleep();
        }
        assertThat(woken).as("the workflow notices by itself").isEqualTo(staleAt);
        now = woken;
        state.next(now);
        assertThat(cause().kind()).isEqualTo(CauseKind.SLOW);
        assertThat(cause().sentence()).startsWith("update 2 runs; it was asked for at 2026-01-01 00:51:31 UTC");
        assertThat(freshness().since()).isEqualTo(staleAt);
        assertThat(freshness().state()).isEqualTo(FreshnessStatus.State.BEHIND);

        passMinutes(10);
        state.next(now);
        commitListed();
        state.next(now);
        assertThat(freshness().state()).isEqualTo(FreshnessStatus.State.FRESH);
        assertThat(freshness().cause()).isNull();
        assertThat(transitions).extracting(Freshness.Transition::behind).containsExactly(true, false);
        assertThat(transitions).extracting(Freshness.Transition::since).containsExactly(staleAt, staleAt);
        assertThat(transitions.getLast().cause().kind()).isEqualTo(CauseKind.SLOW);
    }

    @Test
    void whatAPersonHasToMendIsTheCauseUntilAnUpdateEndsWell() {
        served();
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            sleep();
            now = state.view().status().nextRefresh();
            begin();
            passMinutes(1);
            fail(FailureType.INPUT, "file part-0.parquet is not Parquet; expected a Parquet file");
            sleep();
            pauses.add(
                    Duration.between(now, state.view().status().nextRefresh()).toMinutes());
        }
        assertThat(pauses).as("failures in a row").containsExactly(3L, 6L, 12L, 15L, 15L, 15L);
        assertThat(cause().kind()).isEqualTo(CauseKind.FAILED);
        assertThat(cause().sentence()).startsWith("update 7 FAILED at ").contains("file part-0.parquet is not Parquet");
        assertThat(cause().nextStep()).contains("onBadFile", "next try at ");

        now = sleep();
        begin();
        sleep();
        assertThat(cause().kind()).as("while the next one runs").isEqualTo(CauseKind.FAILED);
        passMinutes(1);
        findNothingNew();
        state.next(now);
        assertThat(state.freshness().isBehind()).isFalse();
        assertThat(transitions).extracting(Freshness.Transition::behind).containsExactly(true, false);
    }

    @Test
    void aSourceThatDoesNotAnswerIsUnreachableSinceTheFirstFailure() {
        served();
        now = sleep();
        begin();
        passMinutes(4);
        fail(FailureType.TRANSIENT, "Source s3://lake/a/ does not answer");
        Instant first = now;
        now = sleep();
        begin();
        passMinutes(4);
        fail(FailureType.TRANSIENT, "Source s3://lake/a/ does not answer");
        sleep();
        assertThat(cause().kind()).isEqualTo(CauseKind.UNREACHABLE);
        assertThat(cause().sentence())
                .startsWith("unreachable since " + StatusText.time(first) + ": update 3 FAILED at ")
                .contains("Source s3://lake/a/ does not answer; next try at ");
    }

    @Test
    void whatIsTriedAgainIsTheCauseOfAnUpdateThatIsHeldUp() {
        served();
        now = sleep();
        begin();
        Instant first = now;
        for (int attempt = 1; attempt <= 3; attempt++) {
            state.progress()
                    .onProgress(
                            new ProgressSignal.Report(
                                    2,
                                    "list",
                                    "w1",
                                    0,
                                    0,
                                    new RetryInfo("listFiles", "Source is away", attempt, now, now.plusSeconds(30))),
                            state.active().running(),
                            now);
            passMinutes(5);
        }
        sleep();
        assertThat(cause().kind()).isEqualTo(CauseKind.UNREACHABLE);
        assertThat(cause().sentence())
                .startsWith("unreachable since " + StatusText.time(first) + ": Source is away (listFiles, attempt 3")
                .contains("next try at ");
    }

    @Test
    void aPausedCollectionGetsBehindAndIsListedAtOnceWhenItIsResumed() {
        served();
        state.handle(new Message.Pause(), now);
        Instant staleAt = sleep();
        assertThat(staleAt).isEqualTo(minute(60).plusSeconds(1));
        now = staleAt;
        assertThat(sleep()).isNull();
        assertThat(cause().kind()).isEqualTo(CauseKind.PAUSED);
        assertThat(cause().nextStep()).startsWith("littoral resume orders");
        passMinutes(100);
        state.handle(new Message.Resume(), now);
        begin();
        assertThat(cause().kind()).isEqualTo(CauseKind.WAITING);
        state.next(now);
        assertThat(cause().kind()).isEqualTo(CauseKind.SLOW);
    }

    @Test
    void aRollbackToWhatIsStaleMakesTheCollectionBehindFromThenOn() {
        served();
        passMinutes(50);
        refresh();
        begin();
        commitListed();
        SnapshotRef first = new SnapshotRef("snapshots/2", "00", snapshot().totals(), START.plusSeconds(1));
        passMinutes(30);
        state.next(now);
        assertThat(state.freshness().isBehind()).isFalse();
        rollBackTo(first);
        state.next(now);
        assertThat(cause().kind()).isEqualTo(CauseKind.ROLLED_BACK);
        assertThat(state.freshness().since()).isEqualTo(now);
        assertThat(freshness().asOf()).isEqualTo(START.plusSeconds(1));
    }

    private void rollBackTo(SnapshotRef older) {
        state.handle(new Message.Rollback(new RollbackTarget(1, "a bad load"), new PendingReply()), now);
        assertThat(state.next(now)).isInstanceOf(Decision.RollBack.class);
        Head base = head;
        head = new Head(
                base.version() + 1,
                "rollback",
                HeadKind.ROLLED_BACK,
                base.source(),
                base.generation(),
                state.lastUpdate(),
                older,
                base.nextSegmentId(),
                now,
                "rolled back to version 1: a bad load");
        state.advanceHead(head);
        state.rollbacks().written(now);
        state.declared(now);
    }

    @Test
    void aCollectionThatServesNothingCountsFromItsBeginning() {
        state.opened(Head.NONE);
        change(A);
        begin();
        assertThat(freshness().staleAt()).isEqualTo(minute(60));
        passMinutes(1);
        fail(FailureType.ACCESS, "not allowed");
        sleep();
        assertThat(state.view().status().nextRefresh()).isEqualTo(minute(4));
        now = minute(60);
        state.next(now);
        assertThat(state.freshness().isBehind()).isTrue();
        assertThat(freshness().asOf()).isNull();
    }

    @Test
    void anotherSourceLeavesOpenAsOfWhenWhatIsServedWasRight() {
        served();
        passMinutes(10);
        change(B);
        declare();
        assertThat(freshness().asOf()).isEqualTo(START.plusSeconds(1));
        // An update of the source before that found nothing new says nothing of this one.
        begin();
        assertThat(head.generation()).isEqualTo(2);
        now = minute(61);
        state.next(now);
        assertThat(cause().kind()).isEqualTo(CauseKind.SLOW);
    }

    @Test
    void aCollectionThatHasEndedIsNeverBehind() {
        served();
        passMinutes(70);
        begin();
        assertThat(state.freshness().isBehind()).isTrue();
        state.handle(new Message.Retire(), now);
        state.next(now);
        assertThat(state.freshness().isBehind()).isFalse();
        assertThat(freshness().state()).isNull();
        assertThat(Diagnosis.of(state.view().status())).isEmpty();
    }

    @Test
    void theNextRunKnowsWhatTheRunBeforeKnew() throws Exception {
        served();
        state.handle(new Message.Pause(), now);
        passMinutes(70);
        state.next(now);
        CollectionState next = restored(state);
        assertThat(next.carry()).isEqualTo(state.carry());
        enable(next);
        next.next(now);
        assertThat(next.view().status().freshness()).isEqualTo(freshness());
        assertThat(transitions).as("it was BEHIND before").hasSize(1);
        next.handle(new Message.Resume(), now);
        assertThat(next.next(now)).isInstanceOf(Decision.Launch.class);
    }

    @Test
    void aRunOfAnOlderBuildPromisesNothing() {
        CollectionState old = new CollectionState("orders", state.options());
        old.opened(new Head(1, "x", HeadKind.COMMITTED, A, 1, 1, snapshot(), 1, START, "r"));
        passMinutes(600);
        assertThat(old.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(old.view().status().freshness().state()).isNull();
    }

    @Test
    void sinksGetThatItIsBehindAndFreshAgain() {
        CollectionState told = new CollectionState(
                "orders",
                new CollectionOptions(
                        1, null, false, 1, Duration.ofDays(7), null, null, List.of("indexer"), PROMISE, null, null));
        enable(told);
        told.outbox().enable();
        told.opened(new Head(1, "x", HeadKind.COMMITTED, A, 1, 1, snapshot(), 1, START, "r"));
        told.handle(new Message.Pause(), now);
        told.next(now);
        passMinutes(61);
        told.next(now);
        told.handle(new Message.Resume(), now);
        told.launched(((Decision.Launch) told.next(now)).job(), LAUNCH, now);
        told.handle(new Message.UpdateClosed(2, report(2, UpdateState.UNCHANGED), null), now);
        told.next(now);
        List<StateEvent> events = told.outbox().due(1, now).getFirst().states();
        assertThat(events).extracting(StateEvent::kind).containsExactly(StateEvent.Kind.BEHIND, StateEvent.Kind.FRESH);
        assertThat(events.getFirst().reason()).isEqualTo("refreshing is paused by request");
        assertThat(events.getLast().reason())
                .isEqualTo("fresh as of 2026-01-01 01:01:00 UTC, BEHIND since 2026-01-01 01:00:00 UTC");
    }

    /** Whatever updates take, up to what the promise leaves room for. */
    @Test
    void aCollectionWhoseUpdatesEndWellIsNeverBehindAndNeverBusy() {
        Random random = new Random(7);
        served();
        Instant end = START.plus(Duration.ofDays(60));
        int updates = 0;
        // Durations grow by a fifth at most from one update to the next.
        long seconds = 120;
        while (now.isBefore(end)) {
            Decision decision = state.next(now);
            if (decision instanceof Decision.Idle idle) {
                now = idle.until();
                continue;
            }
            begin();
            updates++;
            seconds = Math.clamp((long) (seconds * (0.8 + 0.4 * random.nextDouble())), 5, 1_500);
            pass(Duration.ofSeconds(seconds));
            state.next(now);
            assertThat(state.freshness().isBehind()).as("update %d", updates).isFalse();
            if (random.nextBoolean()) {
                findNothingNew();
            } else {
                commitListed();
            }
        }
        assertThat(transitions).isEmpty();
        assertThat(updates).isBetween(60 * 24, 60 * 24 * 3);
    }
}
