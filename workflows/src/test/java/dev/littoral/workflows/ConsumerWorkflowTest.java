package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.B;
import static dev.littoral.workflows.CollectionFixture.naming;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.SegmentProgress;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.model.ServingStatus;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.Verdict;
import dev.littoral.workflows.model.VersionRequest;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WithStartWorkflowOperation;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.client.WorkflowUpdateHandle;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The consumers of a collection's workflow: what they say by messages and in the catalog, and who waits for them. */
@Timeout(600)
class ConsumerWorkflowTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final FakeLake lake = new FakeLake();
    private final Lab lab = new Lab(lake);

    @AfterEach
    void close() {
        lab.close();
    }

    /** Another version. */
    private void refresh(long update) throws InterruptedException {
        lake.touch(A);
        lab.collection().signalRefresh();
        lab.awaitEnd(update, COMMITTED);
    }

    private static AcknowledgeMessage serves(long version, long rows) {
        return AcknowledgeMessage.of(
                "search", version, ConsumerState.SERVING, rows, new SegmentProgress(2, 0, 2), null);
    }

    private void awaitServing(ServingState state) throws InterruptedException {
        lab.await(
                state + ", not " + lab.collection().consumers(),
                () -> lab.collection().consumers().state() == state);
    }

    private static void refused(Runnable request, String sentence) {
        assertThatThrownBy(request::run)
                .isInstanceOf(WorkflowUpdateException.class)
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(FailureType.INPUT.name());
                    assertThat(failure.getOriginalMessage()).contains(sentence);
                });
    }

    @Test
    void aConsumerLeasesBuildsAndServesByMessages() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        assertThat(lab.collection().consumers()).isEqualTo(ServingStatus.NONE);

        LeaseAnswer lease = lab.collection().lease(LeaseMessage.of("search", null, HOUR));
        assertThat(lease.granted()).isTrue();
        assertThat(lease.version()).isEqualTo(2);
        awaitServing(ServingState.LAGGING);
        ConsumerStatus status = lab.collection().acknowledge(serves(2, 30));
        assertThat(status.verdict()).isEqualTo(Verdict.RIGHT);
        awaitServing(ServingState.SERVED);
        assertThat(lab.collection().status().serving().consumers())
                .singleElement()
                .satisfies(search -> assertThat(search.serves()).isEqualTo(2));
        assertThat(lab.collection().lease(LeaseMessage.of("search", 9L, HOUR)).refusal())
                .contains("version 9");
    }

    @Test
    void anAnswerWithOtherCountsIsWrongUntilItIsRight() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        assertThat(lab.collection().acknowledge(serves(2, 29)).finding()).isEqualTo("rows is 29; expected 30");
        awaitServing(ServingState.WRONG);
        assertThat(StatusText.details(lab.collection().status()))
                .contains("**Serving:** WRONG: search serves 2, WRONG: rows is 29; expected 30");
        lab.collection().acknowledge(serves(2, 30));
        awaitServing(ServingState.SERVED);
    }

    @Test
    void aConsumerThatNobodyToldOfIsSeenAfterTheNextVersionAndThenLookedAtUntilItHasFollowed()
            throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lake.consumers().serves("search", ID, 2);
        refresh(2);
        awaitServing(ServingState.LAGGING);
        lake.consumers().serves("search", ID, 3);
        lab.pass(Duration.ofMinutes(1));
        awaitServing(ServingState.SERVED);
        long looks = lake.calls("lookAtConsumers");
        lab.pass(Duration.ofDays(1));
        assertThat(lake.calls("lookAtConsumers")).isEqualTo(looks);
    }

    @Test
    void aLookThatFailsIsSaidAndMadeAgain() throws InterruptedException {
        lab.start(A, naming(List.of("search"), null));
        lab.awaitEnd(1, COMMITTED);
        awaitServing(ServingState.LAGGING);
        awaitLooked();
        lake.fail("lookAtConsumers", FailureType.ACCESS, 1);
        refresh(2);
        lab.await(
                "a failure",
                () -> "ACCESS: lookAtConsumers fails with ACCESS"
                        .equals(lab.collection().consumers().problem()));
        lake.consumers().serves("search", ID, 3);
        lab.pass(Duration.ofMinutes(1));
        awaitServing(ServingState.SERVED);
        assertThat(lab.collection().consumers().problem()).isNull();
    }

    @Test
    void aDayWithAConsumerThatDoesNotComeAfterDoesNotFillTheHistory() throws InterruptedException {
        lab.start(A, naming(List.of("search"), null));
        lab.awaitEnd(1, COMMITTED);
        awaitServing(ServingState.LAGGING);
        lab.pass(Duration.ofDays(1));
        assertThat(lab.events(ID)).hasSizeLessThan(3_000);
        assertThat(lake.calls("lookAtConsumers")).isBetween(100L, 250L);
    }

    @Test
    void aCollectionWithoutConsumersHasNoTimerAndNoActivityMore() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lab.await("a look", () -> lake.calls("lookAtConsumers") == 1);
        for (int update = 2; update <= 4; update++) {
            lab.collection().signalRefresh();
            lab.awaitEnd(update, UNCHANGED);
        }
        assertThat(lake.calls("lookAtConsumers")).isEqualTo(1);
        assertThat(lab.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)).isEqualTo(1);
        assertThat(lab.collection().status().serving()).isNull();
    }

    @Test
    void whatConsumersSayIsTakenWhileAnUpdateRunsWhilePausedAndRolledBack() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        refresh(2);
        FakeLake.Hold hold = lake.hold("readFragments");
        lake.touch(A);
        lab.collection().signalRefresh();
        hold.awaitReached();
        assertThat(lab.collection().lease(LeaseMessage.of("search", 2L, HOUR)).granted())
                .isTrue();
        assertThat(lab.collection().acknowledge(serves(2, 30)).serves()).isEqualTo(2);
        hold.release();
        lab.awaitEnd(3, COMMITTED);
        lab.collection().pause();
        assertThat(lab.collection().acknowledge(serves(3, 30)).serves()).isEqualTo(3);
        lab.collection().updateRollback(VersionRequest.of(2, null));
        assertThat(lab.collection()
                        .acknowledge(AcknowledgeMessage.of("search", 3, ConsumerState.FAILED, null, null, "no space"))
                        .state())
                .isEqualTo(ConsumerState.FAILED);
    }

    @Test
    void aLookThatHangsHoldsNoUpdateMessageOrRetirementBack() throws InterruptedException {
        lab.start(A, naming(List.of("search"), null));
        lab.awaitEnd(1, COMMITTED);
        awaitServing(ServingState.LAGGING);
        FakeLake.Hold hold = lake.holdEvery("lookAtConsumers");
        refresh(2);
        hold.awaitReached();
        refresh(3);
        assertThat(lab.collection().lease(LeaseMessage.of("search", null, HOUR)).version())
                .isEqualTo(4);
        lab.collection().retire();
        lab.awaitClosed(lab.untyped(), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED);
        lake.releaseEvery("lookAtConsumers");
    }

    @Test
    void aCatalogThatIsAwayMakesALeaseLateAndDoesNotHoldAnUpdateBack() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lake.fail("leaseVersion", FailureType.TRANSIENT, 2);
        assertThat(lab.collection().lease(LeaseMessage.of("search", null, HOUR)).granted())
                .isTrue();
        lake.fail("leaseVersion", FailureType.ACCESS, 1);
        assertThatThrownBy(() -> lab.collection().lease(LeaseMessage.of("search", null, HOUR)))
                .isInstanceOf(WorkflowUpdateException.class)
                .cause()
                .hasMessageContaining("leaseVersion fails with ACCESS");
        refresh(2);
    }

    @Test
    void whatIsNotRightIsRefusedAtOnceInOneSentence() throws Exception {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        refused(() -> lab.collection().lease(new LeaseMessage(null)), "lease is missing; expected an object like");
        refused(
                () -> lab.collection().lease(lease("{'consumer':'search'}")),
                "lease.duration is missing; expected an ISO-8601 duration from PT1S to PT24H");
        refused(
                () -> lab.collection().lease(lease("{'consumer':'search','duration':'PT25H'}")),
                "lease.duration is \"PT25H\"; expected an ISO-8601 duration from PT1S to PT24H");
        refused(
                () -> lab.collection().lease(lease("{'consumer':'_rollback-3','duration':'PT1H'}")),
                "consumer is \"_rollback-3\"; expected 1 to 63 characters");
        refused(
                () -> lab.collection().lease(lease("{'consumer':'search','duration':'PT1H','version':0}")),
                "lease.version is 0; expected a version's number from 1 to ");
        refused(
                () -> lab.collection().acknowledge(answer("{'consumer':'search','version':2}")),
                "acknowledge.rows is missing; expected it with SERVING");
        refused(
                () -> lab.collection()
                        .acknowledge(answer("{'consumer':'search','version':2,'rows':1,'segments':{'done':-1}}")),
                "acknowledge.segments.done is -1; expected a whole number from 0 to ");
        refused(
                () -> lab.collection().acknowledge(answer("{'consumer':'search','version':2,'state':'BUILDING'}")),
                "acknowledge.state is \"BUILDING\"; expected SERVING, FAILED or GONE");
        refused(
                () -> lab.collection()
                        .acknowledge(answer("{'consumer':'search','version':2,'state':'GONE','reason':'x'}")),
                "acknowledge.reason is given with GONE; expected it to be left out");
        assertThat(lake.calls("leaseVersion")).isZero();
        assertThat(lab.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED))
                .as("refused before it enters the history")
                .isZero();
    }

    @Test
    void aLeaseThatComesBeforeTheCatalogIsOpenWaitsForThat() throws Exception {
        FakeLake.Hold open = lake.hold("openCollection");
        lab.start(A);
        open.awaitReached();
        WorkflowUpdateHandle<LeaseAnswer> lease = lab.startLease(LeaseMessage.of("search", null, HOUR));
        assertThat(lab.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED))
                .as("opening, and nothing else")
                .isEqualTo(1);
        open.release();
        assertThat(lease.getResultAsync().get().granted()).isTrue();
    }

    /** Its handler runs before anything else does. */
    @Test
    void aLeaseThatStartsACollectionWaitsUntilItIsOpen() {
        ExternalCollectionWorkflow collection = lab.client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder(Lab.options(ID))
                        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
                        .build());
        LeaseAnswer lease = WorkflowClient.executeUpdateWithStart(
                collection::lease,
                LeaseMessage.of("search", null, HOUR),
                UpdateOptions.<LeaseAnswer>newBuilder()
                        .setWaitForStage(WorkflowUpdateStage.COMPLETED)
                        .build(),
                new WithStartWorkflowOperation<>(
                        collection::run, CollectionInput.of(A, CollectionOptions.DEFAULTS), null));
        assertThat(lease.granted()).isTrue();
    }

    private static LeaseMessage lease(String json) {
        return new LeaseMessage(tree(json));
    }

    private static AcknowledgeMessage answer(String json) {
        return new AcknowledgeMessage(tree(json));
    }

    private static JsonNode tree(String json) {
        try {
            return Json.JSON.readTree(json.replace('\'', '"'));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    // ------------------------------------------------------------------ back-pressure

    @Test
    void refreshesWaitForANamedConsumerFallIntoOneAndGoOnWhenItHasFollowed() throws InterruptedException {
        lab.start(A, naming(List.of("search"), 2));
        lab.awaitEnd(1, COMMITTED);
        lab.collection().acknowledge(serves(2, 30));
        awaitServing(ServingState.SERVED);
        refresh(2);
        refresh(3);
        lake.touch(A);
        assertThat(lab.collection().updateRefresh().update()).isEqualTo(4);
        assertThat(lab.collection().updateRefresh().update()).isEqualTo(4);
        lab.awaitStatus(status -> status.serving() != null && status.serving().waits() != null);
        assertThat(lab.collection().status().serving().waits())
                .isEqualTo("update 4 waits: consumer search serves 2, 2 versions behind; maxAhead is 2");
        assertThat(StatusText.details(lab.collection().status()))
                .contains("**Waiting:** update 4 waits: consumer search serves 2, 2 versions behind; maxAhead is 2,"
                        + " asked for by refresh");
        assertThat(Diagnosis.of(lab.collection().status())).hasValueSatisfying(cause -> {
            assertThat(cause.kind()).isEqualTo(CauseKind.CONSUMER);
            assertThat(cause.sentence()).startsWith("LAGGING: consumer search serves 2, 2 versions behind since ");
        });
        assertThat(lake.newest(ID).version()).isEqualTo(4);
        lab.collection().acknowledge(serves(3, 30));
        lab.awaitEnd(4, COMMITTED);
    }

    /** Until the collection knows what a look has found; before the first one a refresh waits for nobody. */
    private void awaitLooked() throws InterruptedException {
        lab.awaitStatus(status -> status.serving() != null && status.serving().lookedAt() != null);
    }

    @Test
    void aChangedSourceDoesNotWait() throws InterruptedException {
        lab.start(A, naming(List.of("search"), 1));
        lab.awaitEnd(1, COMMITTED);
        awaitLooked();
        lab.collection().updateRefresh();
        lab.awaitStatus(status -> status.serving().waits() != null);
        lab.collection().changeSource(SourceRequest.of(B));
        lab.awaitEnd(3, COMMITTED);
        assertThat(lake.newest(ID).source()).isEqualTo(B);
    }

    @Test
    void aRefreshThatHasWaitedForADayGoesAheadAndSaysSo() throws InterruptedException {
        lab.start(A, naming(List.of("search"), 1));
        lab.awaitEnd(1, COMMITTED);
        awaitLooked();
        lake.touch(A);
        lab.collection().updateRefresh();
        lab.awaitStatus(status -> status.serving().waits() != null);
        lab.pass(Duration.ofHours(25));
        lab.awaitEnd(2, COMMITTED);
        assertThat(lab.collection().status().note())
                .isEqualTo("update 2 has waited long enough, and goes ahead: consumer search serves nothing yet,"
                        + " 1 version behind; maxAhead is 1");
    }
}
