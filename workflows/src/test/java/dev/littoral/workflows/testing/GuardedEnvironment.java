package dev.littoral.workflows.testing;

import dev.littoral.workflows.embedded.CancellationGuard;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceImplBase;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;

/** Test environments of Temporal in memory, where answers to workflow tasks go through a {@link CancellationGuard}. */
public final class GuardedEnvironment implements ClientInterceptor {
    /** A query that comes while a run continues as new may be lost, and is then sent again. */
    private static final Duration QUERY_TRY = Duration.ofSeconds(2);

    private CancellationGuard guard;

    private GuardedEnvironment() {}

    /** An environment whose service loses no workflow. */
    public static TestWorkflowEnvironment newInstance(TestEnvironmentOptions.Builder options) {
        GuardedEnvironment interceptor = new GuardedEnvironment();
        TestWorkflowEnvironment environment = TestWorkflowEnvironment.newInstance(
                options.setWorkflowServiceStubsOptions(WorkflowServiceStubsOptions.newBuilder()
                                .setGrpcClientInterceptors(List.of(interceptor))
                                .setRpcTimeout(TemporalServer.RPC_TIMEOUT)
                                .setRpcQueryTimeout(QUERY_TRY)
                                .build())
                        .build());
        try {
            Field service = environment.getClass().getDeclaredField("service");
            service.setAccessible(true);
            interceptor.guard = new CancellationGuard((WorkflowServiceImplBase) service.get(environment));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Temporal's test environment has changed", e);
        }
        return environment;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        if (!method.getFullMethodName()
                .equals(WorkflowServiceGrpc.getRespondWorkflowTaskCompletedMethod()
                        .getFullMethodName())) {
            return next.newCall(method, options);
        }
        return new ClientCall<>() {
            private Listener<A> listener;
            private RespondWorkflowTaskCompletedRequest request;

            @Override
            public void start(Listener<A> answered, Metadata headers) {
                listener = answered;
            }

            @Override
            public void request(int messages) {
                // There is one answer.
            }

            @Override
            public void cancel(String message, Throwable cause) {
                // The answer comes at once.
            }

            @Override
            public void sendMessage(Q message) {
                request = (RespondWorkflowTaskCompletedRequest) message;
            }

            @Override
            public void halfClose() {
                guard.complete(request, answers(method, listener));
            }
        };
    }

    private static <A> StreamObserver<RespondWorkflowTaskCompletedResponse> answers(
            MethodDescriptor<?, A> method, ClientCall.Listener<A> listener) {
        return new StreamObserver<>() {
            @Override
            public void onNext(RespondWorkflowTaskCompletedResponse answer) {
                listener.onHeaders(new Metadata());
                listener.onMessage(method.getResponseMarshaller()
                        .parse(
                                WorkflowServiceGrpc.getRespondWorkflowTaskCompletedMethod()
                                        .getResponseMarshaller()
                                        .stream(answer)));
            }

            @Override
            public void onError(Throwable e) {
                Metadata trailers = Status.trailersFromThrowable(e);
                listener.onClose(Status.fromThrowable(e), trailers == null ? new Metadata() : trailers);
            }

            @Override
            public void onCompleted() {
                listener.onClose(Status.OK, new Metadata());
            }
        };
    }
}
