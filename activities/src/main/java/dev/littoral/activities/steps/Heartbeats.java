package dev.littoral.activities.steps;

import dev.littoral.activities.concurrent.LogContext;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityWorkerShutdownException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Heartbeats of an activity, sent while its work runs on another thread, so that a cancel is noticed whatever the work
 * waits for.
 */
final class Heartbeats {
    private static final long EVERY_MILLIS = 500;

    /** How long work that was interrupted may take to notice. It waits for I/O at most, which has time-outs. */
    private static final long INTERRUPT_TIMEOUT_SECONDS = 20;

    private Heartbeats() {}

    /**
     * Runs work and heartbeats until it is done. When the activity is cancelled, its worker stops or a heartbeat fails,
     * the work is interrupted and waited for, and that failure is thrown.
     *
     * @param details what to heartbeat: how far the work is, and where another attempt can go on
     */
    static <T> T during(Supplier<?> details, Callable<T> work) throws Exception {
        ActivityExecutionContext context = Activity.getExecutionContext();
        FutureTask<T> task = new FutureTask<>(LogContext.handed(work));
        Thread thread = Thread.ofPlatform()
                .name("littoral-" + context.getInfo().getActivityType())
                .daemon()
                .start(task);
        try {
            while (true) {
                try {
                    return task.get(EVERY_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    heartbeat(context, details.get());
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } finally {
            if (!task.isDone()) {
                thread.interrupt();
                thread.join(TimeUnit.SECONDS.toMillis(INTERRUPT_TIMEOUT_SECONDS));
            }
        }
    }

    /** The SDK has the next heartbeat wait in a queue, which the worker may close while this one is sent. */
    private static void heartbeat(ActivityExecutionContext context, Object details) {
        try {
            context.heartbeat(details);
        } catch (RejectedExecutionException closed) {
            throw new ActivityWorkerShutdownException(context.getInfo());
        }
    }
}
