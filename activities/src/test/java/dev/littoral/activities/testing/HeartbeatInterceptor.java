package dev.littoral.activities.testing;

import io.temporal.activity.ActivityExecutionContext;
import io.temporal.common.interceptors.ActivityExecutionContextBase;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.testing.TestActivityEnvironment;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.worker.WorkerFactoryOptions;
import java.util.function.Consumer;

/** An interceptor that leaves each heartbeat of an activity to a test. */
public final class HeartbeatInterceptor extends WorkerInterceptorBase {
    private final Consumer<Runnable> heartbeats;

    private HeartbeatInterceptor(Consumer<Runnable> heartbeats) {
        this.heartbeats = heartbeats;
    }

    /**
     * Where activities run so.
     *
     * @param heartbeats gets what sends a heartbeat
     */
    public static TestActivityEnvironment environment(Consumer<Runnable> heartbeats) {
        return TestActivityEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setWorkerFactoryOptions(WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(new HeartbeatInterceptor(heartbeats))
                        .build())
                .build());
    }

    @Override
    public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
        return new ActivityInboundCallsInterceptorBase(next) {
            @Override
            public void init(ActivityExecutionContext context) {
                super.init(new ActivityExecutionContextBase(context) {
                    @Override
                    public <V> void heartbeat(V details) {
                        heartbeats.accept(() -> super.heartbeat(details));
                    }
                });
            }
        };
    }
}
