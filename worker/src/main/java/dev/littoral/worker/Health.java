package dev.littoral.worker;

import dev.littoral.activities.failure.ProcessFailures;
import dev.littoral.workflows.model.FailureType;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The health of this process: whether it can work. It can while it has not run out of memory, its classes can be
 * loaded, and it polls Temporal for work, whether Temporal answers or not. A failure is remembered, as only a restart
 * repairs it. Safe for use by many threads.
 */
public final class Health implements ClientInterceptor {
    /** How long a worker may be without a poll. The SDK polls again at the latest a minute after it could not. */
    static final Duration MAX_SILENCE = Duration.ofMinutes(5);

    private static final MethodDescriptor<?, ?> POLL = WorkflowServiceGrpc.getPollWorkflowTaskQueueMethod();

    private final LongSupplier nanos;

    private volatile String failure;

    private boolean polls;
    private int pollsUnderWay;
    private long lastPoll;

    public Health() {
        this(System::nanoTime);
    }

    Health(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Remembers a failure if it is one of the process. */
    public void saw(Throwable seen) {
        ProcessFailures.in(seen).ifPresent(sentence -> failure = sentence);
    }

    /** Sets whether the process is expected to poll from now on. */
    synchronized void expectPolls(boolean expected) {
        polls = expected;
        lastPoll = nanos.getAsLong();
    }

    /** Why the process cannot work, in a sentence, or empty where it can. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure).or(this::silence);
    }

    private synchronized Optional<String> silence() {
        return polls && pollsUnderWay == 0 && nanos.getAsLong() - lastPoll > MAX_SILENCE.toNanos()
                ? Optional.of("the worker has not asked Temporal for work for " + MAX_SILENCE.toMinutes() + " minutes")
                : Optional.empty();
    }

    private synchronized void poll(int change) {
        pollsUnderWay += change;
        lastPoll = nanos.getAsLong();
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        int polling = method.getFullMethodName().equals(POLL.getFullMethodName()) ? 1 : 0;
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                if (polling > 0) {
                    poll(1);
                }
                super.start(
                        new SimpleForwardingClientCallListener<>(listener) {
                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                if (polling > 0) {
                                    poll(-1);
                                }
                                // A channel that failed itself fails every call from then on, with that as the cause.
                                saw(status.getCause());
                                super.onClose(status, trailers);
                            }
                        },
                        headers);
            }
        };
    }

    /** Observes failures of workflows and activities. Another worker, or this one after a restart, retries them. */
    WorkerInterceptor watch() {
        return new WorkerInterceptorBase() {
            @Override
            public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
                return new ActivityInboundCallsInterceptorBase(next) {
                    @Override
                    public ActivityOutput execute(ActivityInput input) {
                        try {
                            return super.execute(input);
                        } catch (Error e) {
                            saw(e);
                            throw ProcessFailures.in(e)
                                    .<RuntimeException>map(Health::transientFailure)
                                    .orElseThrow(() -> e);
                        }
                    }
                };
            }

            @Override
            public WorkflowInboundCallsInterceptor interceptWorkflow(WorkflowInboundCallsInterceptor next) {
                return new WorkflowInboundCallsInterceptorBase(next) {
                    @Override
                    public WorkflowOutput execute(WorkflowInput input) {
                        try {
                            return super.execute(input);
                        } catch (Error e) {
                            saw(e);
                            throw e;
                        }
                    }
                };
            }
        };
    }

    private static ApplicationFailure transientFailure(String sentence) {
        ApplicationFailure failure = ApplicationFailure.newFailure(sentence, FailureType.TRANSIENT.name());
        failure.setStackTrace(new StackTraceElement[0]);
        return failure;
    }
}
