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
 * Lets a worker answer a query from the history of the moment it answers in. The service sends a query that finds no worker with
 * the workflow in its cache along with all of the history, and the SDK keeps what it makes of it. When a workflow task comes
 * between, it keeps the workflow as it was before the task, and answers from it until the next one. So only the first event goes to
 * the SDK, and it asks for the others when the task is done. A task that is under way elsewhere is not part of it: it may be lost
 * and run again, and come to something else. Safe for use by many threads.
 */
final class QueryHistoryInterceptor implements ClientInterceptor {
    /** In front of a page's token: the page is a query's. The first page has no other token. */
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
                                A told = answer;
                                if (answer instanceof PollWorkflowTaskQueueResponse task && isWithHistory(task)) {
                                    told = of(method.getResponseMarshaller(), withFirstEvent(task));
                                } else if (isQuerys && answer instanceof GetWorkflowExecutionHistoryResponse page) {
                                    told = of(method.getResponseMarshaller(), ofQuery(page));
                                }
                                super.onMessage(told);
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

    /** The SDK passes over events that it had, so the first may come again. */
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

    /** Whether an event that is the last tells of a task that has not ended. */
    private static boolean isUnderWay(HistoryEvent event) {
        return event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
                || event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED;
    }

    private static <T> T of(Marshaller<T> marshaller, Object message) {
        return ((ReflectableMarshaller<T>) marshaller).getMessageClass().cast(message);
    }
}
