package dev.littoral.worker;

import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.UpdateReport;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.unsafe.WorkflowUnsafe;
import java.util.List;
import java.util.function.Consumer;

/** An interceptor that publishes the events of updates to {@link UpdateObserver}s such as the log and the metrics. */
final class UpdateEventInterceptor extends WorkerInterceptorBase {
    private final List<UpdateObserver> observers;

    UpdateEventInterceptor(List<UpdateObserver> observers) {
        this.observers = List.copyOf(observers);
    }

    @Override
    public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
        return new ActivityInboundCallsInterceptorBase(next) {
            @Override
            public ActivityOutput execute(ActivityInput input) {
                ActivityOutput output = super.execute(input);
                if (output.getResult() instanceof ReadOutcome.Read read) {
                    publishRows(read);
                } else if (output.getResult() instanceof ListingOutcome listing) {
                    if (listing.vanished() != null) {
                        publish(observer -> observer.rows(0, listing.vanished().rows()));
                    }
                    if (listing.prepared() != null) {
                        publishRows(listing.prepared().read());
                    }
                }
                return output;
            }
        };
    }

    @Override
    public WorkflowInboundCallsInterceptor interceptWorkflow(WorkflowInboundCallsInterceptor next) {
        return new WorkflowInboundCallsInterceptorBase(next) {
            @Override
            public WorkflowOutput execute(WorkflowInput input) {
                if (!Workflow.getInfo().getWorkflowType().equals(UpdateExternalCollectionWorkflow.TYPE)) {
                    return super.execute(input);
                }
                try {
                    WorkflowOutput output = super.execute(input);
                    if (output.getResult() instanceof UpdateReport report) {
                        publishOnce(observer -> observer.ended(report));
                    }
                    return output;
                } catch (ApplicationFailure e) {
                    if (e.getDetails().getSize() > 0) {
                        UpdateReport report = e.getDetails().get(UpdateReport.class);
                        publishOnce(observer -> observer.ended(report));
                    }
                    throw e;
                } catch (TemporalFailure e) {
                    publishOnce(UpdateObserver::stopped);
                    throw e;
                }
            }
        };
    }

    private void publishRows(ReadOutcome.Read read) {
        publish(observer -> observer.rows(read.addedRows(), read.removedRows()));
    }

    /** Publishes from a workflow, but not again when it is replayed. */
    private void publishOnce(Consumer<UpdateObserver> event) {
        if (!WorkflowUnsafe.isReplaying()) {
            publish(event);
        }
    }

    private void publish(Consumer<UpdateObserver> event) {
        observers.forEach(event);
    }
}
