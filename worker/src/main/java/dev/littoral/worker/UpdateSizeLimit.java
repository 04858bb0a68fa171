package dev.littoral.worker;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.PrintableText;
import dev.littoral.workflows.spec.SecretScanner;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.ReflectableMarshaller;
import io.temporal.api.common.v1.Header;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.protocol.v1.Message;
import io.temporal.api.update.v1.Input;
import io.temporal.api.update.v1.Request;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptorBase;
import io.temporal.failure.ApplicationFailure;

/**
 * Refuses workflow updates that are too large for the service to take back. The SDK repeats the whole request when it
 * accepts or rejects one, and the service ends the workflow where that is larger than a payload may be. So what is too
 * large is taken out of the request before the SDK sees it, and a mark is put in its place, on which the update is
 * rejected. A rejected update leaves nothing in the history, so there is nothing to replay. Safe for use by many
 * threads.
 */
final class UpdateSizeLimit extends WorkerInterceptorBase implements ClientInterceptor {
    /** Of one update. More than any source has as JSON, however it is spelt. */
    static final int MAX_BYTES = 1 << 19;

    /** Of all updates of one workflow task, which are answered in one message of at most 4 MiB. */
    static final int MAX_TASK_BYTES = 1 << 21;

    /** The header of an update that holds, in place of all else, how large it was. */
    private static final String TOO_LARGE = "littoral-too-large";

    /** The longest name of an update that is kept. No handler's is longer. */
    private static final int MAX_NAME = 100;

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onMessage(A answer) {
                                A filtered = answer;
                                if (answer instanceof PollWorkflowTaskQueueResponse task && isTooLarge(task)) {
                                    filtered = of(method, bounded(task));
                                } else if (answer instanceof RespondWorkflowTaskCompletedResponse completed
                                        && isTooLarge(completed.getWorkflowTask())) {
                                    filtered = of(
                                            method,
                                            completed.toBuilder()
                                                    .setWorkflowTask(bounded(completed.getWorkflowTask()))
                                                    .build());
                                }
                                super.onMessage(filtered);
                            }
                        },
                        headers);
            }
        };
    }

    private static <A> A of(MethodDescriptor<?, A> method, Object answer) {
        return ((ReflectableMarshaller<A>) method.getResponseMarshaller())
                .getMessageClass()
                .cast(answer);
    }

    private static boolean isTooLarge(PollWorkflowTaskQueueResponse task) {
        return task.getMessagesList().stream()
                        .mapToLong(Message::getSerializedSize)
                        .sum()
                > MAX_BYTES;
    }

    private static PollWorkflowTaskQueueResponse bounded(PollWorkflowTaskQueueResponse task) {
        PollWorkflowTaskQueueResponse.Builder bounded = task.toBuilder().clearMessages();
        int left = MAX_TASK_BYTES;
        for (Message message : task.getMessagesList()) {
            int size = message.getSerializedSize();
            boolean fits = size <= Math.min(left, MAX_BYTES);
            bounded.addMessages(fits ? message : withoutArguments(message));
            left -= fits ? size : 0;
        }
        return bounded.build();
    }

    private static Message withoutArguments(Message message) {
        if (!message.getBody().is(Request.class)) {
            return message;
        }
        Request request;
        try {
            request = message.getBody().unpack(Request.class);
        } catch (InvalidProtocolBufferException e) {
            // The SDK says so.
            return message;
        }
        String name = request.getInput().getName();
        ByteString size = ByteString.copyFromUtf8("" + message.getSerializedSize());
        Input input = Input.newBuilder()
                .setName(name.length() > MAX_NAME ? "" : name)
                .setHeader(Header.newBuilder()
                        .putFields(TOO_LARGE, Payload.newBuilder().setData(size).build()))
                .build();
        return message.toBuilder()
                .setBody(Any.pack(request.toBuilder().setInput(input).build()))
                .build();
    }

    @Override
    public WorkflowInboundCallsInterceptor interceptWorkflow(WorkflowInboundCallsInterceptor next) {
        return new WorkflowInboundCallsInterceptorBase(next) {
            @Override
            public void validateUpdate(UpdateInput input) {
                Payload size = input.getHeader().getValues().get(TOO_LARGE);
                if (size != null) {
                    throw refused(input.getUpdateName(), size.getData().toStringUtf8());
                }
                super.validateUpdate(input);
            }
        };
    }

    private static ApplicationFailure refused(String name, String size) {
        ApplicationFailure refusal = ApplicationFailure.newNonRetryableFailure(
                (name.isEmpty() ? "an update" : "update " + SecretScanner.quotedName(name)) + " has "
                        + PrintableText.value(size) + " bytes; expected at most " + MAX_BYTES
                        + ", and " + MAX_TASK_BYTES + " with those that are sent at the same time",
                FailureType.INPUT.name());
        refusal.setStackTrace(new StackTraceElement[0]);
        return refusal;
    }
}
