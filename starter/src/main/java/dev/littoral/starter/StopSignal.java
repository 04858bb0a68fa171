package dev.littoral.starter;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A request to stop that takes its time: the first one is waited for, by Ctrl-C, SIGTERM or a terminal that closes; a second one
 * ends the process at once. A hook of the JVM would not hear of a second one.
 */
final class StopSignal {
    private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

    private final CountDownLatch requested = new CountDownLatch(1);
    private final Runnable atOnce;

    private StopSignal(Runnable atOnce) {
        this.atOnce = atOnce;
    }

    /**
     * From now on requests to stop come here.
     *
     * @param atOnce what is done before the process ends at a second request
     */
    static StopSignal install(Runnable atOnce) {
        StopSignal stop = new StopSignal(atOnce);
        try {
            // Part of every JDK, but known to the compiler as internal.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler handle = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    stop.request();
                    yield null;
                }
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "StopSignal";
            };
            Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, handle);
            for (String name : NAMES) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM lets nobody handle signals", e);
        }
        return stop;
    }

    private void request() {
        if (requested.getCount() == 0) {
            atOnce.run();
            Runtime.getRuntime().halt(ExitCode.STOPPED.code());
        }
        requested.countDown();
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Whether somebody asks to stop, now or within some milliseconds. */
    boolean isRequestedWithin(long millis) throws InterruptedException {
        return requested.await(millis, TimeUnit.MILLISECONDS);
    }
}
