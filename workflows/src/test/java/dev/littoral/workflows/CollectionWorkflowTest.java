package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.B;
import static dev.littoral.workflows.CollectionFixture.C;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.Lab.request;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.FAILED;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static io.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED;
import static io.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateInput;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.BatchRequest;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WithStartWorkflowOperation;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.client.WorkflowUpdateHandle;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.common.converter.RawValue;
import io.temporal.failure.ApplicationFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a collection's workflow does with its messages, and with time. */
class CollectionWorkflowTest {
    private static final CollectionOptions HOURLY =
            new CollectionOptions(1_000, Duration.ofHours(1), false, 1, Duration.ofDays(7), null);

    private final FakeLake lake = new FakeLake();
    private Lab lab = newLab(lake, SourcePolicy.NONE, Policies.HISTORY);

    /** Where the workflows run. */
    Lab newLab(FakeLake lake, SourcePolicy rules, Policies.History history) {
        return new Lab(lake, rules, history);
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

    private void lab(Policies.History history) {
        lab.close();
        lab = newLab(lake, SourcePolicy.NONE, history);
    }

    // ------------------------------------------------------------------ changes

    @Test
    void changeSourceAnswersOnlyWhenItsSourceIsDeclared() throws Exception {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        FakeLake.Hold declare = lake.hold("declareSource");
        FakeLake.Hold declared = lake.hold("declared");
        CompletableFuture<ChangeAnswer> answer = changeSource(B, "request-1").getResultAsync();
        declare.awaitReached();
        assertThat(lab.collection().status().pending().source()).isEqualTo(B);
        assertThat(answer).isNotDone();
        declare.release();
        declared.awaitReached();
        assertThat(lake.newest(ID).source()).isEqualTo(B);
        assertThat(answer).isNotDone();
        declared.release();

        assertThat(answer.get().update()).isEqualTo(2);
        assertThat(answer.get().generation()).isEqualTo(2);
        lab.awaitEnd(2, COMMITTED);
    }

    @Test
    void theSameSourceAgainIsNothingToDo() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lab.collection().sourceChanged(SourceRequest.of(A));
        lab.awaitStatus(status -> status.note() != null);

        assertThat(lab.collection().changeSource(SourceRequest.of(A)))
                .isEqualTo(new ChangeAnswer(1, 1, COMMITTED, "3 files new, 0 changed, 0 removed"));
        assertThat(lake.log(ID)).hasSize(2);
        assertThat(lab.ends()).isEqualTo("1 COMMITTED");
    }

    @Test
    void theSameSourceAgainIsDeclaredWhereAnotherWriterHasChangedIt() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lake.write(ID, HeadKind.DECLARED, B, 7);
        ChangeAnswer answer = lab.collection().changeSource(SourceRequest.of(A));
        assertThat(answer.update()).isEqualTo(8);
        assertThat(answer.generation()).isEqualTo(3);
        lab.awaitEnd(8, UNCHANGED);
        assertThat(lake.newest(ID).source()).isEqualTo(A);

