package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.littoral.workflows.testing.TemporalServer;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.ResetStickyTaskQueueRequest;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A workflow task comes between a query's way to a worker and its answer. */
class QueryHistoryInterceptorTest {
    // ------------------------------------------------------------------ on the real Temporal server

    private static final String QUEUE = "fresh-queries";

    @WorkflowInterface
    public interface Sum {
        @WorkflowMethod
        void run();

        @SignalMethod
        void add(int more);

        @QueryMethod
        int sum();
    }

    public static final class SumImpl implements Sum {
        private int sum;

        @Override
        public void run() {
            Workflow.await(() -> sum > 100);
        }

        @Override
        public void add(int more) {
            sum += more;
        }

        @Override
        public int sum() {
            return sum;
        }
    }

    @Test
    void aQueryThatATaskOvertookDoesNotLeaveTheWorkflowAsItWas() throws Exception {
        TemporalServer temporal = TemporalServer.shared();
        String namespace = temporal.newNamespace();
        WorkflowClient client = temporal.client(namespace);
        HeldQuery held = new HeldQuery();
        WorkflowServiceStubs service = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.target())
                .setRpcTimeout(TemporalServer.RPC_TIMEOUT)
                .setRpcRetryOptions(TemporalServer.RPC_RETRIES)
                .setGrpcClientInterceptors(List.of(held, new QueryHistoryInterceptor()))
                .build());
        WorkerFactory factory = WorkerFactory.newInstance(WorkflowClient.newInstance(
                service,
                WorkflowClientOptions.newBuilder().setNamespace(namespace).build()));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            factory.newWorker(
                            QUEUE,
                            WorkerOptions.newBuilder()
                                    .setDefaultDeadlockDetectionTimeout(60_000)
                                    .build())
                    .registerWorkflowImplementationTypes(SumImpl.class);
            factory.start();
            Sum sum = client.newWorkflowStub(
                    Sum.class, WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build());
            WorkflowClient.start(sum::run);
            awaitTasks(client, sum, 1);

            // As after the death of the worker that had it in its cache.
            service.blockingStub()
                    .resetStickyTaskQueue(ResetStickyTaskQueueRequest.newBuilder()
                            .setNamespace(namespace)
                            .setExecution(WorkflowStub.fromTyped(sum).getExecution())
                            .build());
            held.next = true;
            Future<Integer> overtaken = threads.submit(sum::sum);
            held.isHeld.await();
            assertThat(held.events).as("what comes with the query").isGreaterThan(1);
            sum.add(1);
            // Once in a while the service gives no task away until it gives the query up, after ten seconds.
            awaitTasks(client, sum, 2);
            held.goesOn.countDown();
            assertThat(overtaken.get()).isBetween(0, 1);

            assertThat(sum.sum()).isEqualTo(1);
            sum.add(2);
            awaitTasks(client, sum, 3);
            assertThat(sum.sum()).isEqualTo(3);
            assertThat(events(client, sum)).doesNotContain(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED);
        } finally {
            held.goesOn.countDown();
            factory.shutdownNow();
            factory.awaitTermination(8, TimeUnit.MINUTES);
            service.shutdownNow();
        }
    }

    private static void awaitTasks(WorkflowClient client, Sum sum, int completed) {
        Following.await(
                completed + " tasks",
                60,
                () -> events(client, sum).stream()
                                .filter(type -> type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
                                .count()
                        == completed);
    }

    private static List<EventType> events(WorkflowClient client, Sum sum) {
        List<EventType> types = new ArrayList<>();
        for (HistoryEvent event : client.fetchHistory(
                        WorkflowStub.fromTyped(sum).getExecution().getWorkflowId())
                .getEvents()) {
            types.add(event.getEventType());
        }
        return types;
    }

    /** Holds back a query on its way to the worker. */
    private static final class HeldQuery implements ClientInterceptor {
        private final CountDownLatch isHeld = new CountDownLatch(1);
        private final CountDownLatch goesOn = new CountDownLatch(1);
        private volatile boolean next;
        private volatile int events;

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel to) {
            return new SimpleForwardingClientCall<>(to.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    super.start(
                            new SimpleForwardingClientCallListener<>(listener) {
                                @Override
                                public void onMessage(A answer) {
                                    if (next
                                            && answer instanceof PollWorkflowTaskQueueResponse task
                                            && task.hasQuery()) {
                                        next = false;
                                        hold(task);
                                    }
                                    super.onMessage(answer);
                                }
                            },
                            headers);
                }
            };
        }

        private void hold(PollWorkflowTaskQueueResponse query) {
            events = query.getHistory().getEventsCount();
            isHeld.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ------------------------------------------------------------------ what the SDK gets

    /** Workflow started; a task scheduled, started, completed; a signal; a task scheduled, started. */
    private static final List<HistoryEvent> EVENTS = List.of(
            event(1, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED),
            event(2, EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED),
            event(3, EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED),
            event(4, EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED),
            event(5, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED),
            event(6, EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED),
            event(7, EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED));

    private static final PollWorkflowTaskQueueResponse QUERY = PollWorkflowTaskQueueResponse.newBuilder()
            .setQuery(WorkflowQuery.newBuilder().setQueryType("sum"))
            .setHistory(history(0, 4))
            .build();

    private static HistoryEvent event(long id, EventType type) {
        return HistoryEvent.newBuilder().setEventId(id).setEventType(type).build();
    }

    private static History history(int from, int to) {
        return History.newBuilder().addAllEvents(EVENTS.subList(from, to)).build();
    }

    @Test
    void aQuerysHistoryIsAskedForLaterAndEndsBeforeATaskThatIsUnderWay() {
        try (Pages service = new Pages(QUERY, 7)) {
            assertThat(service.historyOfTask()).containsExactly(1L, 1L, 2L, 3L, 4L, 5L);
        }
    }

    @Test
    void aQuerysHistoryMayHavePages() {
        for (int page = 1; page < 7; page++) {
            try (Pages service = new Pages(QUERY, page)) {
                // That a task waits is no harm: nothing runs for it.
                assertThat(service.historyOfTask())
                        .as("pages of " + page)
                        .startsWith(1L, 1L, 2L, 3L, 4L, 5L)
                        .doesNotContain(7L);
            }
        }
    }

    @Test
    void aTaskKeepsItsHistory() {
        PollWorkflowTaskQueueResponse task = PollWorkflowTaskQueueResponse.newBuilder()
                .setHistory(history(0, 3))
                .setNextPageToken(ByteString.copyFromUtf8("3"))
                .build();
        try (Pages service = new Pages(task, 2)) {
            assertThat(service.historyOfTask()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        }
    }

    @Test
    void aQueryOfAWorkflowInTheCacheStaysAsItIs() {
        for (History rest : List.of(History.getDefaultInstance(), history(4, 5))) {
            PollWorkflowTaskQueueResponse query =
                    QUERY.toBuilder().setHistory(rest).build();
            try (Pages service = new Pages(query, 2)) {
                assertThat(service.poll()).isEqualTo(query);
            }
        }
    }

    /** A service with one task, whose history has pages of some length; a token is the number of events before. */
    private static final class Pages extends WorkflowServiceGrpc.WorkflowServiceImplBase implements AutoCloseable {
        private final PollWorkflowTaskQueueResponse task;
        private final int page;
        private final Server server;
        private final ManagedChannel channel;
        private final WorkflowServiceBlockingStub stub;

        Pages(PollWorkflowTaskQueueResponse task, int page) {
            this.task = task;
            this.page = page;
            String name = InProcessServerBuilder.generateName();
            try {
                server = InProcessServerBuilder.forName(name)
                        .addService(this)
                        .build()
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            channel = InProcessChannelBuilder.forName(name).build();
            stub = WorkflowServiceGrpc.newBlockingStub(channel).withInterceptors(new QueryHistoryInterceptor());
        }

        PollWorkflowTaskQueueResponse poll() {
            return stub.pollWorkflowTaskQueue(PollWorkflowTaskQueueRequest.getDefaultInstance());
        }

        /** The numbers of the events that the SDK comes to see. */
        List<Long> historyOfTask() {
            List<Long> ids = new ArrayList<>();
            PollWorkflowTaskQueueResponse polled = poll();
            polled.getHistory().getEventsList().forEach(event -> ids.add(event.getEventId()));
            ByteString token = polled.getNextPageToken();
            while (!token.isEmpty()) {
                GetWorkflowExecutionHistoryResponse next =
                        stub.getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                                .setNextPageToken(token)
                                .build());
                next.getHistory().getEventsList().forEach(event -> ids.add(event.getEventId()));
                token = next.getNextPageToken();
            }
            return ids;
        }

        @Override
        public void pollWorkflowTaskQueue(
                PollWorkflowTaskQueueRequest request, StreamObserver<PollWorkflowTaskQueueResponse> observer) {
            observer.onNext(task);
            observer.onCompleted();
        }

        @Override
        public void getWorkflowExecutionHistory(
                GetWorkflowExecutionHistoryRequest request,
                StreamObserver<GetWorkflowExecutionHistoryResponse> observer) {
            String token = request.getNextPageToken().toStringUtf8();
            int from = token.isEmpty() ? 0 : Integer.parseInt(token);
            int to = Math.min(EVENTS.size(), from + page);
            observer.onNext(GetWorkflowExecutionHistoryResponse.newBuilder()
                    .setHistory(history(from, to))
                    .setNextPageToken(ByteString.copyFromUtf8(to < EVENTS.size() ? "" + to : ""))
                    .build());
            observer.onCompleted();
        }

        @Override
        public void close() {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }
}
