package dev.littoral.starter.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.api.command.v1.CancelTimerCommandAttributes;
import io.temporal.api.command.v1.Command;
import io.temporal.api.command.v1.CompleteWorkflowExecutionCommandAttributes;
import io.temporal.api.command.v1.RequestCancelActivityTaskCommandAttributes;
import io.temporal.api.command.v1.ScheduleActivityTaskCommandAttributes;
import io.temporal.api.command.v1.StartTimerCommandAttributes;
import io.temporal.api.common.v1.ActivityType;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.CommandType;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.PollActivityTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollActivityTaskQueueResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondActivityTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.SignalWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cancellations of what has ended since a workflow task began, with no worker in between. */
@Timeout(600)
class EmbeddedTemporalTest {
    private static final String NAMESPACE = "default";
    private static final TaskQueue QUEUE = TaskQueue.newBuilder().setName("q").build();

    private EmbeddedTemporal temporal;
    private WorkflowServiceStubs stubs;
    private WorkflowServiceBlockingStub service;
    private WorkflowExecution execution;

    @BeforeEach
    void startAWorkflow() {
        temporal = EmbeddedTemporal.start();
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.target())
                .setRpcTimeout(TemporalServer.RPC_TIMEOUT)
                .setRpcRetryOptions(TemporalServer.RPC_RETRIES)
                .build());
        service = stubs.blockingStub();
        String runId = service.startWorkflowExecution(StartWorkflowExecutionRequest.newBuilder()
                        .setRequestId(UUID.randomUUID().toString())
                        .setNamespace(NAMESPACE)
                        .setWorkflowId("w")
                        .setWorkflowType(WorkflowType.newBuilder().setName("T"))
                        .setTaskQueue(QUEUE)
                        .build())
                .getRunId();
        execution = WorkflowExecution.newBuilder()
                .setWorkflowId("w")
                .setRunId(runId)
                .build();
    }

    @AfterEach
    void stop() {
        stubs.shutdownNow();
        temporal.close();
    }

    private PollWorkflowTaskQueueResponse poll() {
        PollWorkflowTaskQueueResponse task;
        do {
            task = service.pollWorkflowTaskQueue(PollWorkflowTaskQueueRequest.newBuilder()
                    .setNamespace(NAMESPACE)
                    .setTaskQueue(QUEUE)
                    .build());
        } while (task.getTaskToken().isEmpty());
        return task;
    }

    private void answer(PollWorkflowTaskQueueResponse task, Command.Builder... commands) {
        RespondWorkflowTaskCompletedRequest.Builder request = RespondWorkflowTaskCompletedRequest.newBuilder()
                .setNamespace(NAMESPACE)
                .setTaskToken(task.getTaskToken());
        for (Command.Builder command : commands) {
            request.addCommands(command);
        }
        service.respondWorkflowTaskCompleted(request.build());
    }

    private void signal() {
        service.signalWorkflowExecution(SignalWorkflowExecutionRequest.newBuilder()
                .setNamespace(NAMESPACE)
                .setWorkflowExecution(execution)
                .setSignalName("s")
                .build());
    }

    private List<HistoryEvent> history() {
        return service.getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                        .setNamespace(NAMESPACE)
                        .setExecution(execution)
                        .build())
                .getHistory()
                .getEventsList();
    }

    private static Command.Builder startTimer(String id, long millis) {
        return Command.newBuilder()
                .setCommandType(CommandType.COMMAND_TYPE_START_TIMER)
                .setStartTimerCommandAttributes(StartTimerCommandAttributes.newBuilder()
                        .setTimerId(id)
                        .setStartToFireTimeout(Durations.fromMillis(millis)));
    }

    private static Command.Builder cancelTimer(String id) {
        return Command.newBuilder()
                .setCommandType(CommandType.COMMAND_TYPE_CANCEL_TIMER)
                .setCancelTimerCommandAttributes(
                        CancelTimerCommandAttributes.newBuilder().setTimerId(id));
    }

    private static Command.Builder end() {
        return Command.newBuilder()
                .setCommandType(CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION)
                .setCompleteWorkflowExecutionCommandAttributes(
                        CompleteWorkflowExecutionCommandAttributes.getDefaultInstance());
    }

    /** The answer is refused, the task failed, and the next one has the event and ends the workflow. */
    private void assertDoneAgain(PollWorkflowTaskQueueResponse task, Command.Builder cancels, EventType ended) {
        assertThatThrownBy(() -> answer(task, cancels)).hasMessageContaining("UnhandledCommand");
        PollWorkflowTaskQueueResponse again = poll();
        assertThat(again.getHistory().getEventsList())
                .extracting(HistoryEvent::getEventType)
                .contains(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, ended);
        assertThat(history())
                .filteredOn(HistoryEvent::hasWorkflowTaskFailedEventAttributes)
                .extracting(
                        event -> event.getWorkflowTaskFailedEventAttributes().getCause())
                .containsExactly(WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND);
        answer(again, end());
        assertThat(history().getLast().getEventType()).isEqualTo(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);
    }

    @Test
    void aTaskThatCancelsATimerWhichHasFiredIsDoneAgain() throws Exception {
        answer(poll(), startTimer("short", 300), startTimer("long", 600_000));
        signal();
        PollWorkflowTaskQueueResponse task = poll();
        // The timer fires while the task is under way, which nobody outside can see; many times as long as it takes.
        TimeUnit.SECONDS.sleep(8);
        assertDoneAgain(task, cancelTimer("short"), EventType.EVENT_TYPE_TIMER_FIRED);
    }

    @Test
    void aTimerThatRunsIsCancelled() {
        answer(poll(), startTimer("long", 600_000));
        signal();
        answer(poll(), cancelTimer("long"));
        assertThat(history().getLast().getEventType()).isEqualTo(EventType.EVENT_TYPE_TIMER_CANCELED);
        signal();
        answer(poll(), end());
    }

    @Test
    void aTaskThatCancelsAnActivityWhichHasEndedIsDoneAgain() {
        answer(
                poll(),
                Command.newBuilder()
                        .setCommandType(CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK)
                        .setScheduleActivityTaskCommandAttributes(ScheduleActivityTaskCommandAttributes.newBuilder()
                                .setActivityId("a")
                                .setActivityType(ActivityType.newBuilder().setName("A"))
                                .setTaskQueue(QUEUE)
                                .setScheduleToCloseTimeout(Durations.fromMinutes(10))));
        long scheduled = history().stream()
                .filter(HistoryEvent::hasActivityTaskScheduledEventAttributes)
                .findFirst()
                .orElseThrow()
                .getEventId();
        PollActivityTaskQueueResponse activity = service.pollActivityTaskQueue(PollActivityTaskQueueRequest.newBuilder()
                .setNamespace(NAMESPACE)
                .setTaskQueue(QUEUE)
                .build());
        signal();
        PollWorkflowTaskQueueResponse task = poll();
        service.respondActivityTaskCompleted(RespondActivityTaskCompletedRequest.newBuilder()
                .setNamespace(NAMESPACE)
                .setTaskToken(activity.getTaskToken())
                .build());
        assertDoneAgain(
                task,
                Command.newBuilder()
                        .setCommandType(CommandType.COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK)
                        .setRequestCancelActivityTaskCommandAttributes(
                                RequestCancelActivityTaskCommandAttributes.newBuilder()
                                        .setScheduledEventId(scheduled)),
                EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED);
    }
}
