package dev.littoral.worker;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.ReflectableMarshaller;
import io.temporal.api.history.v1.History;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;

/**
 * Lets a worker answer a query from the history of the moment it answers in. The service sends a query that finds no worker with
 * the workflow in its cache along with all of the history, and the SDK keeps what it makes of it. When a workflow task comes
 * between, it keeps the workflow as it was before the task, and answers from it until the next one. So only the first event goes to
 * the SDK, and it asks for the others when the task is done. Safe for use by many threads.
 */
final class FreshQueries implements ClientInterceptor {
    /** Stands for the page with the history's first event, which no real token does. */
    private static final ByteString FIRST_PAGE = ByteString.copyFromUtf8("littoral: the first page");

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void sendMessage(Q request) {
                super.sendMessage(
                        request instanceof GetWorkflowExecutionHistoryRequest page
                                ? of(method.getRequestMarshaller(), firstPage(page))
                                : request);
            }

            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onMessage(A answer) {
                                super.onMessage(
                                        answer instanceof PollWorkflowTaskQueueResponse task
                                                ? of(method.getResponseMarshaller(), withoutHistory(task))
                                                : answer);
                            }
                        },
                        headers);
            }
        };
    }

    private static PollWorkflowTaskQueueResponse withoutHistory(PollWorkflowTaskQueueResponse task) {
        History history = task.getHistory();
        boolean whole = history.getEventsCount() > 0 && history.getEvents(0).getEventId() == 1;
        return task.hasQuery() && whole
                ? task.toBuilder()
                        .setHistory(History.newBuilder().addEvents(history.getEvents(0)))
                        .setNextPageToken(FIRST_PAGE)
                        .build()
                : task;
    }

    /** The event that the SDK has it passes over. */
    private static GetWorkflowExecutionHistoryRequest firstPage(GetWorkflowExecutionHistoryRequest page) {
        return page.getNextPageToken().equals(FIRST_PAGE)
                ? page.toBuilder().clearNextPageToken().build()
                : page;
    }

    private static <T> T of(Marshaller<T> marshaller, Object message) {
        return ((ReflectableMarshaller<T>) marshaller).getMessageClass().cast(message);
    }
}
