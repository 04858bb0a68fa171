package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionStateTest.A;
import static dev.littoral.workflows.CollectionStateTest.B;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.api.enums.v1.EventType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The same on the real server. */
@Execution(ExecutionMode.CONCURRENT)
class CollectionWorkflowOnServerTest extends CollectionWorkflowTest {
    @Override
    Lab newLab(FakeLake upon, SourceRules rules, Policies.History history) {
        return Lab.onServer(upon, rules, history);
    }

    @AfterEach
    void historiesAreInOrder() {
        Histories.areInOrder(lab().client);
    }

    @Test
    void aBurstOfAThousandChangesStartsAHandfulOfUpdates() throws InterruptedException {
        lab().start(A);
        ExternalCollectionWorkflow collection = lab().collection();
        try (ExecutorService senders = Executors.newFixedThreadPool(16)) {
            for (int i = 0; i < 999; i++) {
                SourceRequest change = SourceRequest.of(CollectionStateTest.source("s3://lake/" + i + "/"));
                senders.execute(() -> collection.sourceChanged(change));
            }
        }
        collection.sourceChanged(SourceRequest.of(CollectionStateTest.source("s3://lake/999/")));
        CollectionStatus status = lab().awaitStatus(each ->
                each.state().equals("idle") && each.source().uri().equals("s3://lake/999/"));

        assertThat(status.last().update()).isEqualTo(1_001);
        assertThat(status.last().state()).isEqualTo(UpdateState.COMMITTED);
        assertThat(lab().count(EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED))
                .as("updates that were started")
                .isLessThanOrEqualTo(8);
        assertThat(lab().events(Lab.ID).size() - 1_000L)
                .as("events beside the signals")
                .isLessThan(2_500);
    }

    @Test
    void noSignalIsLostWhileRunFollowsRun() throws InterruptedException {
        try (Lab renewing = newLab(new FakeLake(), SourceRules.NONE, RecordedHistories.SHORT)) {
            renewing.start(A);
            ExternalCollectionWorkflow collection = renewing.collection();
            for (int i = 1; i <= 150; i++) {
                collection.sourceChanged(SourceRequest.of(CollectionStateTest.source("s3://lake/" + i + "/")));
                Thread.sleep(20);
            }
            CollectionStatus status = renewing.awaitStatus(
                    each -> each.state().equals("idle") && each.source().uri().equals("s3://lake/150/"));

            // Each has a number, those that were superseded before they started too.
            assertThat(status.last().update()).isEqualTo(151);
            assertThat(status.last().state()).isEqualTo(UpdateState.COMMITTED);
            assertThat(renewing.runs()).isGreaterThanOrEqualTo(3);
            Histories.areInOrder(renewing.client);
        }
    }

    @Test
    void anUpdateGoesOnWhenTheServerIsBack() throws InterruptedException {
        try (TemporalServer server = TemporalServer.startDurable()) {
            FakeLake lake = new FakeLake();
            try (Lab kept =
                    Lab.onServer(server, TemporalServer.DEFAULT_NAMESPACE, lake, SourceRules.NONE, Policies.HISTORY)) {
                FakeLake.Hold reading = lake.hold("readFragments");
                kept.start(A);
                reading.awaitReached();
                server.kill();
                server.restart();
                reading.release();
                kept.awaitEnd(1, UpdateState.COMMITTED);
                assertThat(lake.calls("listFiles")).isEqualTo(1);
                assertThat(lake.log(Lab.ID)).hasSize(2);
                Histories.areInOrder(kept.client);
            }
        }
    }

    @Test
    void onAServerThatHasForgottenEverythingItGoesOnFromTheCatalog() throws InterruptedException {
        try (TemporalServer server = TemporalServer.start()) {
            FakeLake lake = new FakeLake();
            try (Lab forgetful =
                    Lab.onServer(server, TemporalServer.DEFAULT_NAMESPACE, lake, SourceRules.NONE, Policies.HISTORY)) {
                forgetful.start(A);
                forgetful.awaitEnd(1, UpdateState.COMMITTED);
                server.kill();
                server.restart();
                forgetful.start(null);
                forgetful.awaitEnd(2, UpdateState.UNCHANGED);
                forgetful.collection().sourceChanged(SourceRequest.of(B));
                forgetful.awaitEnd(3, UpdateState.COMMITTED);

                assertThat(lake.newest(Lab.ID).generation()).isEqualTo(2);
                assertThat(lake.newest(Lab.ID).nextSegmentId()).isEqualTo(9);
                Histories.areInOrder(forgetful.client);
            }
        }
    }

    /** Hours do not pass by themselves here, so this is no test on the server. */
    @Override
    void itIsListedAgainByItselfUnlessItIsPaused() {}
}