        lake.write(ID, HeadKind.DECLARED, B, 8);
        lab.collection().sourceChanged(SourceRequest.of(A));
        lab.awaitEnd(9, UNCHANGED);
        assertThat(lake.newest(ID).source()).isEqualTo(A);
        assertThat(lake.newest(ID).generation()).isEqualTo(5);
    }

    @Test
    void theSameSourceAgainIsRefusedWhereTheHeadCannotBeRead() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lake.fail("readHead", FailureType.INPUT, 2);
        assertRefused(() -> lab.collection().changeSource(SourceRequest.of(A)), "readHead fails with INPUT");
        assertThat(lab.collection().status().rejected()).hasSize(1);
        assertThat(lab.collection().status().note())
                .as("it is not handled after that")
                .isNull();
        lake.failNoMore("readHead");
        assertThat(lab.collection().changeSource(SourceRequest.of(A)).update()).isEqualTo(1);
        assertThat(lab.ends()).isEqualTo("1 COMMITTED");
    }

    /** What comes while a declaration is under way is one burst, however long that takes. */
    @Test
    void ofABurstOfChangesTheLastIsCommitted() throws InterruptedException {
        FakeLake.Hold declares = lake.holdEvery("declareSource");
        lab.start(A);
        declares.awaitReached();
        ExternalCollectionWorkflow collection = lab.collection();
        for (int i = 0; i < 200; i++) {
            collection.sourceChanged(SourceRequest.of(CollectionFixture.source("s3://lake/" + i + "/")));
        }
        lake.releaseEvery("declareSource");

        CollectionStatus status = lab.awaitStatus(each ->
                each.source().uri().equals("s3://lake/199/") && each.state().equals("idle"));
        assertThat(status.last().state()).isEqualTo(COMMITTED);
        assertThat(status.last().update()).isEqualTo(201);
        assertThat(lake.newest(ID).source().uri()).isEqualTo("s3://lake/199/");
        assertThat(lab.collection().jobs(null))
                .hasSize(100)
                .allMatch(job -> job.state().isEnd());
        assertThat(Histories.launches(lab.client.fetchHistory(ID).getHistory().getEventsList()))
                .as("updates that were started")
                .hasSizeBetween(1, 2);
    }

    @Test
    void aDeclarationThatFailsIsReportedAndTheNextRefreshTriesAgain() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lake.fail("declareSource", FailureType.ACCESS, 1);
        ChangeAnswer answer = lab.collection().changeSource(SourceRequest.of(B));

        assertThat(answer).isEqualTo(new ChangeAnswer(2, 0, FAILED, "declareSource fails with ACCESS"));
        assertThat(lab.collection().updateRefresh().update()).isEqualTo(3);
        lab.awaitEnd(3, COMMITTED);
        assertThat(lake.newest(ID).source()).isEqualTo(B);
    }

    @Test
    void aDeclarationWhoseAnswerIsLostIsNotWrittenTwice() throws InterruptedException {
        lake.fail("declared", FailureType.TRANSIENT, 2);
        lab.start(A);
        lab.pass(Duration.ofMinutes(1));
        lab.awaitEnd(1, COMMITTED);

        assertThat(lake.log(ID)).hasSize(2);
    }

    @Test
    void aDeclarationThatSeemedToFailIsUsedByTheNextOne() throws InterruptedException {
        lake.fail("declared", FailureType.ACCESS, 1);
        lab.start(A);
        lab.awaitEnd(1, FAILED);
        lab.collection().signalRefresh();
        lab.awaitEnd(2, COMMITTED);

        assertThat(lake.log(ID)).extracting(Head::kind).containsExactly(HeadKind.DECLARED, HeadKind.COMMITTED);
    }

    /** It is read for the next one. */
    @Test
    void aHeadThatCannotBeReadAfterAnUpdateHoldsNothingBack() throws InterruptedException {
        lake.fail("listFiles", FailureType.INPUT, 1);
        lake.fail("readHead", FailureType.ACCESS, 1);
        lab.start(A);
        lab.awaitEnd(1, FAILED);
        assertThat(lake.calls("readHead")).isPositive();
        lab.collection().signalRefresh();
        lab.awaitEnd(2, COMMITTED);
    }

    @Test
    void aRefreshWithoutASourceIsRefused() throws InterruptedException {
        lab.start(null);
        lab.collection().signalRefresh();

        assertThat(lab.awaitStatus(status -> !status.rejected().isEmpty())
                        .rejected()
                        .get(0)
                        .reason())
                .contains("no source yet");
        assertRefused(() -> lab.collection().updateRefresh(), "no source yet");
        lab.collection().changeSource(SourceRequest.of(A));
        lab.awaitEnd(1, COMMITTED);
    }

    // ------------------------------------------------------------------ time

    @Test
    void itIsListedAgainByItselfUnlessItIsPaused() throws InterruptedException {
        lab.start(A, HOURLY);
        lab.awaitEnd(1, COMMITTED);
        lab.pass(Duration.ofMinutes(61));
        assertThat(lab.awaitEnd(2, UNCHANGED).trigger()).isEqualTo("timer");
        lake.touch(A);
        lab.pass(Duration.ofMinutes(61));
        lab.awaitEnd(3, COMMITTED);

        lab.collection().pause();
        lab.awaitStatus(status -> status.state().equals("paused"));
        assertThat(lab.collection().status().nextRefresh()).isNull();
        lab.pass(Duration.ofHours(10));
        assertThat(lab.ends()).isEqualTo("1 COMMITTED, 2 UNCHANGED, 3 COMMITTED");
        lab.collection().resume();
        lab.awaitEnd(4, UNCHANGED);
        assertThat(lab.collection().status().nextRefresh()).isNotNull();
    }

    @Test
    void timersDoNotGather() throws InterruptedException {
        lab.start(A, HOURLY);
        lab.awaitEnd(1, COMMITTED);
        for (int i = 0; i < 5; i++) {
            lab.collection().pause();
            lab.awaitStatus(status -> status.state().equals("paused"));
            lab.collection().resume();
            lab.awaitStatus(status -> status.state().equals("idle"));
        }
        // One more waits for a look at the update while that runs.
        lab.await("the last timer", () -> lab.count(EventType.EVENT_TYPE_TIMER_STARTED) == 7);

        assertThat(lab.count(EventType.EVENT_TYPE_TIMER_CANCELED)).isEqualTo(6);
    }

    // ------------------------------------------------------------------ ends

    @Test
    void aRetiredCollectionCompletesAndItsNameIsTakenForEver() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lab.collection().retire();
        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_COMPLETED);

        assertThat(lake.newest(ID).kind()).isEqualTo(HeadKind.RETIRED);
        assertThat(lab.collection().status().state()).isEqualTo("retired");
        lab.start(B);
        assertStartFails("collection orders was retired at version 3; expected another collectionId");
    }

    @Test
    void retiringStopsWhatRuns() throws InterruptedException {
        FakeLake.Hold list = lake.hold("listFiles");
        lab.start(A);
        list.awaitReached();
        lab.collection().signalRefresh();
        lab.collection().retire();
        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_COMPLETED);

        assertThat(lab.ends()).isEqualTo("1 CANCELED, 2 CANCELED");
        assertThat(lake.log(ID)).extracting(Head::kind).containsExactly(HeadKind.DECLARED, HeadKind.RETIRED);
        assertThat(lab.update(1).describe().getStatus()).isEqualTo(WORKFLOW_EXECUTION_STATUS_CANCELED);
    }

    @Test
    void aFirstDeclarationThatSeemedToFailIsRetiredToo() throws InterruptedException {
        lake.fail("declared", FailureType.ACCESS, 1);
        lab.start(A);
        lab.awaitEnd(1, FAILED);
        assertThat(lab.collection().status().version()).as("what it knows").isZero();
        lab.collection().retire();
        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_COMPLETED);

        assertThat(lake.log(ID)).extracting(Head::kind).containsExactly(HeadKind.DECLARED, HeadKind.RETIRED);
    }

    @Test
    void requestsThatComeWhileItRetiresAreAnswered() throws Exception {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        FakeLake.Hold hold = lake.hold("retireCollection");
        lab.collection().retire();
        hold.awaitReached();
        CompletableFuture<ChangeAnswer> change = changeSource(B, "late-1").getResultAsync();
        CompletableFuture<ChangeAnswer> refresh = updateRefresh("late-2").getResultAsync();
        lab.collection().sourceChanged(SourceRequest.of(C));
        lab.await("the last signal", () -> lab.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) == 2);
        hold.release();

        assertThat(change).failsWithin(Duration.ofMinutes(3));
        assertThat(refresh).failsWithin(Duration.ofMinutes(3));
        assertThatThrownBy(change::get).rootCause().hasMessageContaining("retired");
        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_COMPLETED);
        assertThat(lab.collection().status().rejected()).hasSize(3);
    }

    @Test
    void anEndThatMeetsAnotherVersionIsWrittenAfterThat() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        FakeLake.Hold hold = lake.hold("retireCollection");
        lab.collection().retire();
        hold.awaitReached();
        lake.write(ID, HeadKind.COMMITTED, A, 1);
        hold.release();
        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_COMPLETED);

        assertThat(lake.log(ID))
                .extracting(Head::kind)
                .containsExactly(HeadKind.DECLARED, HeadKind.COMMITTED, HeadKind.COMMITTED, HeadKind.RETIRED);
    }

    @Test
    void aCollectionWithoutSourceIsRetiredWithoutATrace() throws InterruptedException {
        lab.start(null);
        lab.awaitStatus(status -> status.state().equals("idle"));
        lab.collection().retire();
        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_COMPLETED);

        assertThat(lake.log(ID)).isEmpty();
        assertThat(lab.collection().status().state()).isEqualTo("retired");
    }

    @Test
    void anEndThatCannotBeWrittenIsReportedAndTheCollectionGoesOn() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lake.fail("retireCollection", FailureType.ACCESS, 1);
        lab.collection().retire();

        assertThat(lab.awaitStatus(status -> !status.rejected().isEmpty())
                        .rejected()
                        .get(0)
                        .reason())
                .isEqualTo("ACCESS: retireCollection fails with ACCESS");
        lab.collection().signalRefresh();
        lab.awaitEnd(2, UNCHANGED);
    }

    @Test
    void cancellingACollectionCancelsItsUpdateWhichCleansUp() throws InterruptedException {
        FakeLake.Hold list = lake.hold("listFiles");
        lab.start(A);
        list.awaitReached();
        lab.untyped().cancel();

        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_CANCELED);
        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_CANCELED);
        assertThat(lake.calls("discardStaging")).isEqualTo(1);
    }

    @Test
    void cancellingACollectionDoesNotWaitForeverForItsUpdateToCleanUp() throws InterruptedException {
        FakeLake.Hold list = lake.hold("listFiles");
        FakeLake.Hold discards = lake.holdEvery("discardStaging");
        lab.start(A);
        list.awaitReached();
        lab.untyped().cancel();
        discards.awaitReached();
        lab.await("the timer", () -> {
            List<EventType> events = lab.events(ID);
            int cancelled = events.indexOf(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
            return events.lastIndexOf(EventType.EVENT_TYPE_TIMER_STARTED) > cancelled;
        });
        lab.pass(Policies.CLEAN_UP_TIMEOUT.plusSeconds(1));

        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_CANCELED);
        lake.releaseEvery("discardStaging");
        lab.awaitClosed(lab.update(1), WORKFLOW_EXECUTION_STATUS_CANCELED);
    }

    @Test
    void cancellingACollectionThatRestsClosesIt() throws InterruptedException {
        lab.start(A, HOURLY);
        lab.awaitEnd(1, COMMITTED);
        lab.untyped().cancel();

        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_CANCELED);
    }

    @Test
    void cancellingACollectionThatDeclaresClosesIt() throws InterruptedException {
        FakeLake.Hold declare = lake.hold("declareSource");
        lab.start(A);
        declare.awaitReached();
        lab.untyped().cancel();

        lab.awaitClosed(lab.untyped(), WORKFLOW_EXECUTION_STATUS_CANCELED);
        declare.release();
    }

    // ------------------------------------------------------------------ starts

    @Test
    void aCollectionThatIsStartedAgainOnAnotherServiceGoesOn() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lab.collection().changeSource(SourceRequest.of(B));
        lab.awaitEnd(2, COMMITTED);
        lab(Policies.HISTORY);
        lab.start(null);

        assertThat(lab.awaitEnd(3, UNCHANGED).trigger()).isEqualTo("start");
        assertThat(lab.collection().status().source()).isEqualTo(B);
        assertThat(lab.collection().status().generation()).isEqualTo(2);
        lab.collection().changeSource(SourceRequest.of(A));
        lab.awaitEnd(4, COMMITTED);
        assertThat(lake.log(ID)).hasSize(6);
        assertThat(lake.newest(ID).nextSegmentId()).isEqualTo(13);
    }

    @Test
    void aStartWithAnotherSourceThanTheCatalogsChangesIt() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lab(Policies.HISTORY);
        lab.start(B);

        lab.awaitEnd(2, COMMITTED);
        assertThat(lake.newest(ID).generation()).isEqualTo(2);
    }

    @Test
    void aSecondStartIsRefusedWhileItRuns() {
        lab.start(A);

        assertThatThrownBy(() -> lab.start(B)).isInstanceOf(WorkflowExecutionAlreadyStarted.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'sorce':{}} | input has the unknown key \"sorce\"; expected options, source",
                "[] | input is a list; expected an object with the keys options, source",
                "'s3://lake/' | input is a text; expected an object with the keys options, source",
                "{'source':{'uri':'http://x'}} | source.uri has the scheme \"http\"; expected s3 or file, "
                        + "as in s3://bucket/prefix/ or file:///dir/ or iceberg:catalog/namespace.table",
                "{'options':{'allowEmpty':1}} | options.allowEmpty is 1; expected true or false"
            })
    void aStartThatIsNotRightFailsAtOnceWithOneSentence(String json, String message) {
        lab.startWith(json);

        assertStartFails(message);
        assertThat(lake.calls("openCollection")).isZero();
    }

    @Test
    void aNameThatCannotBeAKeyFailsTheStart() {
        ExternalCollectionWorkflow orders =
                lab.client.newWorkflowStub(ExternalCollectionWorkflow.class, Lab.options("Orders/2024"));

        assertThatThrownBy(() -> orders.run(CollectionInput.of(A, CollectionOptions.DEFAULTS), null))
                .isInstanceOf(WorkflowFailedException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ApplicationFailure.class,
                        failure -> assertThat(failure.getOriginalMessage())
                                .startsWith("collectionId is \"Orders/2024\"; expected"));
    }

    @Test
    void aCatalogThatCannotBeReadFailsTheStart() {
        lake.fail("openCollection", FailureType.ACCESS, 1);
        lab.start(A);

        assertThatThrownBy(() -> lab.untyped().getResult(Void.class))
                .cause()
                .isInstanceOfSatisfying(
                        ApplicationFailure.class,
                        failure -> assertThat(failure.getType()).isEqualTo("ACCESS"));
    }

    @Test
    void aSignalCanStartIt() throws InterruptedException {
        ExternalCollectionWorkflow collection = lab.unstarted();
        BatchRequest batch = lab.client.newSignalWithStartRequest();
        batch.add(collection::run, CollectionInput.of(A, HOURLY), null);
        batch.add(collection::sourceChanged, SourceRequest.of(B));
        lab.client.signalWithStart(batch);

        // The signal is newer than the input it came with.
        lab.awaitEnd(1, SUPERSEDED);
        lab.awaitEnd(2, COMMITTED);
        assertThat(lake.log(ID)).extracting(Head::source).containsExactly(B, B);
    }

    @Test
    void anUpdateCanStartIt() throws InterruptedException {
        ExternalCollectionWorkflow collection = withStart();
        ChangeAnswer answer = WorkflowClient.executeUpdateWithStart(
                collection::changeSource,
                SourceRequest.of(A),
                UpdateOptions.<ChangeAnswer>newBuilder()
                        .setWaitForStage(WorkflowUpdateStage.COMPLETED)
                        .build(),
                new WithStartWorkflowOperation<>(collection::run, new CollectionInput(null), null));

        assertThat(answer.update()).isEqualTo(1);
        assertThat(answer.generation()).isEqualTo(1);
        lab.awaitEnd(1, COMMITTED);
    }

    @Test
    void anUpdateThatStartsItWithABadInputIsRefusedWithTheReason() {
        ExternalCollectionWorkflow collection = withStart();

        assertRefused(
                () -> WorkflowClient.executeUpdateWithStart(
                        collection::changeSource,
                        SourceRequest.of(A),
                        UpdateOptions.<ChangeAnswer>newBuilder()
                                .setWaitForStage(WorkflowUpdateStage.COMPLETED)
                                .build(),
                        new WithStartWorkflowOperation<>(
                                collection::run,
                                new CollectionInput(request("{'sorce':1}").json()),
                                null)),
                "input has the unknown key \"sorce\"");
    }

    private ExternalCollectionWorkflow withStart() {
        return lab.client.newWorkflowStub(
                ExternalCollectionWorkflow.class,
                WorkflowOptions.newBuilder(Lab.options(ID))
                        .setWorkflowIdConflictPolicy(
                                io.temporal.api.enums.v1.WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
                        .build());
    }

    // ------------------------------------------------------------------ bad messages

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "null | source is missing",
                "'s3://lake/' | source is a text",
                "[1,2] | source is a list",
                "7 | source is a number",
                "{'uri':7} | source.uri is a number",
                "{'url':'s3://lake/'} | source has the unknown key \"url\"",
                "{'uri':'s3://lake/','spec':{'secretKey':'hush'}} | source.spec.secretKey looks like a secret",
                "{'uri':'s3://lake/','spec':{'format':'\uD83D\uDE00'}} | source.spec.format is \"\uD83D\uDE00\""
            })
    void aBadSignalIsRecordedAndABadUpdateRefused(String json, String reason) throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lab.collection().sourceChanged(request(json));
        CollectionStatus status = lab.awaitStatus(each -> !each.rejected().isEmpty());

        assertThat(status.rejected()).hasSize(1);
        assertThat(status.rejected().get(0).message()).isEqualTo("sourceChanged");
        assertThat(status.rejected().get(0).reason()).contains(reason).doesNotContain("hush");
        // The SDK puts the name of its own exception in the place of a validator's failure type.
        assertThatThrownBy(() -> lab.collection().changeSource(request(json)))
                .isInstanceOf(WorkflowUpdateException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ApplicationFailure.class,
                        failure -> assertThat(failure.getOriginalMessage())
                                .contains(reason)
                                .doesNotContain("hush"));
        assertThat(lab.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED))
                .isZero();
        assertGoesOn(2);
    }

    @Test
    void aSignalWithoutItsArgumentIsRecordedAndMoreArgumentsAreLeftOut() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lab.untyped().signal("sourceChanged");
        lab.awaitStatus(status -> status.rejected().size() == 1);
        lab.untyped().signal("refresh", "and", 7, List.of());
        lab.awaitEnd(2, UNCHANGED);
        lab.untyped().signal("nobodyKnowsThis", 7);
        assertThatThrownBy(() -> lab.untyped().update("changeSource", ChangeAnswer.class))
                .isInstanceOf(WorkflowUpdateException.class);
        assertGoesOn(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"json/plain", "binary/plain", "json/protobuf", "nobody/knows"})
    void whatIsNotJsonAtAllChangesNothing(String encoding) throws InterruptedException {
        RawValue raw = new RawValue(Payload.newBuilder()
                .putMetadata("encoding", ByteString.copyFrom(encoding, StandardCharsets.UTF_8))
                .setData(ByteString.copyFromUtf8("{\"uri\":\"s3://la"))
                .build());
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lab.untyped().signal("sourceChanged", raw);
        CollectionStatus status = lab.awaitStatus(each -> each.rejected().size() == 1);
        assertThat(status.rejected().get(0).reason()).startsWith("source is " + noJson(encoding) + "; expected");
        assertThatThrownBy(() -> lab.untyped().update("changeSource", ChangeAnswer.class, raw))
                .isInstanceOf(WorkflowUpdateException.class)
                .rootCause()
                .hasMessageContaining("source is no JSON");
        lab.untyped().signal("news", raw);
        lab.awaitStatus(each -> each.rejected().size() == 2);
        assertThatThrownBy(() -> lab.untyped().query("jobs", List.class, raw))
                .hasStackTraceContaining("page is no JSON");
        assertGoesOn(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"json/plain", "binary/plain", "json/protobuf", "nobody/knows"})
    void aStartWhoseInputIsNotJsonFailsAtOnce(String encoding) {
        RawValue raw = new RawValue(Payload.newBuilder()
                .putMetadata("encoding", ByteString.copyFrom(encoding, StandardCharsets.UTF_8))
                .setData(ByteString.copyFromUtf8("{\"uri\":\"s3://la"))
                .build());
        lab.client
                .newUntypedWorkflowStub(ExternalCollectionWorkflow.TYPE, Lab.options(ID))
                .start(raw);
        assertStartFails("input is " + noJson(encoding) + "; expected an object with the keys options, source");
    }

    /** How what is no JSON is called: one that is encoded needs a codec. */
    private static String noJson(String encoding) {
        return encoding.startsWith("json/") ? "no JSON" : "no JSON (its encoding is " + encoding + ")";
    }

    @Test
    void aKeyThatIsNamedTwiceIsRefused() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lab.untyped()
                .signal(
                        "sourceChanged",
                        new RawValue(Payload.newBuilder()
                                .putMetadata("encoding", ByteString.copyFromUtf8("json/plain"))
                                .setData(ByteString.copyFromUtf8("{\"uri\":\"s3://a/\",\"uri\":\"s3://b/\"}"))
                                .build()));
        assertThat(lab.awaitStatus(each -> each.rejected().size() == 1)
                        .rejected()
                        .get(0)
                        .reason())
                .startsWith("source is JSON that names a key twice; expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "{}", "{'head':null}", "'x'"})
    void aSecondInputOfAPersonFailsTheStart(String second) {
        lab.client
                .newUntypedWorkflowStub(ExternalCollectionWorkflow.TYPE, Lab.options(ID))
                .start(
                        CollectionInput.of(A, CollectionOptions.DEFAULTS),
                        request(second).json());
        assertStartFails("input has a second value; expected one object with the keys options, source");
    }

    @Test
    void aSignalOfAnUnknownNameIsRecorded() throws InterruptedException {
        lab.start(A);
        lab.untyped().signal("refrsh", 7);
        CollectionStatus status = lab.awaitStatus(each -> !each.rejected().isEmpty());
        assertThat(status.rejected().get(0).message()).isEqualTo("refrsh");
        assertThat(status.rejected().get(0).reason()).contains("no such signal", "refresh");
    }

    /** What somebody calls a message may be a secret that was pasted into the wrong place. */
    @ParameterizedTest
    @ValueSource(strings = {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"})
    void aNameThatIsNoWordIsNotRepeated(String secret) throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        for (String name : List.of(secret, (secret + " ").repeat(20))) {
            lab.untyped().signal(name);
            assertThatThrownBy(() -> lab.untyped().update(name, String.class))
                    .rootCause()
                    .hasMessageContaining("there is no update of " + name.length() + " characters")
                    .hasMessageNotContaining(secret);
            assertThatThrownBy(() -> lab.untyped().query(name, String.class))
                    .hasStackTraceContaining("there is no query of " + name.length() + " characters");
        }
        CollectionStatus status = lab.awaitStatus(each -> each.rejected().size() == 2);
        assertThat(status.rejected().get(0).message()).isEqualTo("a name of " + secret.length() + " characters");
        assertThat(status.toString()).doesNotContain(secret.substring(0, 12));
    }

    @ParameterizedTest
    @ValueSource(ints = {600_000, 1_500_000, 1_900_000})
    void aMessageThatIsTooLongIsNotRead(int bytes) throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        String nested = "{'uri':'s3://lake/','spec':{'include':[" + "'a',".repeat(bytes / 4) + "'a']}}";
        lab.untyped().signal("sourceChanged", request(nested).json());
        CollectionStatus status = lab.awaitStatus(each -> each.rejected().size() == 1);
        assertThat(status.rejected().get(0).reason())
                .matches("source is too long, [0-9]+ bytes of at most 524288; expected an object with the "
                        + "keys spec, uri");
        assertThat(lab.client.fetchHistory(ID).getHistory().getEventsList()).noneMatch(Histories::isFailedTask);
        assertGoesOn(2);
    }

    @Test
    void anUpdateThatAPersonStartsFailsAtOnce() throws InterruptedException {
        lake.write(ID, HeadKind.DECLARED, A, 1);
        UpdateInput whole = new UpdateInput(ID, 9, A, CollectionOptions.DEFAULTS, lake.newest(ID), null);
        for (Object input : List.of(7, Map.of(), "x", whole)) {
            WorkflowStub update = lab.client.newUntypedWorkflowStub(
                    UpdateExternalCollectionWorkflow.TYPE, Lab.options("orders/update-9"));
            update.start(input);
            assertThatThrownBy(() -> update.getResult(Void.class))
                    .isInstanceOf(WorkflowFailedException.class)
                    .rootCause()
                    .hasMessageContaining("an update is started by its collection");
        }
    }

    // ------------------------------------------------------------------ what is not allowed

    @Test
    void aSourceThatTheWorkerMayNotReadIsRefused() throws Exception {
        lab.close();
        SourcePolicy rules = source -> source.equals(B) ? Optional.of("Source B is not allowed") : Optional.empty();
        lake.rules(rules);
        lab = newLab(lake, rules, Policies.HISTORY);
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        assertThatThrownBy(() -> lab.collection().changeSource(SourceRequest.of(B)))
                .isInstanceOf(WorkflowUpdateException.class)
                .rootCause()
                .hasMessageContaining("Source B is not allowed");
        lab.collection().sourceChanged(SourceRequest.of(B));
        Job refused = lab.awaitEnd(2, FAILED);

        assertThat(refused.reason()).isEqualTo("Source B is not allowed");
        CollectionStatus status = lab.collection().status();
        assertThat(status.rejected()).hasSize(1);
        assertThat(status.source()).isEqualTo(A);
        assertThat(lake.newest(ID).version()).isEqualTo(2);
    }

    @Test
    void aStartOfASourceThatTheWorkerMayNotReadFails() {
        lake.rules(source -> Optional.of("Source is not allowed"));
        lab.start(A);
        assertStartFails("Source is not allowed");
        assertThat(lake.log(ID)).isEmpty();
    }

    // ------------------------------------------------------------------ what it costs

    /**
     * From the signal to the first activity: the collection's task, which declares on the spot, the start of the
     * update's workflow, its first task. See docs/adr/0013-local-activities.md. On a busy machine a declaration on the
     * spot may come too late, and is handed out; so one of several changes has to do it.
     */
    @Test
    void aChangeReachesTheFirstActivityOfItsUpdateInTheFewestHops() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        List<List<EventType>> hops = new ArrayList<>();
        List<EventType> fewest = List.of(
                EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
                EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
                EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
                EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
        for (long update = 2; update < 12 && !hops.contains(fewest); update += 2) {
            // What runs is stopped by the change.
            FakeLake.Hold reading = lake.hold("readFragments");
            lake.touch(lab.collection().status().source());
            lab.collection().signalRefresh();
            reading.awaitReached();
            FakeLake.Hold listing = lake.hold("listFiles");
            lab.collection().sourceChanged(SourceRequest.of(update % 4 == 2 ? B : A));
            listing.awaitReached();
            hops.add(hopsOf(update + 1));
            listing.release();
            lab.awaitEnd(update + 1, COMMITTED);
        }
        assertThat(hops).contains(fewest);
    }

    /** What was waited for from the last signal to the first activity of the update that it led to. */
    private List<EventType> hopsOf(long update) {
        List<EventType> events = lab.events(ID);
        List<EventType> since =
                events.subList(events.lastIndexOf(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) + 1, events.size());
        int launch = since.indexOf(EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED);
        return Stream.concat(
                        since.subList(0, launch + 1).stream(),
                        lab.events(UpdateExternalCollectionWorkflow.id(ID, update)).stream())
                .filter(type -> type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
                        || type == EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED
                        || type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
                        || type == EventType.EVENT_TYPE_TIMER_STARTED)
                .toList();
    }

    /**
     * A task that the server has given to another worker may go on here. What it writes on a head of the history is met
     * by the other worker; what it would write on a head that only this task has read, nobody would know of.
     */
    @Test
    void aHeadThatOnlyThisTaskHasReadIsWrittenOnByAnActivityOfTheServer() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        lake.write(ID, HeadKind.ROLLED_BACK, A, 1);
        lab.collection().changeSource(SourceRequest.of(B));
        lab.awaitEnd(2, COMMITTED);

        List<String> steps = lab.client.fetchHistory(ID).getHistory().getEventsList().stream()
                .filter(event -> event.getEventType() == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
                .map(event -> event.getActivityTaskScheduledEventAttributes()
                        .getActivityType()
                        .getName())
                .toList();
        assertThat(steps).contains("DeclareSource");
        // On a busy machine a step that is tried on the spot may come too late, and is handed out too.
        assertThat(lake.calls("declareSource"))
                .as("start, moved, on the newest")
                .isGreaterThanOrEqualTo(3);
        assertThat(lake.log(ID)).extracting(Head::commitId).doesNotHaveDuplicates();
    }

    private void assertGoesOn(long update) throws InterruptedException {
        lab.collection().changeSource(SourceRequest.of(C));
        lab.awaitEnd(update, COMMITTED);
    }

    // ------------------------------------------------------------------ long histories

    @Test
    void aLongHistoryContinuesAsNewAndNothingIsForgotten() throws Exception {
        lab(new Policies.History(60, 10_000));
        lab.start(A, HOURLY);
        String firstRun = lab.untyped().describe().getExecution().getRunId();
        lab.awaitEnd(1, COMMITTED);
        ChangeAnswer answer = changeSource(B, "request-1").getResultAsync().get();
        lab.awaitEnd(2, COMMITTED);
        lab.collection().sourceChanged(request("{'bad':1}"));
        lab.collection().pause();
        lab.awaitStatus(status -> status.state().equals("paused"));
        for (int i = 0; i < 30 && run().equals(firstRun); i++) {
            lab.collection().signalRefresh();
            long update = 3L + i;
            lab.awaitJob(update, job -> job.state().isEnd());
        }
        lab.await("another run", () -> !run().equals(firstRun));

        List<Job> jobs = lab.collection().jobs(null);
        assertThat(jobs.get(jobs.size() - 1).update()).isEqualTo(1);
        assertThat(lab.collection().status().state()).isEqualTo("paused");
        assertThat(lab.collection().status().rejected()).hasSize(1);
        assertThat(lab.collection().status().options()).isEqualTo(HOURLY);
        assertThat(lab.collection().status().source()).isEqualTo(B);
        long before = jobs.get(0).update();
        assertThat(changeSource(B, "request-1").getResultAsync().get().update())
                .as("the same request again")
                .isEqualTo(answer.update());
        assertThat(lab.collection().changeSource(SourceRequest.of(A)).update()).isEqualTo(before + 1);
        lab.awaitEnd(before + 1, COMMITTED);
        assertThat(lake.calls("openCollection")).isEqualTo(1);
    }

    @Test
    void anUpdateThatWaitsIsStartedByTheNextRun() throws Exception {
        lab(new Policies.History(20, 10_000));
        FakeLake.Hold list = lake.hold("listFiles");
        lab.start(A);
        String firstRun = run();
        list.awaitReached();
        for (int i = 0; i < 20; i++) {
            lab.collection().resume();
        }
        ChangeAnswer answer = lab.collection().updateRefresh();
        assertThat(answer.update()).isEqualTo(2);
        list.release();
        lab.awaitEnd(2, UNCHANGED);

        assertThat(run()).isNotEqualTo(firstRun);
        assertThat(lab.ends()).isEqualTo("1 COMMITTED, 2 UNCHANGED");
    }

    @Test
    void aRequestThatWaitsForAGapIsAnsweredThoughTheHistoryIsLong() throws Exception {
        lab(new Policies.History(40, 10_000));
        FakeLake.Hold first = lake.hold("listFiles");
        FakeLake.Hold second = lake.hold("listFiles");
        lab.start(A);
        first.awaitReached();
        lab.collection().sourceChanged(SourceRequest.of(B));
        second.awaitReached();
        for (int i = 0; i < 40; i++) {
            lab.collection().resume();
        }
        String firstRun = run();
        // The second change in a row: its update is not launched at once.
        CompletableFuture<ChangeAnswer> answer = answerAcrossRuns(C, "request-1");
        lab.awaitJob(2, job -> job.state().isEnd());
        lab.awaitClosed(lab.update(2), WORKFLOW_EXECUTION_STATUS_CANCELED);
        lab.pass(Duration.ofSeconds(2));

        assertThat(answer).succeedsWithin(Duration.ofMinutes(3));
        lab.awaitEnd(3, COMMITTED);
        assertThat(run()).isNotEqualTo(firstRun);
    }

    @Test
    void messagesBeyondMeasureDuringAnUpdateRenewIt() throws Exception {
        lab(new Policies.History(20, 60));
        FakeLake.Hold list = lake.hold("listFiles");
        lab.start(A);
        String firstRun = run();
        list.awaitReached();
        // A slow worker takes several of them in one task, and has fewer events of them.
        lab.await("its end", () -> {
            lab.collection().resume();
            return lab.ends().startsWith("1 ");
        });
        assertThat(lab.awaitEnd(1, SUPERSEDED).reason()).contains("history is too long: update 2 takes its place");
        lab.awaitEnd(2, COMMITTED);
        assertThat(run()).isNotEqualTo(firstRun);
    }

    private String run() {
        return lab.client.newUntypedWorkflowStub(ID).describe().getExecution().getRunId();
    }

    // ------------------------------------------------------------------ helpers

    WorkflowUpdateHandle<ChangeAnswer> changeSource(ExternalSource source, String updateId) {
        return lab.untyped().startUpdate(updateOptions("changeSource", updateId), SourceRequest.of(source));
    }

    /** Of a run that may continue as new in the task that answers. */
    CompletableFuture<ChangeAnswer> answerAcrossRuns(ExternalSource source, String updateId) {
        // The in-memory service may find the run completed by then; the next run knows the answer.
        return changeSource(source, updateId)
                .getResultAsync()
                .exceptionallyCompose(e -> changeSource(source, updateId).getResultAsync());
    }

    private WorkflowUpdateHandle<ChangeAnswer> updateRefresh(String updateId) {
        return lab.untyped().startUpdate(updateOptions("refresh", updateId));
    }

    private static UpdateOptions<ChangeAnswer> updateOptions(String name, String updateId) {
        return UpdateOptions.newBuilder(ChangeAnswer.class)
                .setUpdateName(name)
                .setUpdateId(updateId)
                .setWaitForStage(WorkflowUpdateStage.ACCEPTED)
                .build();
    }

    private static void assertRefused(Runnable update, String reason) {
        assertThatThrownBy(update::run)
                .isInstanceOf(WorkflowUpdateException.class)
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(FailureType.INPUT.name());
                    assertThat(failure.getOriginalMessage()).contains(reason);
                });
    }

    private void assertStartFails(String message) {
        WorkflowStub collection = lab.untyped();
        assertThatThrownBy(() -> collection.getResult(Void.class))
                .isInstanceOf(WorkflowFailedException.class)
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(FailureType.INPUT.name());
                    assertThat(failure.getOriginalMessage()).isEqualTo(message);
                });
    }
}
