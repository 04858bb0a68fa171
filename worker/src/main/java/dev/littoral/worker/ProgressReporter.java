package dev.littoral.worker;

import dev.littoral.activities.steps.StepProgress;
import dev.littoral.workflows.MessageNames;
import dev.littoral.workflows.Policies;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RetryInfo;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.UpdateStep;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.WorkflowClient;
import io.temporal.common.interceptors.ActivityExecutionContextBase;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the progress and retries of updates in this worker to their collections, by a signal. For people: a signal
 * that is lost changes nothing. A short update reports nothing, and a long one less and less often, so that histories
 * stay short. Safe for use by many threads.
 */
final class ProgressReporter extends WorkerInterceptorBase {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressReporter.class);

    /** A shorter update has ended before anybody looks. */
    private static final Duration FIRST = Duration.ofSeconds(2);

    private static final Duration MOST = Duration.ofMinutes(2);

    /** Many parts of a step fail at the same moment, for the same reason. */
    private static final Duration MIN_RETRY_REPORT_INTERVAL = Duration.ofSeconds(1);

    /** Steps under way in this worker that are remembered. */
    private static final int MAX_STEPS = 1_000;

    private final Map<String, StepState> steps = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, StepState> eldest) {
            return size() > MAX_STEPS;
        }
    };

    /** A step of an update in this worker: what its activities have done, and when that is reported next. */
    private static final class StepState {
        private final Map<String, Long> done = new HashMap<>();
        private Duration wait = FIRST;
        private Instant next = Instant.now().plus(FIRST);
        private Instant nextRetryReport = Instant.MIN;
    }

    @Override
    public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
        return new ReportingInterceptor(next);
    }

    private final class ReportingInterceptor extends ActivityInboundCallsInterceptorBase {
        private ActivityExecutionContext context;
        private long of;

        ReportingInterceptor(ActivityInboundCallsInterceptor next) {
            super(next);
        }

        @Override
        public void init(ActivityExecutionContext activity) {
            context = activity;
            super.init(new ActivityExecutionContextBase(activity) {
                @Override
                public <V> void heartbeat(V details) {
                    if (details instanceof StepProgress progress) {
                        progress(context, progress, of);
                    }
                    super.heartbeat(details);
                }
            });
        }

        @Override
        public ActivityOutput execute(ActivityInput input) {
            of = input.getArguments().length > 0 && input.getArguments()[0] instanceof ShardsRequest request
                    ? request.files()
                    : 0;
            try {
                return super.execute(input);
            } catch (ApplicationFailure e) {
                // A local activity is retried within its workflow task, at once.
                if (FailureType.TRANSIENT.name().equals(e.getType())
                        && !context.getInfo().isLocal()) {
                    reportRetry(context, e);
                }
                throw e;
            }
        }
    }

    private void progress(ActivityExecutionContext context, StepProgress progress, long of) {
        ActivityInfo info = context.getInfo();
        long done;
        synchronized (steps) {
            StepState step = step(info);
            step.done.put(info.getActivityId(), progress.done());
            Instant now = Instant.now();
            if (now.isBefore(step.next)) {
                return;
            }
            step.wait = step.wait.multipliedBy(2).compareTo(MOST) > 0 ? MOST : step.wait.multipliedBy(2);
            step.next = now.plus(step.wait);
            done = step.done.values().stream().mapToLong(Long::longValue).sum();
        }
        String name = stepName(info);
        send(
                context,
                new ProgressSignal.Report(
                        update(info),
                        name,
                        worker(context),
                        done,
                        name.equals(UpdateStep.BALANCE.wireName()) ? 0 : of,
                        null));
    }

    private void reportRetry(ActivityExecutionContext context, ApplicationFailure failure) {
        ActivityInfo info = context.getInfo();
        Instant now = Instant.now();
        synchronized (steps) {
            StepState step = step(info);
            if (now.isBefore(step.nextRetryReport)) {
                return;
            }
            step.nextRetryReport = now.plus(MIN_RETRY_REPORT_INTERVAL);
        }
        RetryInfo retry = new RetryInfo(
                stepName(info),
                failure.getOriginalMessage(),
                info.getAttempt(),
                now,
                failure.isNonRetryable()
                        ? null
                        : Policies.nextTry(info.getAttempt()).map(now::plus).orElse(null));
        send(context, new ProgressSignal.Report(update(info), null, worker(context), 0, 0, retry));
    }

    private StepState step(ActivityInfo info) {
        return steps.computeIfAbsent(info.getWorkflowRunId() + "/" + info.getActivityType(), any -> new StepState());
    }

    private static String worker(ActivityExecutionContext context) {
        return context.getWorkflowClient().getOptions().getIdentity();
    }

    /** The step an activity is of: list, read, balance, commit, or another one's name. */
    private static String stepName(ActivityInfo info) {
        return UpdateStep.ofActivityType(info.getActivityType())
                .map(UpdateStep::wireName)
                .orElse(info.getActivityType());
    }

    private static String collection(ActivityInfo info) {
        return UpdateExternalCollectionWorkflow.collectionOf(info.getWorkflowId());
    }

    private static long update(ActivityInfo info) {
        return UpdateExternalCollectionWorkflow.numberOf(info.getWorkflowId());
    }

    /** On a thread of its own: the service may be away, and the work goes on. */
    private static void send(ActivityExecutionContext context, ProgressSignal.Report report) {
        WorkflowClient client = context.getWorkflowClient();
        String collectionId = collection(context.getInfo());
        Thread.ofVirtual().start(() -> {
            try {
                client.newUntypedWorkflowStub(collectionId)
                        .signal(MessageNames.PROGRESS_SIGNAL, ProgressSignal.of(report));
            } catch (RuntimeException e) {
                LOG.debug("Collection {} could not be told how far its update is", collectionId, e);
            }
        });
    }
}
