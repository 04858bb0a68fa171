package dev.littoral.activities.protocol;

import dev.littoral.activities.testing.HeartbeatInterceptor;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.testing.TestActivityEnvironment;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

/** Lets a test run within one activity, where the code of all activities finds what it expects around it. */
@ActivityInterface
public interface InActivity {
    void run();

    /** Runs work in an activity. Heartbeats go nowhere, so that no step sees another's. */
    static <T> T call(Callable<T> work) {
        AtomicReference<T> result = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        InActivity body = () -> {
            try {
                result.set(work.call());
            } catch (Throwable e) {
                failure.set(e);
            }
        };
        TestActivityEnvironment temporal = HeartbeatInterceptor.environment(heartbeat -> {});
        try {
            temporal.registerActivitiesImplementations(body);
            temporal.newActivityStub(
                            InActivity.class,
                            ActivityOptions.newBuilder()
                                    .setStartToCloseTimeout(Duration.ofHours(10))
                                    .build())
                    .run();
        } finally {
            temporal.close();
        }
        if (failure.get() instanceof Error error) {
            throw error;
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
        return result.get();
    }
}
