package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.B;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.FAILED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.SinkStatus;
import dev.littoral.workflows.model.SourceRequest;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowFailedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The events of a collection's workflow. */
@Timeout(600)
class EventWorkflowTest {
    private final FakeLake lake = new FakeLake();
    private final FakeSinks sinks = new FakeSinks();
    private Lab lab = Lab.withSinks(lake, sinks, Policies.HISTORY);

    @AfterEach
    void close() {
        lab.close();
    }

    private static CollectionOptions notifying(String... names) {
        CollectionOptions defaults = CollectionOptions.DEFAULTS;
        return new CollectionOptions(
                defaults.targetRowsPerSegment(),
                null,
                false,
                1,
                defaults.keepVersionsFor(),
                null,
                null,
                List.of(names),
                null,
                null,
                null);
    }

    private void start(String... names) {
        lab.start(A, notifying(names));
    }

    /** Another version. */
    private void refresh(long update) throws InterruptedException {
        lake.touch(A);
        lab.collection().signalRefresh();
        lab.awaitEnd(update, COMMITTED);
    }

    private void awaitReceived(String sink, String... events) throws InterruptedException {
        lab.await(
                "events " + List.of(events) + " at " + sink + ", not " + sinks.received(sink),
                () -> sinks.received(sink).equals(List.of(events)));
    }

