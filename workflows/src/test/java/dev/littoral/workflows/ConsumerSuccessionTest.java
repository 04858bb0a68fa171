package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.naming;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.client.WorkflowUpdateHandle;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A collection with consumers continues as new on the real server while it looks at them. */
@Timeout(600)
class ConsumerSuccessionTest {
    private final FakeLake lake = new FakeLake();
    private final TemporalServer server = TemporalServer.shared();
    private final Lab lab =
            Lab.onServer(server, server.newNamespace(), lake, SourcePolicy.NONE, new Policies.History(80, 4_000));

    @AfterEach
    void historiesAreInOrder() {
        try {
            Histories.areInOrder(lab.client);
        } finally {
            lab.close();
        }
    }

    @Test
    void whoServesItIsKnownAcrossRuns() throws Exception {
        lab.start(A, naming(List.of("search"), null));
        lab.awaitEnd(1, COMMITTED);
        String first = run();
        awaitServing(ServingState.LAGGING);
        for (int update = 2; update <= 6; update++) {
            lake.touch(A);
            lab.collection().signalRefresh();
            lab.awaitEnd(update, COMMITTED);
        }
        lab.await("another run", () -> !run().equals(first));
        awaitServing(ServingState.LAGGING);
        lake.consumers().serves("search", ID, lab.collection().status().version());
        awaitServing(ServingState.SERVED);
        String served = run();
        for (int update = 7; update <= 12; update++) {
            lake.touch(A);
            lab.collection().signalRefresh();
            lab.awaitEnd(update, COMMITTED);
            lake.consumers().serves("search", ID, lab.collection().status().version());
            awaitServing(ServingState.SERVED);
        }
        lab.await("another run after " + served, () -> !run().equals(served));
        awaitServing(ServingState.SERVED);
    }

    @Test
    void aRunEndsOnceARequestIsAnsweredAndWhatComesMeanwhileIsDone() throws Exception {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        FakeLake.Hold writing = lake.hold("leaseVersion");
        WorkflowUpdateHandle<LeaseAnswer> lease = lab.startLease(LeaseMessage.of("search", null, Duration.ofHours(1)));
        writing.awaitReached();
        String first = run();
        while (Histories.of(lab.client, ID, first).size() < 100) {
            lab.collection().resume();
        }
        lab.collection().pause();
        lab.awaitStatus(status -> status.state().equals("paused"));
        assertThat(run()).isEqualTo(first);

        writing.release();
        assertThat(lease.getResultAsync().get().granted()).isTrue();
        lab.await("another run", () -> !run().equals(first));
        assertThat(lab.collection().status().state()).isEqualTo("paused");
    }

    private void awaitServing(ServingState state) throws InterruptedException {
        lab.await(state.name(), () -> lab.collection().consumers().state() == state);
    }

    private String run() {
        return lab.client.newUntypedWorkflowStub(ID).describe().getExecution().getRunId();
    }
}
