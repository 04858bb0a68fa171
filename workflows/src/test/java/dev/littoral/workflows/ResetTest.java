package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.ResetReapplyExcludeType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What the real server reports to a collection that was reset, and what it does not: the end of an update that closed
 * before.
 */
@Execution(ExecutionMode.CONCURRENT)
class ResetTest {
    /** How often a request is repeated. */
    private static final int TIMEOUT = 20;

    private final FakeLake lake = new FakeLake();

    /** It was under way at that point of the run, and has closed since. */
    @Test
    void aCollectionThatIsResetToARunningUpdateFindsThatItIsGone() throws Exception {
        FakeLake.Hold listing = lake.hold("listFiles");
        TemporalServer server = TemporalServer.shared();
        try (Lab lab = Lab.onServer(server, server.newNamespace(), lake, SourcePolicy.NONE, Policies.HISTORY)) {
            lab.start(A);
            listing.awaitReached();
            lab.await("the collection to know that its update runs", () -> {
                List<EventType> events = lab.events(ID);
                return events.lastIndexOf(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
                        > events.lastIndexOf(EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED);
            });
            List<EventType> events = lab.events(ID);
            // Events are counted from 1.
            long task = events.lastIndexOf(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED) + 1L;
            listing.release();
            lab.awaitEnd(1, COMMITTED);
            reset(lab, lab.untyped().describe().getExecution().getRunId(), task);
            lake.touch(A);
            lab.collection().signalRefresh();
            isRightInTheEnd(lab, "reset to event " + task);

            assertThat(lab.collection().jobs(null))
                    .as("its commit is known by the launch, which is in the history before the reset")
                    .filteredOn(job -> job.update() == 1)
                    .allMatch(job -> job.state() == COMMITTED)
                    .hasSize(1);
            assertThat(lab.events(ID)).contains(EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED);
            assertThat(lab.untyped().describe().getStatus())
                    .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
        }
    }

    /** Without what came since, as {@code --reapply-exclude All} does. */
    private static void reset(Lab lab, String run, long event) {
        ResetWorkflowExecutionRequest.Builder request = ResetWorkflowExecutionRequest.newBuilder()
                .setNamespace(lab.client.getOptions().getNamespace())
                .setWorkflowExecution(
                        WorkflowExecution.newBuilder().setWorkflowId(ID).setRunId(run))
                .setReason("a test")
                .setRequestId(UUID.randomUUID().toString())
                .setWorkflowTaskFinishEventId(event);
        // The ends of children are among what is left out, though no type names them.
        Stream.of(ResetReapplyExcludeType.values())
                .filter(type -> type != ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UNSPECIFIED
                        && type != ResetReapplyExcludeType.UNRECOGNIZED)
                .forEach(request::addResetReapplyExcludeTypes);
        lab.client.getWorkflowServiceStubs().blockingStub().resetWorkflowExecution(request.build());
    }

    private boolean isRight(Lab lab, AtomicReference<CollectionStatus> last) {
        CollectionStatus status = lab.collection().status();
        last.set(status);
        Head newest = lake.newest(ID);
        return status.state().equals("idle")
                && status.pending() == null
                && status.version() == newest.version()
                && status.source().equals(newest.source())
                && newest.kind() == HeadKind.COMMITTED
                && lake.isCurrent(ID);
    }

    private boolean isRightSoon(Lab lab, AtomicReference<CollectionStatus> last) throws InterruptedException {
        long end = System.nanoTime()
                + Policies.MIN_CHECK_INTERVAL.plus(Policies.RECHECK_INTERVAL).toNanos();
        while (!isRight(lab, last)) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(50);
        }
        return true;
    }

    private void isRightInTheEnd(Lab lab, String when) throws InterruptedException {
        AtomicReference<CollectionStatus> last = new AtomicReference<>();
        for (int i = 0; !isRightSoon(lab, last); i++) {
            if (i == TIMEOUT) {
                throw new AssertionError(
                        when + ": " + last + ", " + lab.collection().jobs(null) + ", " + lake.log(ID));
            }
            // A refresh makes the collection check the updates that it waits for.
            lab.collection().signalRefresh();
        }
        List<String> backwards = new ArrayList<>();
        List<Head> log = lake.log(ID);
        for (int i = 1; i < log.size(); i++) {
            Head before = log.get(i - 1);
            if (before.isPast(log.get(i).update())) {
                backwards.add(log.get(i).version() + " by " + log.get(i).update() + " after " + before.update());
            }
        }
        assertThat(backwards).as(when).isEmpty();
        // An update of this run can have the number of one of another run that committed; not the other way round.
        assertThat(lab.collection().jobs(null))
                .as(when)
                .filteredOn(job -> job.state() == COMMITTED)
                .allMatch(job -> log.stream()
                        .anyMatch(head -> head.kind() == HeadKind.COMMITTED && head.update() == job.update()));
    }
}
