package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** An update that is pinned to a worker deployment version without workers. */
@Execution(ExecutionMode.CONCURRENT)
class AbandonedUpdateTest {
    private final FakeLake lake = new FakeLake();

    @Test
    void beginsAnewAndDoesNotFail() throws Exception {
        FakeLake.Hold reading = lake.hold("readFragments");
        try (Lab lab = Lab.onServer(lake, SourcePolicy.NONE, Policies.HISTORY)) {
            lab.start(A);
            reading.awaitReached();
            Job first = abandon(lab);
            reading.release();
            lab.awaitEnd(2, COMMITTED);

            assertThat(first.reason())
                    .isEqualTo("the worker deployment version that it was pinned to has no workers any more");
            assertThat(first.failure()).isNull();
            lab.awaitClosed(lab.update(1), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED);
            assertThat(lake.log(ID))
                    .filteredOn(head -> head.kind() == HeadKind.COMMITTED)
                    .extracting(Head::update)
                    .containsExactly(2L);
        }
    }

    @Test
    void oneThatCannotBeTerminatedHoldsNothingBack() throws Exception {
        lake.deployments().failTerminate();
        FakeLake.Hold reading = lake.hold("readFragments");
        try (Lab lab = Lab.onServer(lake, SourcePolicy.NONE, Policies.HISTORY)) {
            lab.start(A);
            reading.awaitReached();
            abandon(lab);
            lab.awaitEnd(2, COMMITTED);
            assertThat(lake.deployments().toTerminate()).isEqualTo(1);
            reading.release();
            lab.awaitClosed(lab.update(1), WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED);

            assertThat(lab.untyped().describe().getStatus())
                    .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
            assertThat(lake.log(ID))
                    .filteredOn(head -> head.kind() == HeadKind.COMMITTED)
                    .extracting(Head::update)
                    .containsExactly(2L);
        }
    }

    @Test
    void oneOfWhichItIsNotKnownGoesOn() throws Exception {
        lake.deployments().failIsAbandoned();
        FakeLake.Hold reading = lake.hold("readFragments");
        try (Lab lab = Lab.onServer(lake, SourcePolicy.NONE, Policies.HISTORY)) {
            lab.start(A);
            reading.awaitReached();
            lab.await("a check", () -> {
                lab.collection().signalRefresh();
                sleep();
                return lake.deployments().asked() > 0;
            });
            // Answered after the check.
            lab.collection().updateRefresh();
            reading.release();
            lab.awaitEnd(1, COMMITTED);
            assertThat(lake.deployments().toTerminate()).isZero();
        }
    }

    /** Its workers are gone from now on. Each request has it checked. */
    private Job abandon(Lab lab) throws InterruptedException {
        lake.deployments().abandon(1);
        lab.await("update 1 to end", () -> {
            lab.collection().signalRefresh();
            sleep();
            return lab.ends().startsWith("1 ");
        });
        return lab.awaitEnd(1, SUPERSEDED);
    }

    private static void sleep() {
        try {
            Thread.sleep(500);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
