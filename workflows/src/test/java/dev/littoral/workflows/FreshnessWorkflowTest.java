package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.FAILED;
import static dev.littoral.workflows.model.UpdateState.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FreshnessStatus;
import dev.littoral.workflows.model.Job;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The promise of freshness in a collection's workflow: its timers, its memo, and what its worker observes. */
class FreshnessWorkflowTest {
    private static final CollectionOptions HOURLY = CollectionOptions.DEFAULTS.withMaxStaleness(Duration.ofHours(1));

    private final FakeLake lake = new FakeLake();
    private final List<FreshnessStatus> observed = new CopyOnWriteArrayList<>();
    private final List<Job> ended = new CopyOnWriteArrayList<>();
    private final CollectionObserver observer = new CollectionObserver() {
        @Override
        public void looked(CollectionStatus status, Instant until) {
            observed.add(status.freshness());
        }

        @Override
        public void ended(Job job) {
            ended.add(job);
        }
    };
    private final Lab lab = new Lab(lake, SourcePolicy.NONE, observer, Policies.HISTORY);

    @BeforeEach
    void tellTime() {
        lake.tellTime(lab::now);
    }

    @AfterEach
    void itsHistoryReplays() throws Exception {
        try (lab;
                TestWorkflowEnvironment environment = Lab.environment()) {
            Worker worker = Lab.worker(environment);
            int before = observed.size();
            int endedBefore = ended.size();
            assertThat(endedBefore).isPositive();
            Lab.register(worker, SourcePolicy.NONE, observer, Policies.HISTORY, new FakeLake());
            WorkflowReplayer.replayWorkflowExecution(lab.client.fetchHistory(ID), worker);
            assertThat(observed).as("observed in a replay").hasSize(before);
            assertThat(ended).as("ended in a replay").hasSize(endedBefore);
        }
    }

    private <T> T memo(String name, Class<T> type) {
        return type.cast(lab.untyped().describe().getMemo(name, type));
    }

    private CollectionStatus awaitState(FreshnessStatus.State state) throws InterruptedException {
        return lab.awaitStatus(status -> status.freshness().state() == state);
    }

    @Test
    void theSourceIsListedAsOftenAsThePromiseTakes() throws InterruptedException {
        lab.start(A, HOURLY);
        lab.awaitEnd(1, COMMITTED);
        Instant first = lab.awaitStatus(status -> status.nextRefresh() != null)
                .freshness()
                .asOf();
        assertThat(first).isEqualTo(lake.newest(ID).listedAt());
        lab.pass(Duration.ofMinutes(55));
        lab.awaitEnd(2, UNCHANGED);
        CollectionStatus status = awaitState(FreshnessStatus.State.FRESH);
        assertThat(status.freshness().asOf()).isAfter(first);
        assertThat(status.listedAt()).isEqualTo(first);
        lab.await("the memo", () -> status.freshness().asOf().toString().equals(memo("freshAsOf", String.class)));
        assertThat(memo("listedAt", String.class)).isEqualTo(first.toString());
        assertThat(lake.log(ID)).hasSize(2);
        lab.await("what the worker observes", () -> observed.contains(status.freshness()));
    }

    @Test
    void aCollectionThatCannotKeepItsPromiseSaysSoByItselfAndWhenItIsFreshAgain() throws InterruptedException {
        lab.start(A, HOURLY);
        lab.awaitEnd(1, COMMITTED);
        lab.awaitStatus(status -> status.nextRefresh() != null);
        lake.fail("listFiles", FailureType.INPUT, 100);
        lab.pass(Duration.ofMinutes(55));
        lab.awaitEnd(2, FAILED);
        assertThat(awaitState(FreshnessStatus.State.FRESH).troubleSince()).isNotNull();
        lab.pass(Duration.ofMinutes(6));
        FreshnessStatus behind = awaitState(FreshnessStatus.State.BEHIND).freshness();
        assertThat(behind.cause().kind()).isEqualTo(CauseKind.FAILED);
        assertThat(behind.since()).isEqualTo(behind.asOf().plus(Duration.ofHours(1)));
        lab.await("the memo", () -> "FAILED".equals(memo("behind", String.class)));
        assertThat(memo("behindSince", String.class)).isEqualTo(behind.since().toString());
        assertThat(memo("cause", String.class)).contains("FAILED at ");
        assertThat(observed).anyMatch(FreshnessStatus::behind);

        lake.failNoMore("listFiles");
        long next = lab.collection().updateRefresh().update();
        lab.awaitEnd(next, UNCHANGED);
        awaitState(FreshnessStatus.State.FRESH);
        lab.await("the memo", () -> memo("behind", String.class) == null && memo("cause", String.class) == null);
    }

    @Test
    void aLongCauseIsCutInTheMemo() throws InterruptedException {
        lab.start(A, HOURLY);
        lab.awaitEnd(1, COMMITTED);
        lab.awaitStatus(status -> status.nextRefresh() != null);
        lake.say("listFiles", "\uD83D\uDC1F".repeat(400));
        lake.fail("listFiles", FailureType.INPUT, 100);
        lab.pass(Duration.ofMinutes(61));
        lab.await("the memo", () -> memo("cause", String.class) != null);
        String cause = memo("cause", String.class);
        assertThat(cause.codePointCount(0, cause.length())).isEqualTo(301);
        assertThat(cause).endsWith("\uD83D\uDC1F…");
        lake.failNoMore("listFiles");
    }

    @Test
    void aPausedCollectionNoticesThatItsTimeIsOver() throws InterruptedException {
        lab.start(A, HOURLY);
        lab.awaitEnd(1, COMMITTED);
        lab.collection().pause();
        lab.awaitStatus(status -> status.state().equals("paused"));
        lab.pass(Duration.ofMinutes(61));
        lab.await("the memo", () -> "PAUSED".equals(memo("behind", String.class)));
        assertThat(awaitState(FreshnessStatus.State.BEHIND).update()).isNull();
        lab.collection().resume();
        lab.awaitEnd(2, UNCHANGED);
        awaitState(FreshnessStatus.State.FRESH);
    }
}
