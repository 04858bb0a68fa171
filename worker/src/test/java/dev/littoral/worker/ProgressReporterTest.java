package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.steps.StepProgress;
import dev.littoral.workflows.MessageNames;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.ShardsRequest;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.interceptors.ActivityExecutionContextBase;
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

    /** What the activity has the service told. */
    private final List<Object> heartbeats = new CopyOnWriteArrayList<>();

    private String run = "run";
    private String activityId = "1";
    private Object[] arguments = {};

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
                    assertThat(Thread.currentThread().isVirtual())
                            .as("the activity goes on")
                            .isTrue();
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
                        run,
                        "getActivityId",
                        activityId,
                        "getActivityType",
                        type,
                        "getAttempt",
                        1,
                        "isLocal",
                        local));
        ActivityExecutionContext context =
                fake(ActivityExecutionContext.class, Map.of("getInfo", info, "getWorkflowClient", client()));
        return new ActivityExecutionContextBase(context) {
            @Override
            public <V> void heartbeat(V details) {
                heartbeats.add(details);
            }
        };
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
        activity.execute(new ActivityInboundCallsInterceptor.ActivityInput(Header.empty(), arguments));
    }

    private void fail(String type, boolean local) {
        fail(type, local, ApplicationFailure.newFailure("the store is away", FailureType.TRANSIENT.name()));
    }

    private void fail(String type, boolean local, ApplicationFailure failure) {
        assertThatThrownBy(() -> run(type, local, context -> {
                    throw failure;
                }))
                .isSameAs(failure);
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
            while (of("read").isEmpty() || sinceFirst(start).toMillis() < 3_000) {
                context.heartbeat(progress);
                LockSupport.parkNanos(100_000);
            }
        });
        assertThat(sinceFirst(start)).isPositive();
        awaitSignals();
        // The next one comes after twice the time.
        assertThat(of("read")).hasSizeBetween(1, (int) (1 + sinceFirst(start).toSeconds() / 4));
        assertThat(heartbeats).hasSizeGreaterThan(10).containsOnly(progress);
    }

    /** How long ago the first report came, at most. */
    private static Duration sinceFirst(Instant start) {
        return Duration.between(start, Instant.now()).minusSeconds(2);
    }

    /** Beats until its step is reported. */
    private void beat(String type, String step, long done) {
        StepProgress progress = () -> done;
        run(type, false, context -> {
            while (of(step).isEmpty()) {
                context.heartbeat(progress);
                LockSupport.parkNanos(10_000_000);
            }
        });
    }

    @Test
    void whatAllPartsOfAStepHaveDoneIsReported() {
        arguments = new Object[] {new ShardsRequest("orders", 1, 0, null, null, "plan", 0, 1, 0, null, 90)};
        StepProgress progress = () -> 5;
        run("ReadFragments", false, context -> context.heartbeat(progress));
        activityId = "2";
        beat("ReadFragments", "read", 7);
        assertThat(of("read").getFirst().json().toString()).contains("\"done\":12", "\"of\":90");
        beat("BalanceSegments", "balance", 3);
        assertThat(of("balance").getFirst().json().toString())
                .contains("\"done\":3")
                .doesNotContain("\"of\":90");
    }

    @Test
    void whatIsNoProgressIsPassedOn() {
        arguments = new Object[] {"other"};
        run("ReadFragments", false, context -> context.heartbeat("other"));
        assertThat(heartbeats).containsExactly("other");
        assertThat(signals).isEmpty();
    }

    @Test
    void onlyFailuresThatAreTriedAgainAreReported() throws InterruptedException {
        fail("ReadFragments", false, ApplicationFailure.newFailure("test", FailureType.INPUT.name()));
        awaitSignals();
        assertThat(of("read")).isEmpty();
        assertThat(of("commit").getFirst().json().at("/trouble/nextTry").isMissingNode())
                .isFalse();
        fail("ReadFragments", false, ApplicationFailure.newNonRetryableFailure("test", FailureType.TRANSIENT.name()));
        awaitSignal("read");
        assertThat(of("read").getFirst().json().at("/trouble/nextTry").isMissingNode())
                .isTrue();
    }

    @Test
    void eachUpdateIsReportedOfAndThoseOfLongAgoAreForgotten() throws InterruptedException {
        for (int i = 0; i <= TIMES; i++) {
            run = "run-" + i;
            fail("ReadFragments", false);
        }
        while (of("read").size() <= TIMES) {
            Thread.sleep(10);
        }
        run = "run-0";
        fail("ReadFragments", false);
        while (of("read").size() <= TIMES + 1) {
            Thread.sleep(10);
        }
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
