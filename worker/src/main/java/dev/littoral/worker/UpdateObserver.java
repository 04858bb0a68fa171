package dev.littoral.worker;

import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.UpdateReport;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.unsafe.WorkflowUnsafe;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Lets the log say of which collection and update a line is, and log and metrics know how updates end. What a replay does again is
 * not told again.
 */
final class UpdateObserver extends WorkerInterceptorBase {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateObserver.class);

    private static final String COLLECTION = "collection";
    private static final String UPDATE = "update";

    private final Optional<WorkerMetrics> metrics;

    UpdateObserver(Optional<WorkerMetrics> metrics) {
        this.metrics = metrics;
    }

    private static void mark(String workflowId) {
        MDC.put(COLLECTION, UpdateExternalCollectionWorkflow.collectionOf(workflowId));
        long update = UpdateExternalCollectionWorkflow.numberOf(workflowId);
        if (update > 0) {
            MDC.put(UPDATE, Long.toString(update));
        } else {
            MDC.remove(UPDATE);
        }
    }

    private static void unmark() {
        MDC.remove(COLLECTION);
        MDC.remove(UPDATE);
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
                    ActivityOutput output = super.execute(input);
                    metrics.ifPresent(all -> count(all, output.getResult()));
                    return output;
                } finally {
                    unmark();
                }
            }
        };
    }

    private static void count(WorkerMetrics metrics, Object result) {
        if (result instanceof ReadOutcome.Read read) {
            metrics.rows(read.addedRows(), read.removedRows());
        } else if (result instanceof ListingOutcome listing && listing.vanished() != null) {
            metrics.rows(0, listing.vanished().rows());
        }
    }

    @Override
    public WorkflowInboundCallsInterceptor interceptWorkflow(WorkflowInboundCallsInterceptor next) {
        // The SDK clears the log's context when a workflow's thread ends.
        return new WorkflowInboundCallsInterceptorBase(next) {
            @Override
            public WorkflowOutput execute(WorkflowInput input) {
                mark(Workflow.getInfo().getWorkflowId());
                if (!Workflow.getInfo().getWorkflowType().equals(UpdateExternalCollectionWorkflow.TYPE)) {
                    return super.execute(input);
                }
                try {
                    WorkflowOutput output = super.execute(input);
                    if (output.getResult() instanceof UpdateReport report) {
                        ended(report);
                    }
                    return output;
                } catch (ApplicationFailure e) {
                    if (e.getDetails().getSize() > 0) {
                        ended(e.getDetails().get(UpdateReport.class));
                    }
                    throw e;
                } catch (TemporalFailure e) {
                    if (!WorkflowUnsafe.isReplaying()) {
                        LOG.info("Update was stopped by its collection");
                    }
                    throw e;
                }
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

    private void ended(UpdateReport report) {
        if (WorkflowUnsafe.isReplaying()) {
            return;
        }
        metrics.ifPresent(all -> all.ended(report));
        LOG.info(
                "Update ended {} at version {}: {} files listed, {} new, {} changed, {} removed, {} skipped; {} rows in {}"
                        + " segments; {}",
                report.outcome(),
                report.version(),
                report.files().listed(),
                report.files().added(),
                report.files().changed(),
                report.files().removed(),
                report.files().skipped(),
                report.rows(),
                report.segments().total(),
                report.reason());
    }
}
