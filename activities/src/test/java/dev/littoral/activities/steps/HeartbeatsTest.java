package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.testing.HeartbeatInterceptor;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.ActivityCompletionException;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Heartbeats and the edge to Temporal, in real activities. */
@Timeout(600)
class HeartbeatsTest {
    /** What a heartbeat ends with, or null. */
    private volatile RuntimeException heartbeatFailure;

    private final TestActivityEnvironment temporal = HeartbeatInterceptor.environment(heartbeat -> {
        heartbeat.run();
        if (heartbeatFailure != null) {
            throw heartbeatFailure;
        }
    });
    private final AtomicReference<Thread> worker = new AtomicReference<>();

    private Supplier<?> details = () -> "details";
    private Callable<String> work;

    /** Runs what the test gives it. */
    @ActivityInterface
    public interface Work {
        String work();
    }

    /** Whether the work still went on when the activity had ended. */
    private final AtomicBoolean wentOn = new AtomicBoolean();

    private final Work implementation = () -> {
        try {
            return ActivityFailures.run(() -> Heartbeats.during(details, () -> {
                worker.set(Thread.currentThread());
                return work.call();
            }));
        } finally {
            wentOn.set(worker.get().isAlive());
        }
    };

    @AfterEach
    void stop() {
        temporal.close();
    }

    private String run() {
        temporal.registerActivitiesImplementations(implementation);
        return temporal.newActivityStub(
                        Work.class,
                        ActivityOptions.newBuilder()
                                .setStartToCloseTimeout(Duration.ofMinutes(2))
                                .setHeartbeatTimeout(Duration.ofSeconds(1))
                                .setRetryOptions(RetryOptions.newBuilder()
                                        .setMaximumAttempts(1)
                                        .build())
                                .build())
                .work();
    }

    @Test
    void theResultComesOutAndTheThreadIsDone() throws Exception {
        work = () -> "done";
        assertThat(run()).isEqualTo("done");
        worker.get().join();
    }

    @Test
    void workThatGoesOnIsHeartbeatWithItsDetails() {
        CountDownLatch heard = new CountDownLatch(1);
        AtomicReference<String> said = new AtomicReference<>();
        AtomicInteger progress = new AtomicInteger(7);
        details = () -> "at " + progress.get();
        temporal.setActivityHeartbeatListener(String.class, text -> {
            said.set(text);
            heard.countDown();
        });
        work = () -> {
            heard.await();
            return "done";
        };
        assertThat(run()).isEqualTo("done");
        assertThat(said.get()).isEqualTo("at 7");
    }

    @Test
    void aCancelInterruptsTheWorkWaitsForItAndComesOut() {
        AtomicBoolean interrupted = new AtomicBoolean();
        work = () -> {
            temporal.requestCancelActivity();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.set(true);
                throw e;
            }
            return "never";
        };
        assertThatThrownBy(this::run)
                .satisfiesAnyOf(
                        e -> assertThat(e).isInstanceOf(ActivityCompletionException.class),
                        e -> assertThat(e).isInstanceOf(CanceledFailure.class),
                        e -> assertThat(e).hasCauseInstanceOf(CanceledFailure.class));
        assertThat(interrupted).isTrue();
        assertThat(worker.get().isAlive()).isFalse();
    }

    /** What it wrote is removed next: nobody may write any more. */
    @Test
    void workThatTakesItsTimeToStopIsWaitedFor() {
        work = () -> {
            temporal.requestCancelActivity();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.sleep(1_500);
            }
            return "late";
        };
        assertThatThrownBy(this::run).isInstanceOf(Exception.class);
        assertThat(wentOn).isFalse();
    }

    @Test
    void whatNoStoreShouldSayIsTriedAgainAtFirst() {
        work = () -> {
            throw LittoralException.strangeReply("the store lists what was not asked", null);
        };
        ApplicationFailure failure = failure();
        assertThat(failure.getType()).isEqualTo("TRANSIENT");
        assertThat(failure.isNonRetryable()).isFalse();
    }

    /** As the SDK's is where the worker stops while it is sent. */
    @Test
    void aHeartbeatThatIsRejectedIsAWorkerThatStops() {
        heartbeatFailure = new RejectedExecutionException("test");
        work = () -> {
            new CountDownLatch(1).await();
            return "never";
        };
        ApplicationFailure failure = failure();
        assertThat(failure.getType()).isEqualTo("TRANSIENT");
        assertThat(failure.getOriginalMessage()).isEqualTo("the worker was stopped");
        assertThat(failure.isNonRetryable()).isFalse();
        assertThat(worker.get().isAlive()).isFalse();
    }

    @Test
    void detailsThatCannotBeSentStopTheWorkToo() {
        details = () -> {
            throw new IllegalStateException("no details");
        };
        work = () -> {
            new CountDownLatch(1).await();
            return "never";
        };
        assertThat(failure().getType()).isEqualTo("INTERNAL");
        assertThat(worker.get().isAlive()).isFalse();
    }

    @Test
    void aClassifiedFailureKeepsItsClassAndMessage() {
        work = () -> {
            throw LittoralException.input("file a is bad");
        };
        ApplicationFailure failure = failure();
        assertThat(failure.getType()).isEqualTo("INPUT");
        assertThat(failure.getOriginalMessage()).isEqualTo("file a is bad");
        assertThat(failure.isNonRetryable()).isTrue();
        assertThat(failure.getStackTrace())
                .noneMatch(frame -> frame.getClassName().startsWith("dev.littoral"));
    }

    @Test
    void aBugIsInternalAndItsMessageStaysInTheLog() {
        work = () -> {
            throw new IllegalStateException("secret-ish detail");
        };
        ApplicationFailure failure = failure();
        assertThat(failure.getType()).isEqualTo("INTERNAL");
        assertThat(failure.getOriginalMessage())
                .isEqualTo("Work failed with IllegalStateException, a bug in Littoral; the worker's log has the stack");
        assertThat(failure.isNonRetryable()).isTrue();
    }

    @Test
    void anErrorIsNamedAsWhatItIs() {
        work = () -> {
            throw new StackOverflowError();
        };
        assertThat(failure().getOriginalMessage()).contains("StackOverflowError");
    }

    @Test
    void anInterruptOfTheWorkIsTransient() {
        work = () -> {
            throw new InterruptedException("stop");
        };
        ApplicationFailure failure = failure();
        assertThat(failure.getType()).isEqualTo("TRANSIENT");
        assertThat(failure.isNonRetryable()).isFalse();
    }

    private ApplicationFailure failure() {
        try {
            run();
        } catch (ActivityFailure e) {
            return Optional.of(e.getCause())
                    .filter(ApplicationFailure.class::isInstance)
                    .map(ApplicationFailure.class::cast)
                    .orElseThrow(() -> e);
        }
        throw new AssertionError("The activity did not fail");
    }
}
