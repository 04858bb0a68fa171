package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.steps.StepProgress;
import dev.littoral.workflows.MessageNames;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.ProgressSignal;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.Header;
import io.temporal.failure.ApplicationFailure;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many signals the progress and the retries of an update cost its collection. */
@Timeout(600)
class ProgressReporterTest {
    private static final int TIMES = 1_000;

    private final ProgressReporter reporter = new ProgressReporter();

    /** What the collection is told. */
    private final List<ProgressSignal> signals = new CopyOnWriteArrayList<>();

    /** An interface whose methods answer what is named here. */
    private static <T> T fake(Class<T> type, Map<String, Object> answers) {
        Class<?>[] types = {type};
        Object fake = Proxy.newProxyInstance(type.getClassLoader(), types, (proxy, method, arguments) -> {
            Object answer = answers.get(method.getName());
            if (answer == null && method.getReturnType() != void.class) {
                throw new UnsupportedOperationException(method.toString());
            }
            return answer;
        });
        return type.cast(fake);
    }

    private WorkflowClient client() {
        Class<?>[] types = {WorkflowStub.class};
        WorkflowStub collection = (WorkflowStub) Proxy.newProxyInstance(
                WorkflowStub.class.getClassLoader(), types, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("signal");
                    assertThat(arguments[0]).isEqualTo(MessageNames.PROGRESS_SIGNAL);
                    signals.add((ProgressSignal) ((Object[]) arguments[1])[0]);
                    return null;
                });
        return fake(
                WorkflowClient.class,
                Map.of(
                        "newUntypedWorkflowStub",
                        collection,
                        "getOptions",
                        WorkflowClientOptions.newBuilder()
                                .setIdentity("worker-1")
                                .validateAndBuildWithDefaults()));
    }

    private ActivityExecutionContext context(String type, boolean local) {
        ActivityInfo info = fake(
                ActivityInfo.class,
                Map.of(
                        "getWorkflowId",
                        "orders/update-1",
                        "getWorkflowRunId",
                        "run",
                        "getActivityId",
                        "1",
                        "getActivityType",
                        type,
                        "getAttempt",
                        1,
                        "isLocal",
                        local));
        return fake(ActivityExecutionContext.class, Map.of("getInfo", info, "getWorkflowClient", client()));
    }

    private interface Work {
        void of(ActivityExecutionContext context);
    }

    private void run(String type, boolean local, Work work) {
        ActivityInboundCallsInterceptor activity = reporter.interceptActivity(new ActivityInboundCallsInterceptor() {
            private ActivityExecutionContext context;

            @Override
            public void init(ActivityExecutionContext wrapped) {
                context = wrapped;
            }

            @Override
            public ActivityOutput execute(ActivityInput input) {
                work.of(context);
                return new ActivityOutput(null);
            }
        });
        activity.init(context(type, local));
        activity.execute(new ActivityInboundCallsInterceptor.ActivityInput(Header.empty(), new Object[0]));
    }

    private void fail(String type, boolean local) {
        assertThatThrownBy(() -> run(type, local, context -> {
                    throw ApplicationFailure.newFailure("the store is away", FailureType.TRANSIENT.name());
                }))
                .isInstanceOf(ApplicationFailure.class);
    }

    /** Signals are sent on threads of their own: one of another step, sent after the others, has come. */
    private void awaitSignals() throws InterruptedException {
        fail("CommitSnapshot", false);
        awaitSignal("commit");
    }

    private void awaitSignal(String step) throws InterruptedException {
        while (of(step).isEmpty()) {
            Thread.sleep(10);
        }
    }

    private List<ProgressSignal> of(String step) {
        return signals.stream()
                .filter(signal -> signal.json().toString().contains("\"" + step + "\""))
                .toList();
    }

    @Test
    void aStepThatHeartbeatsOftenIsReportedSeldom() throws InterruptedException {
        Instant start = Instant.now();
        StepProgress progress = () -> 7;
        run("ReadFragments", false, context -> {
            int heartbeats = 0;
            while (of("read").isEmpty() || heartbeats < TIMES) {
                context.heartbeat(progress);
                heartbeats++;
                LockSupport.parkNanos(100_000);
            }
        });
        assertThat(Duration.between(start, Instant.now())).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        awaitSignals();
        assertThat(of("read")).hasSizeBetween(1, 10);
    }

    @Test
    void ofManyPartsThatFailAtOnceOneIsReported() throws InterruptedException {
        Instant start = Instant.now();
        for (int i = 0; i < TIMES; i++) {
            fail("ReadFragments", false);
        }
        long seconds = Duration.between(start, Instant.now()).toSeconds();
        awaitSignals();
        awaitSignal("read");
        assertThat(of("read")).hasSizeLessThanOrEqualTo((int) seconds + 1);
    }

    /** It is tried again within its workflow task. */
    @Test
    void aLocalActivityThatFailsIsNotReported() throws InterruptedException {
        fail("ReadFragments", true);
        awaitSignals();
        assertThat(of("read")).isEmpty();
    }
}
