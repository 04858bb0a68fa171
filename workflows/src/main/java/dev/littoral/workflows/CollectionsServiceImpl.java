package dev.littoral.workflows;

import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionRequest;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.ServedAnswer;
import dev.littoral.workflows.spec.ParsedRequest;
import io.nexusrpc.handler.HandlerException;
import io.nexusrpc.handler.HandlerException.ErrorType;
import io.nexusrpc.handler.OperationHandler;
import io.nexusrpc.handler.OperationImpl;
import io.nexusrpc.handler.ServiceImpl;
import io.temporal.client.WorkflowOptions;
import io.temporal.nexus.Nexus;
import io.temporal.nexus.WorkflowRunOperation;
import java.util.function.Function;

/**
 * The handlers of the Nexus service: each operation starts a workflow on the worker's own task queue. What a request
 * says is checked before, so nothing that may be a secret gets into that workflow's history.
 */
@ServiceImpl(service = CollectionsService.class)
public final class CollectionsServiceImpl {
    /** Lists a source again. */
    @OperationImpl
    public OperationHandler<CollectionRequest, Job> refresh() {
        return WorkflowRunOperation.fromWorkflowMethod((context, details, request) -> stub(
                        RefreshCollectionWorkflow.class,
                        "refresh",
                        details.getRequestId(),
                        request,
                        ParsedRequest::refresh)::run);
    }

    /** Follows another source. */
    @OperationImpl
    public OperationHandler<CollectionRequest, ChangeAnswer> changeSource() {
        return WorkflowRunOperation.fromWorkflowMethod((context, details, request) -> stub(
                        ChangeCollectionSourceWorkflow.class,
                        "change",
                        details.getRequestId(),
                        request,
                        ParsedRequest::change)::run);
    }

    /** Waits until a version is served. */
    @OperationImpl
    public OperationHandler<CollectionRequest, ServedAnswer> awaitServed() {
        return WorkflowRunOperation.fromWorkflowMethod((context, details, request) ->
                stub(AwaitServedWorkflow.class, "served", details.getRequestId(), request, ParsedRequest::await)::run);
    }

    private static <T> T stub(
            Class<T> workflow,
            String what,
            String requestId,
            CollectionRequest request,
            Function<CollectionRequest, ParsedRequest> parser) {
        ParsedRequest parsed;
        try {
            parsed = parser.apply(request);
        } catch (InvalidRequestException e) {
            throw new HandlerException(ErrorType.BAD_REQUEST, e.getMessage(), e);
        }
        return Nexus.getOperationContext()
                .getWorkflowClient()
                .newWorkflowStub(
                        workflow,
                        WorkflowOptions.newBuilder()
                                // The same for every try of one operation.
                                .setWorkflowId(parsed.collectionId() + "/" + what + "-" + requestId)
                                .build());
    }
}
