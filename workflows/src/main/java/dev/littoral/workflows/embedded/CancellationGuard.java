package dev.littoral.workflows.embedded;

import com.google.protobuf.ByteString;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.temporal.api.command.v1.Command;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceImplBase;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.locks.Lock;

/**
 * A guard of the in-memory service against cancellations that come too late. It refuses the answer to a workflow task
 * that cancels a timer or an activity which has ended since the task began, and never gives that workflow another task
 * (github.com/temporalio/sdk-java, issues 2606 and 3088). Here such a task fails instead, and is done again with what
 * has ended.
 *
 * <p>What has ended is known to private fields of the service alone; they are locked until the answer is taken. They
 * are found by their names, so that a worker does not need the service.
 */
public final class CancellationGuard {
    private static final String PACKAGE = "io.temporal.internal.testservice.";

    private final WorkflowServiceImplBase service;
    private final Method parseToken;
    private final Method executionId;
    private final Method state;
    private final Field lock;
    private final Field timers;
    private final Field activities;

    /**
     * A guard.
     *
     * @param service Temporal's {@code TestWorkflowService}
     * @throws IllegalStateException when the service of this version has other fields
     */
    public CancellationGuard(WorkflowServiceImplBase service) {
        this.service = service;
        try {
            Class<?> token = Class.forName(PACKAGE + "WorkflowTaskToken");
            parseToken = accessible(token.getDeclaredMethod("fromBytes", ByteString.class));
            executionId = accessible(token.getDeclaredMethod("getExecutionId"));
            state = accessible(
                    service.getClass().getDeclaredMethod("getMutableState", Class.forName(PACKAGE + "ExecutionId")));
            Class<?> workflow = Class.forName(PACKAGE + "TestWorkflowMutableStateImpl");
            lock = accessible(workflow.getDeclaredField("lock"));
            timers = accessible(workflow.getDeclaredField("timers"));
            activities = accessible(workflow.getDeclaredField("activities"));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Temporal's in-memory service has changed", e);
        }
    }

    private static <T extends AccessibleObject> T accessible(T member) {
        member.setAccessible(true);
        return member;
    }

    /** The service with answers to workflow tasks guarded. */
    public ServerServiceDefinition guarded() {
        ServerServiceDefinition all = service.bindService();
        ServerServiceDefinition.Builder guarded = ServerServiceDefinition.builder(all.getServiceDescriptor());
        for (ServerMethodDefinition<?, ?> method : all.getMethods()) {
            if (method.getMethodDescriptor() != WorkflowServiceGrpc.getRespondWorkflowTaskCompletedMethod()) {
                guarded.addMethod(method);
            }
        }
        return guarded.addMethod(
                        WorkflowServiceGrpc.getRespondWorkflowTaskCompletedMethod(),
                        ServerCalls.asyncUnaryCall(this::complete))
                .build();
    }

    /** Gives the service the answer to a workflow task, or fails the task. */
    public void complete(
            RespondWorkflowTaskCompletedRequest request, StreamObserver<RespondWorkflowTaskCompletedResponse> answer) {
        if (request.getCommandsList().stream().noneMatch(CancellationGuard::cancels)) {
            service.respondWorkflowTaskCompleted(request, answer);
            return;
        }
        try {
            Object workflow =
                    state.invoke(service, executionId.invoke(parseToken.invoke(null, request.getTaskToken())));
            Lock held = (Lock) lock.get(workflow);
            held.lock();
            try {
                Map<?, ?> openTimers = (Map<?, ?>) timers.get(workflow);
                Map<?, ?> openActivities = (Map<?, ?>) activities.get(workflow);
                if (request.getCommandsList().stream()
                        .allMatch(command -> isOpen(command, openTimers, openActivities))) {
                    service.respondWorkflowTaskCompleted(request, answer);
                } else {
                    fail(request, answer);
                }
            } finally {
                held.unlock();
            }
        } catch (InvocationTargetException e) {
            // The workflow has ended.
            answer.onError(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("Temporal's in-memory service cannot be looked into", e);
        }
    }

    private static boolean cancels(Command command) {
        return command.hasCancelTimerCommandAttributes() || command.hasRequestCancelActivityTaskCommandAttributes();
    }

    /** Whether what a command cancels, if it does, has not ended. */
    private static boolean isOpen(Command command, Map<?, ?> timers, Map<?, ?> activities) {
        if (command.hasCancelTimerCommandAttributes()) {
            return timers.containsKey(command.getCancelTimerCommandAttributes().getTimerId());
        }
        return !command.hasRequestCancelActivityTaskCommandAttributes()
                || activities.containsKey(
                        command.getRequestCancelActivityTaskCommandAttributes().getScheduledEventId());
    }

    /** Fails the task as a server does which finds that something has ended. */
    private void fail(
            RespondWorkflowTaskCompletedRequest request, StreamObserver<RespondWorkflowTaskCompletedResponse> answer) {
        service.respondWorkflowTaskFailed(
                RespondWorkflowTaskFailedRequest.newBuilder()
                        .setNamespace(request.getNamespace())
                        .setTaskToken(request.getTaskToken())
                        .setIdentity(request.getIdentity())
                        .setCause(WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND)
                        .build(),
                new StreamObserver<>() {
                    @Override
                    public void onNext(RespondWorkflowTaskFailedResponse failed) {
                        answer.onError(new StatusRuntimeException(
                                Status.INVALID_ARGUMENT.withDescription("UnhandledCommand")));
                    }

                    @Override
                    public void onError(Throwable e) {
                        answer.onError(e);
                    }

                    @Override
                    public void onCompleted() {
                        // The answer is an error.
                    }
                });
    }
}
