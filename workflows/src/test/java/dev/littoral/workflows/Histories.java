package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What histories on the real server must and must not hold. */
final class Histories {
    /** A class of Java's, of a library's or of Littoral's. */
    private static final Pattern CLASS_NAME =
            Pattern.compile("\\b(java|javax|dev|com|io|org)\\.\\w[\\w.]*\\.[A-Z]\\w+");

    /** Where a failure happened, which the SDK adds to each of an activity. */
    private static final Pattern STACK = Pattern.compile("(?m)^ *stack_trace: .*$");

    /**
     * How the failures begin after which a task is done again from the whole history. A task's pages of history may be
     * outdated when the SDK asks for them; with Temporal's service in memory a query may overtake the task before it;
     * and the service may have taken what a task did though the SDK took it for timed out, so that the next one finds
     * what it does not expect.
     */
    private static final List<String> OF_A_BUSY_MACHINE = List.of(
            "Premature end of stream",
            "Server history for the workflow is below the progress",
            "LocalActivity: invalid REQUEST_PREPARED->MARKER_RECORDED");

    private Histories() {}

    static List<HistoryEvent> of(WorkflowClient client, String workflowId, String runId) {
        return client.fetchHistory(workflowId, runId).getHistory().getEventsList();
    }

    /**
     * Every run of every workflow in the client's namespace ran without a workflow task that fails, and names no class.
     */
    static void areInOrder(WorkflowClient client) {
        for (WorkflowExecutionMetadata run : client.listExecutions("").toList()) {
            String id = run.getExecution().getWorkflowId();
            List<HistoryEvent> events = of(client, id, run.getExecution().getRunId());
            assertThat(events).as("failed tasks of %s", id).noneMatch(Histories::isFailedTask);
            List<HistoryEvent> others = events.stream()
                    .filter(event -> !event.hasWorkflowTaskFailedEventAttributes())
                    .toList();
            assertThat(STACK.matcher(others.toString()).replaceAll(""))
                    .as("history of %s", id)
                    .doesNotContainPattern(CLASS_NAME);
        }
    }

    /** When the workflow tasks began that launched updates, oldest first. */
    static List<Instant> launches(List<HistoryEvent> events) {
        List<Instant> launches = new ArrayList<>();
        Instant began = null;
        for (HistoryEvent event : events) {
            if (event.hasWorkflowTaskStartedEventAttributes()) {
                began = Instant.ofEpochMilli(Timestamps.toMillis(event.getEventTime()));
            } else if (event.hasStartChildWorkflowExecutionInitiatedEventAttributes()) {
                launches.add(began);
            }
        }
        return launches;
    }

    /**
     * Changes that follow on one another, each of which stops an update, launch fewer and fewer. How many these are is
     * the machine's affair, but not how long each waits for its turn.
     */
    static void launchesAreSpaced(List<Instant> launches) {
        assertThat(launches).as("updates that were started").hasSizeGreaterThan(1);
        for (int i = 1; i < launches.size(); i++) {
            // The service may keep times in milliseconds.
            assertThat(Duration.between(launches.get(i - 1), launches.get(i)).plusMillis(1))
                    .as("from launch %d to the next of %s", i, launches)
                    .isGreaterThanOrEqualTo(Policies.gap(i));
        }
    }

    /** Whether a workflow task failed by its own fault. */
    static boolean isFailedTask(HistoryEvent event) {
        return event.hasWorkflowTaskFailedEventAttributes()
                && switch (event.getWorkflowTaskFailedEventAttributes().getCause()) {
                    // A message came while the task was about to close the run.
                    case WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND -> false;
                    // So many messages came at once that the server would not buffer more.
                    case WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND -> false;
                    default -> {
                        Failure failure =
                                event.getWorkflowTaskFailedEventAttributes().getFailure();
                        yield OF_A_BUSY_MACHINE.stream()
                                .noneMatch(words -> failure.getMessage().startsWith(words)
                                        || failure.getCause().getMessage().startsWith(words));
                    }
                };
    }
}
