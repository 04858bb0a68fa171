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
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;

/**
 * A gRPC interceptor that makes the SDK refetch the history of a query, so that a query never leaves a stale workflow
 * in the worker's cache. It works around a behaviour of the Temporal Java SDK, seen in 1.38.0: the service sends a
 * query that finds no worker with the workflow in its cache together with the history so far; the SDK runs the tasks of
 * a run one after another, but replays the query from the history it came with and caches the result. A workflow task
 * that ran in between is then missing from the cache, and queries are answered without it until the next task. So only
 * the first event is passed to the SDK, which fetches the others when it replays. A task that is under way elsewhere is
 * left out: it may be lost, run again, and decide otherwise. Safe for use by many threads.
 *
 * <p>It can go when {@code aQueryThatATaskOvertookDoesNotLeaveTheWorkflowAsItWas} of its test passes without it.
 */
final class QueryHistoryInterceptor implements ClientInterceptor {
    /** The prefix of a page's token that marks the page as a query's. The first page has no other token. */
    private static final ByteString QUERY = ByteString.copyFromUtf8("littoral query ");

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            /** Set before any answer comes. */
            private volatile boolean isQuerys;

            @Override
            public void sendMessage(Q request) {
                Q sent = request;
                if (request instanceof GetWorkflowExecutionHistoryRequest page
                        && page.getNextPageToken().startsWith(QUERY)) {
                    isQuerys = true;
                    ByteString token = page.getNextPageToken().substring(QUERY.size());
                    sent = of(
                            method.getRequestMarshaller(),
                            page.toBuilder().setNextPageToken(token).build());
                }
                super.sendMessage(sent);
            }

            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onMessage(A answer) {
                                A filtered = answer;
                                if (answer instanceof PollWorkflowTaskQueueResponse task && isWithHistory(task)) {
                                    filtered = of(method.getResponseMarshaller(), withFirstEvent(task));
                                } else if (isQuerys && answer instanceof GetWorkflowExecutionHistoryResponse page) {
                                    filtered = of(method.getResponseMarshaller(), ofQuery(page));
                                }
                                super.onMessage(filtered);
                            }
                        },
                        headers);
            }
        };
    }

    private static boolean isWithHistory(PollWorkflowTaskQueueResponse task) {
        return task.hasQuery()
                && task.getHistory().getEventsCount() > 0
                && task.getHistory().getEvents(0).getEventId() == 1;
    }

    /** The SDK skips events that it has, so the first may come again. */
    private static PollWorkflowTaskQueueResponse withFirstEvent(PollWorkflowTaskQueueResponse task) {
        return task.toBuilder()
                .setHistory(History.newBuilder().addEvents(task.getHistory().getEvents(0)))
                .setNextPageToken(QUERY)
                .build();
    }

    private static GetWorkflowExecutionHistoryResponse ofQuery(GetWorkflowExecutionHistoryResponse page) {
        if (!page.getNextPageToken().isEmpty()) {
            return page.toBuilder()
                    .setNextPageToken(QUERY.concat(page.getNextPageToken()))
                    .build();
        }
        int events = page.getHistory().getEventsCount();
        while (events > 0 && isUnderWay(page.getHistory().getEvents(events - 1))) {
            events--;
        }
        History done = History.newBuilder()
                .addAllEvents(page.getHistory().getEventsList().subList(0, events))
                .build();
        return page.toBuilder().setHistory(done).build();
    }

    /** Whether a last event belongs to a task that has not ended. */
    private static boolean isUnderWay(HistoryEvent event) {
        return event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
                || event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED;
    }

    private static <T> T of(Marshaller<T> marshaller, Object message) {
        return ((ReflectableMarshaller<T>) marshaller).getMessageClass().cast(message);
    }
}
