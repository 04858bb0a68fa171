package dev.littoral.activities.concurrent;

import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.MDC;

/** What the log says of a line beside its words, handed from the thread that has work done to the one that does it. */
public final class LogContext {
    private LogContext() {}

    /** Work that logs as the calling thread does, on whatever thread it runs. That thread is left without. */
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
