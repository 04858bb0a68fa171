package dev.littoral.worker;

import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptorBase;
import io.temporal.workflow.Workflow;
import org.slf4j.MDC;

/** Puts the collection and the number of the update into the logging context (MDC) of workflows and activities. */
final class LogContextInterceptor extends WorkerInterceptorBase {
    private static final String COLLECTION = "collection";
    private static final String UPDATE = "update";

    private static void mark(String workflowId) {
        MDC.put(COLLECTION, UpdateExternalCollectionWorkflow.collectionOf(workflowId));
        long update = UpdateExternalCollectionWorkflow.numberOf(workflowId);
        if (update > 0) {
            MDC.put(UPDATE, Long.toString(update));
        } else {
            MDC.remove(UPDATE);
        }
    }

    @Override
    public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
        return new ActivityInboundCallsInterceptorBase(next) {
            private String workflowId;

            @Override
            public void init(ActivityExecutionContext context) {
                workflowId = context.getInfo().getWorkflowId();
                super.init(context);
            }

            @Override
            public ActivityOutput execute(ActivityInput input) {
                mark(workflowId);
                try {
                    return super.execute(input);
                } finally {
                    MDC.remove(COLLECTION);
                    MDC.remove(UPDATE);
                }
            }
        };
    }

    @Override
    public WorkflowInboundCallsInterceptor interceptWorkflow(WorkflowInboundCallsInterceptor next) {
        // The SDK clears the context when a workflow's thread ends.
        return new WorkflowInboundCallsInterceptorBase(next) {
            @Override
            public WorkflowOutput execute(WorkflowInput input) {
                mark(Workflow.getInfo().getWorkflowId());
                return super.execute(input);
            }

            @Override
            public void handleSignal(SignalInput input) {
                mark(Workflow.getInfo().getWorkflowId());
                super.handleSignal(input);
            }

            @Override
            public UpdateOutput executeUpdate(UpdateInput input) {
                mark(Workflow.getInfo().getWorkflowId());
                return super.executeUpdate(input);
            }
        };
    }
}
