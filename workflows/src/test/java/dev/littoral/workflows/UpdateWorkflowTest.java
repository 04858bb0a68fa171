package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.B;
import static dev.littoral.workflows.CollectionFixture.C;
import static dev.littoral.workflows.CollectionFixture.next;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.CANCELED;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.FAILED;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static io.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED;
import static io.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED;
import static io.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.SegmentCounts;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateReport;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How updates end, whatever happens to them on the way. */
class UpdateWorkflowTest {
    private final FakeLake lake = new FakeLake();
    private final Lab lab = newLab(lake);

    /** Where the workflows run. */
    Lab newLab(FakeLake lake) {
        return new Lab(lake);
    }

    final Lab lab() {
        return lab;
    }

    @AfterEach
    void nothingIsLeftBehind() throws InterruptedException {
        try {
            lab.await("staging to be empty", () -> lake.staged().isEmpty());
            lab.await(
                    "objects that no head names to be gone",
                    () -> lake.garbage().isEmpty());
        } finally {
            lab.close();
        }
    }

    @Test
    void aFirstUpdateCommitsAndReportsWhatItDid() throws InterruptedException {
        lab.start(A);
        Job job = lab.awaitEnd(1, COMMITTED);

        assertThat(job.reason()).isEqualTo("3 files new, 0 changed, 0 removed");
        assertThat(job.version()).isEqualTo(2);
        assertThat(lake.log(ID))
                .extracting(head -> head.version() + " " + head.kind() + " " + head.generation())
                .containsExactly("1 DECLARED 1", "2 COMMITTED 1");
        assertThat(lake.newest(ID).nextSegmentId()).isEqualTo(5);
        UpdateReport report = lab.update(1).getResult(UpdateReport.class);
        assertThat(report.outcome()).isEqualTo(COMMITTED);
        assertThat(report.files()).isEqualTo(new FileCounts(4, 3, 0, 0, 0, 1));
        assertThat(report.segments()).isEqualTo(new SegmentCounts(2, 0, 2, 0));
        assertThat(report.rows()).isEqualTo(30);
        assertThat(report.churn()).isEqualTo(1);
        assertThat(report.skipped()).hasSize(1);
        assertThat(report.requests())
                .containsEntry("source.list", 1L)
                .containsEntry("source.get", 4L)
                .containsEntry("catalog.create", 3L);
        assertThat(report.seconds()).containsOnlyKeys("list", "read", "balance", "commit");
        assertThat(lab.collection().status().snapshot().rows()).isEqualTo(30);
    }

    @Test
    void whatItsListingHasPreparedIsCommittedAtOnce() throws InterruptedException {
        lake.prepare();
        lab.start(A);
        Job job = lab.awaitEnd(1, COMMITTED);

        assertThat(job.reason()).isEqualTo("3 files new, 0 changed, 0 removed");
        assertThat(List.of("readFragments", "balanceSegments", "discardStaging"))
                .allSatisfy(step -> assertThat(lake.calls(step)).as(step).isZero());
        Head head = lake.newest(ID);
        assertThat(head.commitId()).startsWith("1-").endsWith("-1");
        assertThat(head.snapshot().key()).contains(head.commitId() + "/");
        assertThat(head.nextSegmentId()).isEqualTo(3);
        UpdateReport report = lab.update(1).getResult(UpdateReport.class);
        assertThat(report.files()).isEqualTo(new FileCounts(4, 3, 0, 0, 0, 1));
        assertThat(report.segments()).isEqualTo(new SegmentCounts(2, 0, 2, 0));
        assertThat(report.rows()).isEqualTo(30);
        assertThat(report.seconds()).containsOnlyKeys("list", "read", "balance", "commit");
        assertThat(report.seconds()).containsEntry("read", 0.001).containsEntry("balance", 0.001);
    }

    @Test
    void whatWasPreparedForAVersionThatIsTakenIsRemovedAndTheNextRoundGoesStepByStep() throws InterruptedException {
        lake.prepare();
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.start(A);
        commit.awaitReached();
        lake.write(ID, HeadKind.COMMITTED, A, 0);
        commit.release();

        lab.awaitEnd(1, COMMITTED);
        assertThat(lake.calls("listFiles")).isEqualTo(2);
        assertThat(lake.calls("readFragments")).isEqualTo(2);
    }

