package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor.ActivityInput;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor.ActivityOutput;
import io.temporal.common.interceptors.Header;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptor.WorkflowInput;
import io.temporal.common.interceptors.WorkflowInboundCallsInterceptorBase;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final AtomicLong now = new AtomicLong();

    private final Health health = new Health(now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** A channel that never answers by itself, and the listener of the call that was started on it last. */
    private static final class Silent extends FakeChannel {
        private ClientCall.Listener<?> listener;

        @Override
        <Q, A> void started(MethodDescriptor<Q, A> method, ClientCall.Listener<A> answers) {
            listener = answers;
        }
    }

    private <Q, A> Silent call(MethodDescriptor<Q, A> method) {
        Silent channel = new Silent();
        health.interceptCall(method, CallOptions.DEFAULT, channel)
                .start(new ClientCall.Listener<>() {}, new Metadata());
        return channel;
    }

    private void execute(Throwable failure) {
        health.watch()
                .interceptActivity(new ActivityInboundCallsInterceptor() {
                    @Override
                    public void init(io.temporal.activity.ActivityExecutionContext context) {}

                    @Override
                    public ActivityOutput execute(ActivityInput input) {
                        if (failure instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) failure;
                    }
                })
                .execute(new ActivityInput(Header.empty(), new Object[0]));
    }

    @Test
    void memoryThatRanOutIsRememberedAndTriedElsewhere() {
        assertThat(health.failure()).isEmpty();
        assertThatThrownBy(() -> execute(new OutOfMemoryError("Java heap space")))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("TRANSIENT");
                    assertThat(failure.isNonRetryable()).isFalse();
                    assertThat(failure.getOriginalMessage()).startsWith("the worker ran out of memory");
                });
        assertThat(health.failure()).hasValueSatisfying(why -> assertThat(why).contains("out of memory", "expected "));
    }

    /** The task fails, and another worker has the next try. */
    @Test
    void memoryThatRanOutInAWorkflowIsRemembered() {
        OutOfMemoryError failure = new OutOfMemoryError("Java heap space");
        WorkflowInboundCallsInterceptor workflow = health.watch()
                .interceptWorkflow(new WorkflowInboundCallsInterceptorBase(null) {
                    @Override
                    public WorkflowOutput execute(WorkflowInput input) {
                        throw failure;
                    }
                });
        assertThatThrownBy(() -> workflow.execute(new WorkflowInput(Header.empty(), new Object[0])))
                .isSameAs(failure);
        assertThat(health.failure()).hasValueSatisfying(why -> assertThat(why).contains("out of memory"));
    }

    @Test
    void classesThatCannotBeLoadedAreRemembered() {
        assertThatThrownBy(() -> execute(new NoClassDefFoundError("dev/littoral/Gone")))
                .isInstanceOf(ApplicationFailure.class);
        assertThat(health.failure()).hasValueSatisfying(why -> assertThat(why).contains("NoClassDefFoundError"));
    }

    @Test
    void whatFailsOtherwiseLeavesTheProcessWell() {
        for (Throwable failure :
                new Throwable[] {new StackOverflowError(), new AssertionError("test"), new IllegalStateException("test")
                }) {
            assertThatThrownBy(() -> execute(failure)).isSameAs(failure);
        }
        assertThat(health.failure()).isEmpty();
    }

    @Test
    void aWorkerThatAsksForNoWorkIsNotWell() {
        pass(Health.MAX_SILENCE.multipliedBy(2));
        assertThat(health.failure()).as("it is not expected to ask").isEmpty();
        health.expectPolls(true);
        pass(Health.MAX_SILENCE);
        assertThat(health.failure()).isEmpty();
        Silent poll = call(WorkflowServiceGrpc.getPollWorkflowTaskQueueMethod());
        pass(Health.MAX_SILENCE.multipliedBy(2));
        assertThat(health.failure()).as("a question is under way").isEmpty();
        poll.listener.onClose(Status.UNAVAILABLE, new Metadata());
        pass(Health.MAX_SILENCE);
        assertThat(health.failure()).as("a service that is away is asked again").isEmpty();
        call(WorkflowServiceGrpc.getDescribeNamespaceMethod());
        pass(Duration.ofSeconds(1));
        assertThat(health.failure())
                .hasValueSatisfying(why -> assertThat(why).contains("has not asked Temporal for work"));
        health.expectPolls(false);
        assertThat(health.failure()).as("it drains").isEmpty();
    }

    @Test
    void aConnectionThatRanOutOfMemoryIsRemembered() {
        call(WorkflowServiceGrpc.getDescribeNamespaceMethod())
                .listener
                .onClose(
                        Status.INTERNAL.withDescription("Panic!").withCause(new OutOfMemoryError("test")),
                        new Metadata());
        assertThat(health.failure()).hasValueSatisfying(why -> assertThat(why).contains("out of memory"));
    }
}
