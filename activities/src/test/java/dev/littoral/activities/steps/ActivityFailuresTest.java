package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.concurrent.ParallelTasks;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A step whose worker stops, or that fails as nobody foresaw. */
class ActivityFailuresTest {
    @AfterEach
    void unmark() {
        Thread.interrupted();
    }

    @Test
    void aStepThatIsInterruptedFailsOnAThreadThatCanStillTellTheService() {
        assertThatThrownBy(() -> ActivityFailures.run(() -> {
                    Thread.currentThread().interrupt();
                    throw new InterruptedException();
                }))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("TRANSIENT");
                    assertThat(failure.getOriginalMessage()).isEqualTo("the worker was stopped");
                });
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    /** What the SDK throws where a step reports its progress. */
    @Test
    void aStepWhoseWorkerStopsIsTriedAgainByAnother() {
        assertThatThrownBy(() -> ActivityFailures.run(() -> {
                    throw new ActivityWorkerShutdownException();
                }))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("TRANSIENT");
                    assertThat(failure.isNonRetryable()).isFalse();
                    assertThat(failure.getOriginalMessage()).isEqualTo("the worker was stopped");
                });
    }

    @Test
    void aStepThatIsDoneWhenItIsInterruptedIsToldToo() {
        Thread.currentThread().interrupt();
        assertThat(ActivityFailures.run(() -> "done")).isEqualTo("done");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @ActivityInterface
    public interface Failing {
        @ActivityMethod
        void fail();
    }

    /** How a step ends within an activity that fails with an error. */
    private static Throwable end(Callable<Void> step) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        TestActivityEnvironment temporal = TestActivityEnvironment.newInstance();
        try {
            temporal.registerActivitiesImplementations((Failing) () -> {
                try {
                    ActivityFailures.run(step);
                } catch (ApplicationFailure | Error e) {
                    thrown.set(e);
                }
            });
            temporal.newActivityStub(Failing.class).fail();
        } finally {
            temporal.close();
        }
        return thrown.get();
    }

    private static int endless(int n) {
        return n < 0 ? 0 : 1 + endless(n + 1 & Integer.MAX_VALUE);
    }

    @Test
    void aRecursionThatIsTooDeepIsABugInASentence() {
        Callable<Void> step = () -> {
            endless(0);
            return null;
        };
        assertThat(List.of(end(step), end(() -> Heartbeats.during(() -> 0, step)), end(() -> {
                    ParallelTasks.run(2, List.of(step, step), RuntimeException.class);
                    return null;
                })))
                .allSatisfy(thrown -> assertThat(thrown).isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("INTERNAL");
                    assertThat(failure.isNonRetryable()).isTrue();
                    assertThat(failure.getOriginalMessage())
                            .isEqualTo("Fail failed with StackOverflowError, a bug in Littoral;"
                                    + " the worker's log has the stack");
                }));
    }

    @Test
    void whatIsWrongWithTheProcessIsNoBugOfTheStep() {
        for (Error error : List.of(new OutOfMemoryError("test"), new NoClassDefFoundError("test"))) {
            assertThat(end(() -> {
                        throw error;
                    }))
                    .isSameAs(error);
            assertThat(end(() -> Heartbeats.during(() -> 0, () -> {
                        throw error;
                    })))
                    .isSameAs(error);
        }
    }
}
