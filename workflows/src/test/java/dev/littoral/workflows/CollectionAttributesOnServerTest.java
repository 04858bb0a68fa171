package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.common.WorkflowExecutionHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A collection's search attributes on the real server: registered, removed while it runs, and never required. */
@Timeout(600)
class CollectionAttributesOnServerTest {
    private static final ExternalSource A = new ExternalSource("s3://lake/a/", ExternalSpec.parquet());
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Policies.History SHORT = new Policies.History(60, 4_000);

    private final TemporalServer server = TemporalServer.shared();
    private final String namespace = server.newNamespace();
    private final FakeLake lake = new FakeLake();

    /** What the worker believes to be registered. */
    private volatile Set<String> believed = Set.of();

    private Lab lab(Policies.History history) {
        return Lab.onServer(server, namespace, lake, () -> believed, history);
    }

    private void operator(String verb, String... more) {
        TreeSet<String> names = new TreeSet<>(CollectionAttributes.NAMES);
        for (String name : names) {
            List<String> words = new ArrayList<>(List.of("operator", "search-attribute", verb, "--name", name));
            words.addAll(List.of(more));
            assertThat(server.cliIn(namespace, words.toArray(String[]::new)).exitCode())
                    .isZero();
        }
    }

    private void register() {
        operator("create", "--type", "Keyword");
        believed = Set.copyOf(CollectionAttributes.NAMES);
    }

    private String listed(String query) {
        return server.cliIn(namespace, "workflow", "list", "--query", query).out();
    }

    private void awaitListed(String query) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!listed(query).contains(Lab.ID) && Instant.now().isBefore(end)) {
            Thread.sleep(50);
        }
        assertThat(listed(query)).contains(Lab.ID);
    }

    private static long count(WorkflowExecutionHistory history, EventType type) {
        return history.getHistory().getEventsList().stream()
                .map(HistoryEvent::getEventType)
                .filter(type::equals)
                .count();
    }

    @Test
    void aListIsFilteredByStateSourceAndCause() throws Exception {
        register();
        try (Lab lab = lab(Policies.HISTORY)) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            awaitListed("LittoralState='IDLE' AND LittoralSource STARTS_WITH 's3://lake/'");
            lake.fail("listFiles", FailureType.INPUT, 1);
            lab.collection().signalRefresh();
            lab.awaitEnd(2, UpdateState.FAILED);
            awaitListed("LittoralState='FAILED' AND LittoralBehind IS NULL");
            assertThat(listed("LittoralState='IDLE'")).doesNotContain(Lab.ID);
        }
    }

    @Test
    void withoutRegisteredAttributesNothingIsSetAndOneEventIsSpent() throws Exception {
        try (Lab lab = lab(Policies.HISTORY)) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            lab.collection().signalRefresh();
            lab.awaitEnd(2, UpdateState.UNCHANGED);
            WorkflowExecutionHistory history = lab.client.fetchHistory(Lab.ID);
            assertThat(count(history, EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES))
                    .isZero();
            assertThat(history.toJson(false).split("\"SideEffect\"", -1)).hasSize(2);
        }
    }

    @Test
    void attributesThatAreRegisteredLaterAreSetByTheRunThatIsThere() throws Exception {
        try (Lab lab = lab(Policies.HISTORY)) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            register();
            Instant end = Instant.now().plus(PATIENCE);
            for (long update = 2; !listed("LittoralState='IDLE'").contains(Lab.ID); update++) {
                assertThat(Instant.now()).isBefore(end);
                lab.collection().signalRefresh();
                lab.awaitEnd(update, UpdateState.UNCHANGED);
                Thread.sleep(500);
            }
        }
    }

    @Test
    void aTaskThatTheServerRefusesIsDoneAgainWithoutTheAttribute() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        RegisteredAttributes wrongAtFirst =
                () -> asked.incrementAndGet() < 3 ? Set.of(CollectionAttributes.STATE) : Set.of();
        try (Lab lab = Lab.onServer(server, namespace, lake, wrongAtFirst, Policies.HISTORY)) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            assertThat(count(lab.client.fetchHistory(Lab.ID), EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED))
                    .isPositive();
        }
    }

    @Test
    void aRunContinuesAsNewAfterItsAttributesWereRemoved() throws Exception {
        register();
        try (Lab lab = lab(SHORT)) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            awaitListed("LittoralState='IDLE'");
            operator("remove", "--yes");
            believed = Set.of();
            String first = lab.untyped().describe().getExecution().getRunId();
            for (long update = 2;
                    lab.untyped().describe().getExecution().getRunId().equals(first);
                    update++) {
                lab.collection().signalRefresh();
                lab.awaitEnd(update, UpdateState.UNCHANGED);
            }
            assertThat(lab.collection().status().state()).isIn("idle", "updating");
        }
    }

    @Test
    void aRunKeepsTheAttributesOfTheOneBefore() throws Exception {
        register();
        try (Lab lab = lab(SHORT)) {
            lab.start(A);
            lab.awaitEnd(1, UpdateState.COMMITTED);
            String first = lab.untyped().describe().getExecution().getRunId();
            for (long update = 2;
                    lab.untyped().describe().getExecution().getRunId().equals(first);
                    update++) {
                lab.collection().signalRefresh();
                lab.awaitEnd(update, UpdateState.UNCHANGED);
            }
            awaitListed("LittoralState='IDLE' AND ExecutionStatus='Running'");
        }
    }
}
