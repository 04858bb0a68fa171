package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.B;
import static dev.littoral.workflows.CollectionFixture.next;
import static dev.littoral.workflows.CollectionFixture.ofAnotherLaunch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.SegmentCounts;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a collection decides about updates that are silent, and about a log that others have grown. */
class UpdateCheckTest {
    private final CollectionState state = new CollectionState("orders", CollectionOptions.DEFAULTS);
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Head head = Head.NONE;

    private void running() {
        state.jobs().checkUpdates();
        state.opened(Head.NONE);
        change(A);
        Job job = ((Decision.Declare) state.next(now)).job();
        head = next(head, HeadKind.DECLARED, A, job.update());
        state.advanceHead(head);
        state.declared(now);
        launch();
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Policies.FIRST_CHECK_INTERVAL)));
    }

    private void launch() {
        launch(CollectionFixture.LAUNCH);
    }

    /** As a run of a build does that gives no ids to launches where that is null. */
    private void launch(String launchId) {
        state.launched(((Decision.Launch) state.next(now)).job(), launchId, now);
    }

    private void change(ExternalSource source) {
        state.handle(new Message.ChangeSource(source, "sourceChanged", null), now);
    }

    private void refresh() {
        state.handle(new Message.Refresh("refresh", null), now);
    }

    private static UpdateReport report(long update, UpdateState outcome, Head at) {
        return new UpdateReport(
                "orders",
                update,
                outcome,
                "a reason",
                null,
                at.version(),
                at.generation(),
                A,
                FileCounts.NONE,
                List.of(),
                0,
                0,
                0,
                null,
                new SegmentCounts(0, 0, 0, 0),
                null,
                null,
                null,
                null,
                null,
                null,
                0,
                Map.of(),
                Map.of(),
                null,
                null,
                null,
                null);
    }

    private String ends() {
        return String.join(
                ", ",
                CollectionFixture.jobs(state).stream()
                        .filter(job -> job.state().isEnd())
                        .map(job -> job.update() + " " + job.state())
                        .toList());
    }

    private void checkTwice() {
        assertThat(state.next(now)).isEqualTo(new Decision.CheckUpdates(List.of(1L)));
        state.checked(List.of(1L), now);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Policies.RECHECK_INTERVAL)));
        now = now.plus(Policies.RECHECK_INTERVAL);
        assertThat(state.next(now)).isEqualTo(new Decision.CheckUpdates(List.of(1L)));
        state.checked(List.of(1L), now);
    }

    /** The server describes an update as closed before it has notified the collection. */
    @Test
    void anUpdateThatHasJustClosedReportsItsOwnEnd() {
        running();
        now = now.plusSeconds(60);
        assertThat(state.next(now)).isInstanceOf(Decision.CheckUpdates.class);
        state.checked(List.of(1L), now);
        head = next(head, HeadKind.COMMITTED, A, 1);
        state.handle(new Message.UpdateClosed(1, report(1, UpdateState.COMMITTED, head), null), now);
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        assertThat(state.active().isSearchedFor(1, next(head, HeadKind.COMMITTED, A, 2)))
                .isFalse();
        state.inspected(1, head, Head.NONE, now);
        assertThat(ends()).isEqualTo("1 COMMITTED");
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
    }

    @Test
    void oneThatIsGoneAndWroteTheNewestVersionIsNotFollowed() {
        running();
        now = now.plusSeconds(60);
        checkTwice();
        state.inspected(1, next(head, HeadKind.COMMITTED, A, 1), Head.NONE, now);
        assertThat(ends()).isEqualTo("1 COMMITTED");
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
    }

    @Test
    void anUpdateThatIsSilentIsLookedAtLessAndLessOften() {
        running();
        for (int minutes : new int[] {1, 2, 4, 8, 10, 10}) {
            assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plusSeconds(60L * minutes)));
            now = now.plusSeconds(60L * minutes);
            assertThat(state.next(now)).isEqualTo(new Decision.CheckUpdates(List.of(1L)));
            state.checked(List.of(), now);
        }
        assertThat(state.view().status().state()).isEqualTo("updating");
    }

    @Test
    void aMessageHasItLookedAtButNotEachOfMany() {
        running();
        now = now.plusSeconds(3);
        refresh();
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plusSeconds(7)));
        now = now.plusSeconds(7);
        assertThat(state.next(now)).isInstanceOf(Decision.CheckUpdates.class);
        state.checked(List.of(), now);
        for (int i = 0; i < 9; i++) {
            now = now.plusSeconds(1);
            refresh();
            assertThat(state.next(now)).isInstanceOf(Decision.Idle.class);
        }
        now = now.plusSeconds(30);
        state.handle(new Message.CancelUpdate(), now);
        assertThat(state.next(now)).isEqualTo(new Decision.CheckUpdates(List.of(1L)));
    }

    @Test
    void aChangeHasItLookedAt() {
        running();
        change(A);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Policies.MIN_CHECK_INTERVAL)));
    }

    @Test
    void aCancelHasItLookedAt() {
        running();
        state.handle(new Message.CancelUpdate(), now);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Policies.MIN_CHECK_INTERVAL)));
    }

    @Test
    void runsOfBuildsBeforeDoNotLook() {
        state.opened(next(Head.NONE, HeadKind.DECLARED, A, 1));
        refresh();
        launch();
        now = now.plusSeconds(3_600);
        refresh();
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUpdateThatIsGoneIsOverAndTheLogSaysWhetherItCommitted(boolean committed) {
        running();
        now = now.plusSeconds(60);
        checkTwice();
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        Head commit = next(head, HeadKind.COMMITTED, A, 1);
        Head newest = next(next(committed ? commit : head, HeadKind.DECLARED, B, 7), HeadKind.COMMITTED, B, 7);
        assertThat(state.active().isSearchedFor(1, newest)).isTrue();
        state.inspected(1, newest, committed ? commit : Head.NONE, now);

        assertThat(ends()).isEqualTo(committed ? "1 COMMITTED" : "1 SUPERSEDED");
        assertThat(state.view().status().source())
                .as("what somebody else declared")
                .isEqualTo(B);
        Job following = ((Decision.Launch) state.next(now)).job();
        assertThat(following.update()).isEqualTo(8);
        assertThat(following.source()).isEqualTo(B);
    }

    @Test
    void anUpdateThatWasStoppedAndIsGoneIsOver() {
        running();
        state.handle(new Message.CancelUpdate(), now);
        assertThat(state.view().status().state()).isEqualTo("updating");
        now = now.plusSeconds(60);
        checkTwice();
        state.inspected(1, head, Head.NONE, now);
        assertThat(ends()).isEqualTo("1 CANCELED");
        assertThat(state.view().status().state()).isEqualTo("idle");
        assertThat(state.next(now)).as("nobody asked for another").isEqualTo(new Decision.Idle(null));
    }

    @Test
    void anUpdateThatMetALaterOneIsFollowedByOneWithAGreaterNumber() {
        running();
        Head newest = next(head, HeadKind.COMMITTED, A, 9);
        state.handle(new Message.UpdateClosed(1, report(1, UpdateState.SUPERSEDED, newest), null), now);
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        state.inspected(1, newest, Head.NONE, now);
        assertThat(ends()).isEqualTo("1 SUPERSEDED");
        assertThat(((Decision.Launch) state.next(now)).job().update()).isEqualTo(10);
    }

    @Test
    void anUpdateThatWaitsGetsAGreaterNumberWhereTheLogHasOne() {
        running();
        refresh();
        Head newest = next(head, HeadKind.COMMITTED, A, 9);
        state.handle(new Message.UpdateClosed(1, report(1, UpdateState.SUPERSEDED, newest), null), now);
        state.inspected(1, newest, Head.NONE, now);
        assertThat(((Decision.Launch) state.next(now)).job().update()).isEqualTo(10);
        assertThat(ends()).isEqualTo("2 SUPERSEDED, 1 SUPERSEDED");
        assertThat(state.view().answer(2).update())
                .as("who waited for the old number")
                .isEqualTo(10);
    }

    /** Its number is the log's last one, and that update has committed: it is another update. */
    @Test
    void aNumberThatHasCommittedIsNotUsedAgain() {
        running();
        change(B);
        state.next(now);
        Head newest = next(head, HeadKind.COMMITTED, A, 2);
        state.moved(newest, now);
        assertThat(((Decision.Declare) state.next(now)).job().update()).isEqualTo(3);
    }

    @Test
    void unchangedOnAVersionThatIsNotKnownHasTheHeadRead() {
        running();
        Head newest = next(next(head, HeadKind.COMMITTED, A, 0), HeadKind.COMMITTED, A, 0);
        state.handle(new Message.UpdateClosed(1, report(1, UpdateState.UNCHANGED, newest), null), now);
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        state.inspected(1, newest, Head.NONE, now);
        assertThat(ends()).isEqualTo("1 UNCHANGED");
        assertThat(state.head()).isEqualTo(newest);
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
    }

    /** It may have committed in one of the versions that were not seen, before the declaration that stopped it. */
    @Test
    void whereVersionsWereMissedAStoppedUpdatesCommitIsLookedFor() {
        running();
        change(B);
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        Head commit = next(head, HeadKind.COMMITTED, A, 1);
        Head newest = next(commit, HeadKind.COMMITTED, A, 9);
        state.moved(newest, now);
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        Head declared = next(newest, HeadKind.DECLARED, B, 10);
        state.advanceHead(declared);
        state.declared(now);
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        assertThat(state.active().isSearchedFor(1, declared)).isTrue();
        state.inspected(1, declared, commit, now);
        assertThat(ends()).endsWith("1 COMMITTED");
        assertThat(state.next(now)).isInstanceOf(Decision.Launch.class);
    }

    /**
     * A run of the collection's task that was lost has declared with a number that this run has given to nobody. The
     * update that runs meets that version, and the number stays out.
     */
    @Test
    void aNumberThatALostRunHasDeclaredIsNotGivenAgain() {
        running();
        Head lost = next(head, HeadKind.DECLARED, B, 2);
        state.handle(new Message.UpdateClosed(1, report(1, UpdateState.SUPERSEDED, lost), null), now);
        state.inspected(1, lost, Head.NONE, now);
        change(B);
        assertThat(((Decision.Launch) state.next(now)).job().update())
                .as("the update that follows serves the request that was lost with the run, too")
                .isEqualTo(3);
        assertThat(ends()).isEqualTo("1 SUPERSEDED");
    }

    /** Two services that keep one collection can give one number to two updates. */
    @Test
    void aCommitOfItsNumberByAnotherServiceIsNotItsOwn() {
        running();
        Head newest = ofAnotherLaunch(next(head, HeadKind.COMMITTED, A, 1));
        state.handle(new Message.UpdateClosed(1, report(1, UpdateState.SUPERSEDED, newest), null), now);
        assertThat(state.active().isSearchedFor(1, newest)).isTrue();
        state.inspected(1, newest, newest, now);
        assertThat(ends()).isEqualTo("1 SUPERSEDED");
        assertThat(((Decision.Launch) state.next(now)).job().update())
                .as("another follows")
                .isEqualTo(2);
    }

    @Test
    void aDeclarationThatMeetsAnotherServicesCommitOfTheNumberDoesNotTakeItForItsOwn() {
        running();
        change(B);
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        Head newest = ofAnotherLaunch(next(head, HeadKind.COMMITTED, A, 1));
        state.moved(newest, now);
        assertThat(ends()).isEmpty();
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        state.advanceHead(next(newest, HeadKind.DECLARED, B, 2));
        state.declared(now);
        assertThat(ends()).isEqualTo("1 SUPERSEDED");
    }

    /** Whoever wrote after it, and with whatever number: those in the log can be equal. */
    @Test
    void itsOwnCommitIsLookedForBelowVersionsOfOthers() {
        running();
        Head commit = next(head, HeadKind.COMMITTED, A, 1);
        state.handle(new Message.UpdateClosed(1, null, CollectionFixture.failed(FailureType.TRANSIENT, "lost")), now);
        assertThat(state.active().isSearchedFor(1, head))
                .as("nothing was written")
                .isFalse();
        assertThat(state.active().isSearchedFor(1, commit)).as("it is there").isFalse();
        Head newest = next(commit, HeadKind.ROLLED_BACK, A, 1);
        assertThat(state.active().isSearchedFor(1, newest)).isTrue();
        state.inspected(1, newest, commit, now);
        assertThat(ends()).isEqualTo("1 COMMITTED");
    }

    @Test
    void aRunOfAnOlderBuildKnowsACommitByItsNumberAndSearchesForTheUnreportedOnly() {
        state.jobs().checkUpdates();
        state.opened(next(Head.NONE, HeadKind.DECLARED, A, 1));
        refresh();
        launch(null);
        Head newest = ofAnotherLaunch(next(state.head(), HeadKind.COMMITTED, A, 2));
        state.handle(new Message.UpdateClosed(2, null, CollectionFixture.failed(FailureType.TRANSIENT, "lost")), now);
        assertThat(state.active().isSearchedFor(2, next(newest, HeadKind.COMMITTED, A, 3)))
                .isFalse();
        state.inspected(2, newest, Head.NONE, now);
        assertThat(ends()).isEqualTo("2 COMMITTED");
    }

    // ------------------------------------------------------------------ updates without workers

    @Test
    void anAbandonedUpdateIsFollowedByAnother() {
        running();
        state.active().abandon(1);
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        state.inspected(1, head, Head.NONE, now);
        assertThat(ends()).isEqualTo("1 SUPERSEDED");
        launch();
        // Its workflow is terminated meanwhile.
        state.handle(new Message.UpdateClosed(1, null, new RuntimeException("terminated")), now);
        assertThat(ends()).isEqualTo("1 SUPERSEDED");
        assertThat(state.active().isRunning(2)).isTrue();
    }

    @Test
    void anAbandonedUpdateWhoseEndIsReportedAtOnceIsFollowedByAnotherToo() {
        running();
        state.active().abandon(1);
        state.handle(new Message.UpdateClosed(1, null, new RuntimeException("terminated")), now);
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        state.inspected(1, head, Head.NONE, now);
        assertThat(ends()).isEqualTo("1 SUPERSEDED");
        launch();
        assertThat(state.active().isRunning(2)).isTrue();
    }

    @Test
    void anAbandonedUpdateThatHadCommittedHasCommitted() {
        running();
        state.active().abandon(1);
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        head = next(head, HeadKind.COMMITTED, A, 1);
        state.inspected(1, head, Head.NONE, now);
        assertThat(ends()).isEqualTo("1 COMMITTED");
        assertThat(state.active().isEmpty()).isTrue();
    }

    @Test
    void anAbandonedUpdateThatWasCancelledKeepsNobodyWaiting() {
        running();
        state.handle(new Message.CancelUpdate(), now);
        state.next(now);
        assertThat(ends()).isEmpty();
        state.active().abandon(1);
        assertThat(state.next(now)).isEqualTo(new Decision.ReadHead(1));
        state.inspected(1, head, Head.NONE, now);
        assertThat(ends()).isEqualTo("1 CANCELED");
        assertThat(state.active().isEmpty()).isTrue();
    }
}