    private SinkStatus sink(String name) {
        return lab.collection().status().sinks().stream()
                .filter(each -> each.sink().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everySinkGetsEveryVersionInOrder() throws InterruptedException {
        start("alerts", "indexer");
        lab.awaitEnd(1, COMMITTED);
        refresh(2);
        awaitReceived("indexer", "1", "2", "3");
        awaitReceived("alerts", "1", "2", "3");
        lab.await("no sink lacks any", () -> sink("indexer").equals(new SinkStatus("indexer", 3, 0, null, null, 0)));
        assertThat(sinks.queues()).containsExactly(ExternalCollectionWorkflow.TASK_QUEUE + "-events");
    }

    @Test
    void aSinkThatIsDownIsTriedAgainAndShownAndHoldsNoUpdateBack() throws Exception {
        sinks.down("indexer", "Sink indexer at https://host answers 503");
        start("alerts", "indexer");
        lab.awaitEnd(1, COMMITTED);
        refresh(2);
        lab.collection().changeSource(SourceRequest.of(B));
        lab.awaitEnd(3, COMMITTED);
        awaitReceived("alerts", "1", "2", "3", "4", "5");
        lab.await(
                "a failure",
                () -> sink("indexer").failure() != null && sink("indexer").behind() == 5);
        CollectionStatus status = lab.collection().status();
        assertThat(status.state()).isEqualTo("idle");
        assertThat(StatusText.details(status))
                .contains("**Events:** indexer lacks those of 5 versions: Sink indexer at https://host answers 503,"
                        + " next try at ");

        sinks.up("indexer");
        lab.pass(Duration.ofMinutes(30));
        awaitReceived("indexer", "1", "2", "3", "4", "5");
        lab.await("no failure", () -> sink("indexer").equals(new SinkStatus("indexer", 5, 0, null, null, 0)));
        ReplayTest.replay(lab.client.fetchHistory(ID), Policies.HISTORY);
    }

    @Test
    void aSinkThatHangsHoldsNoUpdateSignalOrRetirementBack() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        sinks.hang(end);
        start("indexer");
        lab.awaitEnd(1, COMMITTED);
        lab.await("a call", () -> !sinks.requests().isEmpty());
        refresh(2);
        refresh(3);
        lab.collection().pause();
        lab.awaitStatus(status -> status.state().equals("paused"));
        assertThat(sinks.requests()).hasSize(1);
        end.countDown();
        lab.await("the last", () -> sinks.received("indexer").contains("4"));
    }

    @Test
    void daysWithoutASinkDoNotFillTheHistory() throws InterruptedException {
        sinks.down("indexer", "is down");
        start("indexer");
        lab.awaitEnd(1, COMMITTED);
        lab.await("a failure", () -> sink("indexer").failure() != null);
        lab.pass(Duration.ofDays(1));
        lab.await("a failure", () -> sink("indexer").failure() != null);
        assertThat(lab.events(ID)).hasSizeLessThan(2_000);
        assertThat(sinks.requests()).hasSizeBetween(50, 150);
    }

    @Test
    void whatWasSentButNotAnsweredIsSentAgain() throws InterruptedException {
        sinks.loseAnswer("indexer");
        start("indexer");
        lab.awaitEnd(1, COMMITTED);
        lab.await("the first try", () -> !sinks.received("indexer").isEmpty());
        lab.pass(Duration.ofMinutes(1));
        lab.await("all", () -> sink("indexer").behind() == 0);
        assertThat(String.join(",", sinks.received("indexer"))).matches("1(,2)?,1,2|1,1,2");
    }

    @Test
    void anUpdateThatFailsIsAnEvent() throws InterruptedException {
        start("indexer");
        lab.awaitEnd(1, COMMITTED);
        lake.touch(A);
        lake.fail("listFiles", FailureType.INPUT, 1);
        lab.collection().signalRefresh();
        lab.awaitEnd(2, FAILED);
        awaitReceived("indexer", "1", "2", "failed 2");
        EventRequest last = sinks.requests().getLast();
        assertThat(last.states()).singleElement().satisfies(event -> {
            assertThat(event.version()).isEqualTo(2);
            assertThat(event.reason()).startsWith("INPUT: ");
        });
        refresh(3);
        awaitReceived("indexer", "1", "2", "failed 2", "3");
    }

    @Test
    void aCollectionThatIsBehindAndFreshAgainIsAnEventEach() throws InterruptedException {
        lake.tellTime(lab::now);
        lab.start(A, notifying("indexer").withMaxStaleness(Duration.ofHours(1)));
        lab.awaitEnd(1, COMMITTED);
        lab.awaitStatus(status -> status.nextRefresh() != null);
        lake.fail("listFiles", FailureType.INPUT, 100);
        lab.pass(Duration.ofMinutes(55));
        lab.awaitEnd(2, FAILED);
        lab.pass(Duration.ofMinutes(6));
        awaitEvent("behind ");
        lake.failNoMore("listFiles");
        lab.awaitEnd(lab.collection().updateRefresh().update(), UNCHANGED);
        awaitEvent("fresh ");
        assertThat(sinks.requests().getLast().states().getLast().reason())
                .startsWith("fresh as of ")
                .contains(", BEHIND since ");
        assertThat(sinks.received("indexer")).startsWith("1", "2", "failed 2").doesNotHaveDuplicates();
    }

    private void awaitEvent(String kind) throws InterruptedException {
        lab.await(kind, () -> sinks.received("indexer").stream().anyMatch(event -> event.startsWith(kind)));
    }

    @Test
    void theEndOfACollectionIsSentBeforeItsWorkflowCloses() throws InterruptedException {
        sinks.down("indexer", "is down");
        start("indexer");
        lab.awaitEnd(1, COMMITTED);
        lab.collection().retire();
        lab.awaitStatus(status -> status.state().equals("retired"));
        lab.await("tries of the end", () -> sinks.requests().getLast().newest() == 3);
        sinks.up("indexer");
        lab.pass(Duration.ofHours(1));
        awaitReceived("indexer", "1", "2", "3");
        lab.awaitClosed(lab.untyped(), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED);
    }

    @Test
    void aCollectionWhoseSinkNeverTakesItsEndClosesAfterADay() throws InterruptedException {
        sinks.down("indexer", "is down");
        start("indexer");
        lab.awaitEnd(1, COMMITTED);
        lab.collection().retire();
        lab.awaitStatus(status -> status.state().equals("retired"));
        lab.pass(Duration.ofHours(25));
        lab.awaitClosed(lab.untyped(), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED);
    }

    @Test
    void theNextRunGoesOnFromTheCursor() throws InterruptedException {
        lab.close();
        lab = Lab.withSinks(lake, sinks, RecordedHistories.SHORT);
        start("alerts", "indexer");
        sinks.down("indexer", "is down");
        lab.awaitEnd(1, COMMITTED);
        String first = lab.untyped().describe().getExecution().getRunId();
        long update = 2;
        while (lab.untyped().describe().getExecution().getRunId().equals(first)) {
            refresh(update++);
        }
        sinks.up("indexer");
        refresh(update);
        long newest = lake.newest(ID).version();
        lab.await(
                "all",
                () -> lab.collection().status().sinks().stream()
                        .allMatch(sink -> sink.cursor() == newest && sink.failure() == null));
        assertThat(sinks.received("indexer").stream().distinct())
                .hasSize((int) newest)
                .isSorted();
        assertThat(sinks.received("alerts").stream().distinct()).hasSize((int) newest);
    }

    @Test
    void aCollectionThatIsStartedFromNothingSendsWhatTheLogStillHas() throws InterruptedException {
        start("indexer");
        lab.awaitEnd(1, COMMITTED);
        awaitReceived("indexer", "1", "2");
        lab.untyped().terminate("a test");
        lake.touch(A);
        start("indexer");
        lab.awaitEnd(2, COMMITTED);
        lab.await("all", () -> sinks.received("indexer").contains("3"));
        assertThat(sinks.received("indexer")).startsWith("1", "2", "1", "2").endsWith("3");
    }

    @Test
    void aSinkThatTheWorkerDoesNotKnowIsRefusedAtTheStart() {
        start("indexer", "unknown");
        Assertions.assertThatThrownBy(() -> lab.untyped().getResult(Void.class))
                .isInstanceOf(WorkflowFailedException.class)
                .rootCause()
                .hasMessageContaining("Sink unknown is not one of this worker's");
        assertThat(lake.log(ID)).isEmpty();
    }

    @Test
    void sinksThatCannotBeCheckedHoldNoStartBack() throws InterruptedException {
        sinks.failCheck("TRANSIENT");
        start("indexer");
        lab.awaitEnd(1, COMMITTED);
        awaitReceived("indexer", "1", "2");
    }

    @Test
    void aCollectionWithoutSinksSendsNothing() throws InterruptedException {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        assertThat(lab.collection().status().sinks()).isNull();
        assertThat(sinks.requests()).isEmpty();
    }
}