    @Test
    void whatWasPreparedIsRemovedWhereTheUpdateIsStoppedBeforeItsCommit() throws InterruptedException {
        lake.prepare();
        FakeLake.Hold listing = lake.hold("listFiles").deafen();
        lab.start(A);
        listing.awaitReached();
        lab.collection().sourceChanged(SourceRequest.of(B));
        lab.awaitStatus(status -> status.source().equals(B));
        listing.release();

        lab.awaitEnd(1, SUPERSEDED);
        lab.awaitEnd(2, COMMITTED);
    }

    @Test
    void filesThatAreAsBeforeEndUnchangedAndWriteNothing() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lab.collection().signalRefresh();
        Job job = lab.awaitEnd(2, UNCHANGED);

        assertThat(job.reason()).contains("lists as version 2 does");
        assertThat(lake.log(ID)).hasSize(2);
        assertThat(lake.calls("readHead")).as("reads of the head").isEqualTo(1);
        assertThat(lake.calls("discardStaging")).isEqualTo(1);
        UpdateReport report = lab.update(2).getResult(UpdateReport.class);
        assertThat(report.files()).isEqualTo(new FileCounts(4, 0, 0, 0, 3, 1));
        assertThat(report.segments()).isEqualTo(new SegmentCounts(2, 2, 0, 0));
    }

    /**
     * Starts a collection and waits until its first update is held in a step, with each of its shards: the service in
     * memory breaks when an activity ends while its cancel is under way, and a hold that is not reached yet would hold
     * the next update.
     */
    private void startAndHold(String step) throws InterruptedException {
        List<FakeLake.Hold> holds =
                isSharded(step) ? List.of(lake.hold(step), lake.hold(step)) : List.of(lake.hold(step));
        lab.start(A);
        for (FakeLake.Hold hold : holds) {
            hold.awaitReached();
        }
    }

    private static boolean isSharded(String step) {
        return step.equals("readFragments") || step.equals("balanceSegments");
    }

    @ParameterizedTest
    @ValueSource(strings = {"listFiles", "readFragments", "balanceSegments"})
    void aChangeDuringAStepSupersedesItsUpdate(String step) throws InterruptedException {
        startAndHold(step);
        lab.collection().sourceChanged(SourceRequest.of(B));

        assertThat(lab.awaitEnd(1, SUPERSEDED).reason()).contains("update 2 takes its place");
        lab.awaitEnd(2, COMMITTED);
        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_CANCELED);
    }

    @Test
    void aChangeBeforeTheCommitIsWrittenKeepsItOut() throws InterruptedException {
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.start(A);
        commit.awaitReached();
        lab.collection().changeSource(SourceRequest.of(B));
        lab.awaitEnd(2, COMMITTED);
        commit.release();

        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_CANCELED);
        assertThat(lab.ends()).isEqualTo("1 SUPERSEDED, 2 COMMITTED");
        assertThat(lake.log(ID))
                .extracting(head -> head.kind() + " " + head.source().uri())
                .containsExactly("DECLARED " + A.uri(), "DECLARED " + B.uri(), "COMMITTED " + B.uri());
    }

    @Test
    void aChangeAfterTheCommitWasWrittenFindsItCommitted() throws InterruptedException {
        FakeLake.Hold answer = lake.hold("committed");
        lab.start(A);
        answer.awaitReached();
        lab.collection().changeSource(SourceRequest.of(B));

        assertThat(lab.awaitEnd(1, COMMITTED).reason()).isEqualTo("3 files new, 0 changed, 0 removed");
        lab.awaitEnd(2, COMMITTED);
        answer.release();
        // Its workflow still closes cancelled, as Temporal has it.
        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_CANCELED);
        assertThat(lab.ends()).isEqualTo("1 COMMITTED, 2 COMMITTED");
        assertThat(lake.log(ID)).hasSize(4);
    }

    @Test
    void aChangeAfterTheEndLeavesItAsItWas() throws InterruptedException {
        FakeLake.Hold hold = lake.hold("discardStaging");
        lab.start(A);
        hold.awaitReached();
        lab.collection().changeSource(SourceRequest.of(B));
        hold.release();
        lab.awaitEnd(2, COMMITTED);

        assertThat(lab.ends()).isEqualTo("1 COMMITTED, 2 COMMITTED");
    }

    @Test
    void aCommitThatWasSentBeforeACancelDecidesTheEnd() throws InterruptedException {
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.start(A);
        commit.awaitReached();
        lab.collection().cancelUpdate();
        lab.awaitCancelRequested(1);
        long next = lab.collection().updateRefresh().update();
        commit.release();

        assertThat(lab.awaitEnd(1, COMMITTED).reason()).isEqualTo("3 files new, 0 changed, 0 removed");
        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_CANCELED);
        lab.awaitEnd(next, UNCHANGED);
        assertThat(lab.ends()).isEqualTo("1 COMMITTED, 2 UNCHANGED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"listFiles", "readFragments", "balanceSegments"})
    void aCancelBeforeTheCommitLeavesTheHeadAsItWas(String step) throws InterruptedException {
        startAndHold(step);
        lab.collection().cancelUpdate();

        assertThat(lab.awaitEnd(1, CANCELED).reason()).isEqualTo("cancelled by request");
        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_CANCELED);
        assertThat(lake.log(ID)).extracting(head -> head.kind()).containsExactly(HeadKind.DECLARED);
        assertThat(lake.calls("commitSnapshot")).isZero();
        assertThat(lake.calls("discardStaging")).isEqualTo(1);
        assertThat(lake.discardedUnderway()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"readFragments", "balanceSegments"})
    void aCancelWaitsForAShardThatStillWritesBeforeStagingIsRemoved(String step) throws InterruptedException {
        FakeLake.Hold hold = lake.hold(step);
        FakeLake.Hold straggler = lake.hold(step).deafen();
        lab.start(A);
        hold.awaitReached();
        straggler.awaitReached();
        lab.collection().cancelUpdate();
        lab.await("that the workflow learns of the shard that stopped", () -> {
            List<EventType> events = lab.events(UpdateExternalCollectionWorkflow.id(ID, 1));
            int stopped = events.indexOf(EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED);
            return stopped >= 0
                    && events.subList(stopped, events.size()).contains(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
        });
        List<EventType> events = lab.events(UpdateExternalCollectionWorkflow.id(ID, 1));
        assertThat(events.subList(events.indexOf(EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED), events.size()))
                .doesNotContain(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
        straggler.release();

        lab.awaitEnd(1, CANCELED);
        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_CANCELED);
        assertThat(lake.calls("discardStaging")).isEqualTo(1);
        assertThat(lake.discardedUnderway()).isFalse();
    }

    @Test
    void anUpdateThatIsCancelledFromOutsideEndsToo() throws InterruptedException {
        FakeLake.Hold hold = lake.hold("listFiles");
        lab.start(A);
        hold.awaitReached();
        lab.update(1).cancel();

        assertThat(lab.awaitEnd(1, CANCELED).reason()).isEqualTo("its workflow was cancelled");
        lab.collection().signalRefresh();
        lab.awaitEnd(2, COMMITTED);
    }

    @Test
    void whenTheHeadMovesItIsListedAgain() throws InterruptedException {
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.start(A);
        commit.awaitReached();
        lake.write(ID, HeadKind.COMMITTED, A, 0);
        commit.release();
        lab.awaitEnd(1, COMMITTED);

        assertThat(lake.calls("listFiles")).isEqualTo(2);
        assertThat(lake.newest(ID).version()).isEqualTo(3);
        assertThat(lab.update(1).getResult(UpdateReport.class).requests()).containsEntry("source.list", 2L);
    }

    @Test
    void whenTheHeadMovesToAnotherSourceItIsSupersededAndThatIsFollowed() throws InterruptedException {
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.start(A);
        commit.awaitReached();
        lake.write(ID, HeadKind.DECLARED, C, 40);
        commit.release();

        assertThat(lab.awaitEnd(1, SUPERSEDED).reason())
                .isEqualTo("version 2 declares " + C.uri() + " as generation 2");
        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_COMPLETED);
        assertThat(lab.collection().status().source()).isEqualTo(C);
        lab.collection().signalRefresh();
        lab.awaitEnd(41, COMMITTED);
        assertThat(lake.newest(ID).source()).isEqualTo(C);
    }

    @Test
    void whenItsSourceWasLeftAndTakenUpAgainItIsSuperseded() throws InterruptedException {
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.start(A);
        commit.awaitReached();
        lake.write(ID, HeadKind.DECLARED, B, 40);
        lake.write(ID, HeadKind.DECLARED, A, 41);
        commit.release();

        lab.awaitEnd(1, SUPERSEDED);
        lab.awaitEnd(42, COMMITTED);
        assertThat(lake.newest(ID).version()).isEqualTo(4);
    }

    /** Another service keeps the collection too; numbers of updates never go back from one version to the next. */
    @Test
    void whenALaterUpdateHasWrittenItIsSupersededAndAnotherFollows() throws InterruptedException {
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.start(A);
        commit.awaitReached();
        lake.write(ID, HeadKind.COMMITTED, A, 40);
        lake.touch(A);
        commit.release();

        assertThat(lab.awaitEnd(1, SUPERSEDED).reason()).startsWith("version 2 is of update 40");
        lab.awaitEnd(41, COMMITTED);
        assertThat(lake.newest(ID).update()).isEqualTo(41);
    }

    /** Another service that keeps the collection too can give the same number to an update of its own. */
    @Test
    void whenAnotherServicesUpdateOfItsNumberHasCommittedItIsSupersededAndAnotherFollows() throws InterruptedException {
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.start(A);
        commit.awaitReached();
        lake.write(ID, CollectionFixture.ofAnotherLaunch(next(lake.newest(ID), HeadKind.COMMITTED, A, 1)));
        lake.touch(A);
        commit.release();

        assertThat(lab.awaitEnd(1, SUPERSEDED).reason()).startsWith("version 2 is of update 1");
        lab.awaitEnd(2, COMMITTED);
        assertThat(lake.newest(ID).commitId()).matches("2-x[0-9a-f]+-[0-9a-f-]{36}");
    }

    /** The answer to its commit is lost, and another service writes the next version before the collection looks. */
    @Test
    void aCommitBelowAnotherServicesVersionIsFound() throws InterruptedException {
        lake.fail("committed", FailureType.INPUT, 1);
        FakeLake.Hold look = lake.hold("readHead");
        lab.start(A);
        look.awaitReached();
        lake.write(ID, CollectionFixture.ofAnotherLaunch(next(lake.newest(ID), HeadKind.COMMITTED, A, 2)));
        look.release();

        lab.awaitEnd(1, COMMITTED);
        assertThat(lake.calls("findCommit")).isPositive();
    }

    @Test
    void aListingOnAVersionThatWasReplacedIsNotUnchanged() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lake.write(ID, HeadKind.DECLARED, B, 7);
        lab.collection().signalRefresh();

        assertThat(lab.awaitEnd(2, SUPERSEDED).reason()).startsWith("version 3 declares " + B.uri());
        lab.awaitEnd(8, COMMITTED);
        assertThat(lab.collection().status().source()).isEqualTo(B);
        assertThat(lab.collection().status().version()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"readFragments", "balanceSegments", "commitSnapshot"})
    void whereWhatWasStagedIsGoneItIsListedAgain(String step) throws InterruptedException {
        lake.fail(step, UpdateActivities.STAGING_GONE, step.equals("commitSnapshot") ? 1 : 2);
        lab.start(A);
        lab.await("the pause before the second listing", () -> lake.calls(step) >= 1);
        lab.pass(Duration.ofMinutes(1));
        lab.awaitEnd(1, COMMITTED);

        assertThat(lake.listings()).extracting(ListRequest::previousPlan).containsExactly(null, null);
    }

    @Test
    void stagingThatIsGoneEachTimeEndsItAfterABoundedNumberOfRounds() throws InterruptedException {
        lake.fail("commitSnapshot", UpdateActivities.STAGING_GONE, 100);
        lab.start(A);
        lab.pass(Duration.ofMinutes(5));
        Job job = lab.awaitEnd(1, FAILED);

        assertThat(job.failure()).isEqualTo(FailureType.TRANSIENT);
        assertThat(job.reason()).startsWith("gave up after listing 5 times");
        assertThat(lake.calls("listFiles")).isEqualTo(5);
    }

    @Test
    void whenTheCollectionWasRetiredElsewhereItEnds() throws InterruptedException {
        FakeLake.Hold commit = lake.hold("commitSnapshot");
        lab.start(A);
        commit.awaitReached();
        lab.collection().signalRefresh();
        lake.write(ID, HeadKind.RETIRED, A, 40);
        commit.release();

        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_COMPLETED);
        assertThat(lab.ends()).isEqualTo("1 SUPERSEDED, 2 CANCELED");
    }

    @Test
    void whenAFileChangesWhileItIsReadItIsListedAgain() throws InterruptedException {
        lake.changeUnderReads(1);
        lab.start(A);
        lab.await("a second listing or the pause before it", () -> lake.calls("readFragments") >= 2);
        lab.pass(Duration.ofMinutes(1));
        lab.awaitEnd(1, COMMITTED);

        assertThat(lake.listings())
                .as("the plan whose footers are used again")
                .extracting(ListRequest::previousPlan)
                .containsExactly(null, "staging/1/1");
        assertThat(lab.update(1).getResult(UpdateReport.class).files()).isEqualTo(new FileCounts(4, 3, 0, 0, 0, 1));
    }

    /** The last round staged nothing; the first did, as the check after each test knows. */
    @Test
    void whatAnEarlierRoundStagedIsRemovedThoughTheLastFindsNothingToDo() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lake.touch(A);
        lake.changeUnderReads(1);
        FakeLake.Hold second = lake.hold("readFragments");
        lab.collection().signalRefresh();
        second.awaitReached();
        lake.untouch(A);
        second.release();
        lab.await("the pause before the second listing", () -> lake.calls("readFragments") >= 4);
        lab.pass(Duration.ofMinutes(1));
        lab.awaitEnd(2, UNCHANGED);

        assertThat(lake.listings()).hasSize(3);
    }

    @Test
    void aSourceThatNeverRestsIsGivenUp() throws InterruptedException {
        lake.changeUnderReads(1_000);
        lab.start(A);
        lab.pass(Duration.ofMinutes(5));
        Job job = lab.awaitEnd(1, FAILED);

        assertThat(job.failure()).isEqualTo(FailureType.TRANSIENT);
        assertThat(job.reason()).isEqualTo("gave up after listing 5 times: part-0 changed while it was read");
        assertThat(lake.calls("listFiles")).isEqualTo(5);
        assertThat(
                        lab
                                .client
                                .fetchHistory(UpdateExternalCollectionWorkflow.id(ID, 1))
                                .getHistory()
                                .getEventsList()
                                .stream()
                                .filter(event -> event.getEventType() == EventType.EVENT_TYPE_TIMER_STARTED)
                                .map(event ->
                                        event.getTimerStartedEventAttributes().getStartToFireTimeout())
                                .map(Durations::toMillis))
                .as("pauses, each longer than the one before")
                .containsExactly(500L, 1_000L, 1_500L, 2_000L);
    }

    @ParameterizedTest
    @CsvSource({
        "listFiles, INPUT",
        "readFragments, INPUT",
        "balanceSegments, INTERNAL",
        "commitSnapshot, INPUT",
        "listFiles, ACCESS",
        "commitSnapshot, ACCESS",
        "readFragments, INTERNAL"
    })
    void aFailureThatTryingAgainCannotHelpEndsItAtOnce(String step, FailureType type) throws InterruptedException {
        lake.fail(step, type, 1);
        // Of two shards that are read or balanced at once, the other is stopped and waited for.
        FakeLake.Hold other = lake.hold(step);
        lab.start(A);
        if (isSharded(step)) {
            other.awaitReached();
            lab.pass(Policies.SIBLING_TIMEOUT.plusSeconds(1));
        }
        Job job = lab.awaitEnd(1, FAILED);

        assertThat(job.failure()).isEqualTo(type);
        assertThat(job.reason()).isEqualTo(step + " fails with " + type);
        assertThat(lake.calls(step)).isLessThanOrEqualTo(2);
        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_FAILED);
        assertThat(lake.discardedUnderway()).isFalse();
        assertThatThrownBy(() -> lab.update(1).getResult(UpdateReport.class))
                .isInstanceOf(WorkflowFailedException.class)
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(type.name());
                    assertThat(failure.getDetails().get(UpdateReport.class).outcome())
                            .isEqualTo(FAILED);
                });
        if (!step.equals("commitSnapshot")) {
            assertThat(lake.calls("commitSnapshot")).isZero();
        } else {
            // Nobody can know that it was not written, so its objects stay; here they are taken away by hand.
            assertThat(lake.garbage()).hasSize(1);
            lake.forgetGarbage();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"readFragments", "balanceSegments"})
    void whenAllShardsFailAtOnceItEndsAtOnce(String step) throws InterruptedException {
        lake.fail(step, FailureType.ACCESS, 2);
        lab.start(A);

        assertThat(lab.awaitEnd(1, FAILED).reason()).isEqualTo(step + " fails with ACCESS");
        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_FAILED);
        assertThat(lab.events(UpdateExternalCollectionWorkflow.id(ID, 1)))
                .doesNotContain(EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"listFiles", "readFragments", "balanceSegments", "commitSnapshot", "committed"})
    void aFailureThatPassesIsTriedAgain(String step) throws InterruptedException {
        lake.fail(step, FailureType.TRANSIENT, 3);
        lab.start(A);
        lab.pass(Duration.ofMinutes(2));
        lab.awaitEnd(1, COMMITTED);

        assertThat(lake.log(ID)).as("nothing is written twice").hasSize(2);
    }

    @Test
    void aFailureThatDoesNotPassIsTriedABoundedNumberOfTimes() throws InterruptedException {
        lake.fail("listFiles", FailureType.TRANSIENT, 1_000);
        lab.start(A);
        lab.pass(Duration.ofMinutes(30));
        Job job = lab.awaitEnd(1, FAILED);

        assertThat(job.failure()).isEqualTo(FailureType.TRANSIENT);
        assertThat(job.reason()).isEqualTo("listFiles fails with TRANSIENT");
        assertThat(lake.calls("listFiles")).isEqualTo(12);
    }

    @Test
    void stagingThatCannotBeRemovedDoesNotChangeTheEnd() throws InterruptedException {
        lake.fail("discardStaging", FailureType.ACCESS, 1);
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        assertThat(lake.staged()).hasSize(1);

        lake.touch(A);
        lab.collection().signalRefresh();
        lab.awaitEnd(2, COMMITTED);
    }

    @Test
    void aCommitOnceInAWhileCleansTheCatalogAndAnEndIsWhatItWasThough() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        while (lake.newest(ID).version() < Policies.CLEAN_EVERY - 1) {
            lake.write(ID, HeadKind.COMMITTED, A, 1);
        }
        assertThat(lake.calls("cleanCatalog")).isZero();
        lake.fail("cleanCatalog", FailureType.ACCESS, 1);
        lake.touch(A);
        lab.collection().signalRefresh();
        assertThat(lab.awaitEnd(2, COMMITTED).version()).isEqualTo(Policies.CLEAN_EVERY);
        assertThat(lake.calls("cleanCatalog")).isEqualTo(1);

        lab.collection().signalRefresh();
        lab.awaitEnd(3, UNCHANGED);
        assertThat(lake.calls("cleanCatalog"))
                .as("after an update that wrote nothing")
                .isEqualTo(1);
    }

    @Test
    void anUpdateWhoseNumberIsTakenGetsAnother() throws InterruptedException {
        lab.client
                .newUntypedWorkflowStub(
                        UpdateExternalCollectionWorkflow.TYPE,
                        WorkflowOptions.newBuilder()
                                .setWorkflowId(UpdateExternalCollectionWorkflow.id(ID, 1))
                                .setTaskQueue("that-nobody-polls")
                                .build())
                .start(new UpdateInput(ID, 1, A, CollectionOptions.DEFAULTS, Head.NONE, null));
        lab.start(A);

        assertThat(lab.awaitEnd(1, SUPERSEDED).reason()).isEqualTo("a workflow of this number runs already");
        lab.awaitEnd(2, COMMITTED);
    }
}
