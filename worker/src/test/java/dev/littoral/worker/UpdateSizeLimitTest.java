package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.littoral.activities.source.AllowList;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.ExternalCollectionWorkflowImpl;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.testing.TemporalServer;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.protocol.v1.Message;
import io.temporal.api.update.v1.Input;
import io.temporal.api.update.v1.Request;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.WorkflowReplayer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workflow updates of megabytes, to a real worker, by the real server. */
@Timeout(600)
class UpdateSizeLimitTest {
    /** A little less than the service takes. */
    private static final int MEGABYTES = 3_600_000;

    @TempDir
    private Path folder;

    @Test
    void aCollectionGoesOnAfterUpdatesThatAreTooLarge() throws Exception {
        Path lake = Files.createDirectories(folder.resolve("lake"));
        Files.write(lake.resolve("a.parquet"), Parquet.ofRows(10));
        TemporalServer temporal = TemporalServer.shared();
        try (TemporalConnection connection = TemporalConnection.to(temporal.target(), null);
                LittoralWorker worker = LittoralWorker.start(
                        connection.client(),
                        new WorkerSettings(
                                folder.resolve("catalog").toString(),
                                new AllowList(List.of("file://" + folder), List.of()),
                                ExternalCollectionWorkflow.TASK_QUEUE,
                                16))) {
            assertThat(worker.awaitPolling(Duration.ofMinutes(8))).isTrue();
            WorkflowClient client = temporal.client();
            ExternalCollectionWorkflow collection = client.newWorkflowStub(
                    ExternalCollectionWorkflow.class,
                    WorkflowOptions.newBuilder()
                            .setWorkflowId("sizes")
                            .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                            .build());
            WorkflowClient.start(
                    collection::run,
                    CollectionInput.of(
                            new ExternalSource("file://" + lake + "/", ExternalSpec.parquet()),
                            CollectionOptions.DEFAULTS),
                    null);
            WorkflowStub untyped = client.newUntypedWorkflowStub("sizes");
            try {
                for (String update : List.of("refresh", "changeSource", "no_such_update")) {
                    refused(untyped, update, "x".repeat(MEGABYTES));
                }
                refused(untyped, "x".repeat(MEGABYTES), "x");
                assertThat(collection.updateRefresh().update()).isPositive();

                // Each fits, and all that are answered by one workflow task do not.
                String fits = "x".repeat(UpdateSizeLimit.MAX_BYTES - 1_000);
                List<Future<?>> sent = new ArrayList<>();
                try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                    for (int i = 0; i < 10; i++) {
                        sent.add(threads.submit(() -> answeredOrRefused(untyped, fits)));
                    }
                }
                for (Future<?> each : sent) {
                    each.get();
                }

                assertThat(untyped.describe().getStatus())
                        .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
                WorkflowExecutionHistory history = client.fetchHistory("sizes");
                assertThat(history.getEvents())
                        .extracting(HistoryEvent::getEventType)
                        .doesNotContain(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED);
                WorkflowReplayer.replayWorkflowExecution(history, ExternalCollectionWorkflowImpl.class);
            } finally {
                untyped.terminate("the test is over");
            }
        }
    }

    /** What a client hears where the server answers so. */
    private static <R, T> T heard(MethodDescriptor<R, T> method, T answer) {
        FakeChannel server = new FakeChannel() {
            @Override
            <Q, A> void started(MethodDescriptor<Q, A> called, ClientCall.Listener<A> listener) {
                listener.onMessage(called.parseResponse(method.streamResponse(answer)));
            }
        };
        AtomicReference<T> heard = new AtomicReference<>();
        new UpdateSizeLimit()
                .interceptCall(method, CallOptions.DEFAULT, server)
                .start(
                        new ClientCall.Listener<>() {
                            @Override
                            public void onMessage(T message) {
                                heard.set(message);
                            }
                        },
                        new Metadata());
        return heard.get();
    }

    private static Message update(String id, int bytes) {
        Payload argument = Payload.newBuilder()
                .setData(ByteString.copyFrom(new byte[bytes]))
                .build();
        Request request = Request.newBuilder()
                .setInput(Input.newBuilder()
                        .setName("refresh")
                        .setArgs(Payloads.newBuilder().addPayloads(argument)))
                .build();
        return Message.newBuilder().setId(id).setBody(Any.pack(request)).build();
    }

    /** A task comes as an answer to a poll, or to the completion of the one before it. */
    @Test
    void whatIsTooLargeIsTakenOutOfATaskHoweverItComes() throws Exception {
        Message large = update("large", 600_000);
        Message small = update("small", 1_000);
        PollWorkflowTaskQueueResponse task = PollWorkflowTaskQueueResponse.newBuilder()
                .addMessages(large)
                .addMessages(small)
                .build();
        for (PollWorkflowTaskQueueResponse heard : List.of(
                heard(WorkflowServiceGrpc.getPollWorkflowTaskQueueMethod(), task),
                heard(
                                WorkflowServiceGrpc.getRespondWorkflowTaskCompletedMethod(),
                                RespondWorkflowTaskCompletedResponse.newBuilder()
                                        .setWorkflowTask(task)
                                        .build())
                        .getWorkflowTask())) {
            assertThat(heard.getMessagesList()).hasSize(2).element(1).isEqualTo(small);
            assertThat(heard.getMessages(0).getId()).isEqualTo("large");
            Input input = heard.getMessages(0).getBody().unpack(Request.class).getInput();
            assertThat(input.getName()).isEqualTo("refresh");
            assertThat(input.hasArgs()).isFalse();
            assertThat(input.getHeader()
                            .getFieldsOrThrow("littoral-too-large")
                            .getData()
                            .toStringUtf8())
                    .isEqualTo("" + large.getSerializedSize());
        }
    }

    private static void answeredOrRefused(WorkflowStub collection, String argument) {
        try {
            collection.update("refresh", ChangeAnswer.class, argument);
        } catch (WorkflowUpdateException e) {
            isRefusal(e);
        }
    }

    private static void refused(WorkflowStub collection, String update, String argument) {
        assertThatThrownBy(() -> collection.update(update, ChangeAnswer.class, argument))
                .isInstanceOfSatisfying(WorkflowUpdateException.class, UpdateSizeLimitTest::isRefusal);
    }

    private static void isRefusal(WorkflowUpdateException refused) {
        assertThat(refused.getCause()).isInstanceOfSatisfying(ApplicationFailure.class, refusal -> {
            assertThat(refusal.getType()).isEqualTo("INPUT");
            assertThat(refusal.isNonRetryable()).isTrue();
            assertThat(refusal.getOriginalMessage())
                    .matches("(update \"\\w+\"|an update) has \\d+ bytes; expected at most 524288,"
                            + " and 2097152 with those that are sent at the same time");
        });
    }
}
