package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.testing.TemporalServer;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.ResetStickyTaskQueueRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A workflow task comes between a query's way to a worker and its answer, on the real Temporal server. */
class FreshQueriesTest {
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
        HeldQuery held = new HeldQuery();
        WorkflowServiceStubs service = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.target())
                .setGrpcClientInterceptors(List.of(held, new FreshQueries()))
                .build());
        WorkerFactory factory = WorkerFactory.newInstance(WorkflowClient.newInstance(
                service,
                WorkflowClientOptions.newBuilder().setNamespace(namespace).build()));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            factory.newWorker(QUEUE).registerWorkflowImplementationTypes(SumImpl.class);
            factory.start();
            WorkflowClient client = temporal.client(namespace);
            Sum sum = client.newWorkflowStub(
                    Sum.class, WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build());
            WorkflowClient.start(sum::run);
            assertThat(sum.sum()).isZero();

            // As after the death of the worker that had it in its cache.
            service.blockingStub()
                    .resetStickyTaskQueue(ResetStickyTaskQueueRequest.newBuilder()
                            .setNamespace(namespace)
                            .setExecution(WorkflowStub.fromTyped(sum).getExecution())
                            .build());
            held.next = true;
            Future<Integer> overtaken = threads.submit(sum::sum);
            held.isHeld.await();
            sum.add(1);
            awaitTasks(client, sum, 2);
            held.goesOn.countDown();
            assertThat(overtaken.get(10, TimeUnit.SECONDS)).isBetween(0, 1);

            assertThat(sum.sum()).isEqualTo(1);
            sum.add(2);
            awaitTasks(client, sum, 3);
            assertThat(sum.sum()).isEqualTo(3);
            assertThat(events(client, sum)).doesNotContain(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED);
            assertThat(held.events).as("what the worker got with the query").isGreaterThan(1);
        } finally {
            held.goesOn.countDown();
            factory.shutdownNow();
            factory.awaitTermination(10, TimeUnit.SECONDS);
            service.shutdownNow();
        }
    }

    private static void awaitTasks(WorkflowClient client, Sum sum, int completed) {
        Following.await(
                completed + " tasks",
                20,
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
}
