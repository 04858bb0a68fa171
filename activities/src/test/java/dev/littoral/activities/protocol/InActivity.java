package dev.littoral.activities.protocol;

import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.interceptors.ActivityExecutionContextBase;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.testing.TestActivityEnvironment;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.worker.WorkerFactoryOptions;
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
        TestActivityEnvironment temporal = TestActivityEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setWorkerFactoryOptions(WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(new Deaf())
                        .build())
                .build());
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

    /** Hands activities a context that forgets what they heartbeat. */
    final class Deaf extends WorkerInterceptorBase {
        @Override
        public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
            return new ActivityInboundCallsInterceptorBase(next) {
                @Override
                public void init(ActivityExecutionContext context) {
                    super.init(new ActivityExecutionContextBase(context) {
                        @Override
                        public <V> void heartbeat(V details) {
                            // Nobody hears it.
                        }
                    });
                }
            };
        }
    }
}
