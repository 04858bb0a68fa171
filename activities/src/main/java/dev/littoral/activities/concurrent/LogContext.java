package dev.littoral.activities.concurrent;

import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.MDC;

/** The logging context (MDC), passed from the thread that submits a task to the thread that runs it. */
public final class LogContext {
    private LogContext() {}

    /** The same work, run with the calling thread's context; the thread that runs it is left without one. */
    public static <T> Callable<T> handed(Callable<T> work) {
        Map<String, String> context = MDC.getCopyOfContextMap();
        if (context == null || context.isEmpty()) {
            return work;
        }
        return () -> {
            MDC.setContextMap(context);
            try {
                return work.call();
            } finally {
                MDC.clear();
            }
        };
    }
}
