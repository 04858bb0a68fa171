package dev.littoral.starter.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The signals that ask a process to shut down: Ctrl-C, SIGTERM, or a terminal that closes. A command chooses what the
 * first one does: it ends the process at once ({@link #endWith}), it gives the command a bounded time to end
 * ({@link #expect}), or the command has all the time it needs, and a second one ends the process at once
 * ({@link #drain}). Before a command has chosen, the JVM ends as it likes.
 */
public final class ShutdownSignal {
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** What a signal does. */
    private enum Mode {
        END,
        EXPECT,
        DRAIN
    }

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean installed;
    private volatile Mode mode;
    private volatile int code;
    private volatile String sentence;
    private volatile Runnable beforeHalt;

    /**
     * From now on a signal ends the process at once.
     *
     * @param text what is printed then, or null
     */
    public void endWith(ExitCode exit, String text) {
        code = exit.code();
        sentence = text;
        install(Mode.END);
    }

    /** From now on a signal is a request, and the process ends with {@link #exit}, at the latest after some time. */
    public void expect() {
        install(Mode.EXPECT);
    }

    /**
     * From now on the first signal is a request, and a second one ends the process at once.
     *
     * @param atOnce what is done before that
     */
    public void drain(Runnable atOnce) {
        beforeHalt = atOnce;
        install(Mode.DRAIN);
    }

    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Whether a signal has come, now or within some milliseconds. */
    public boolean isRequestedWithin(long millis) throws InterruptedException {
        return requested.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Ends the process. */
    public void exit(int exitCode) {
        ended.countDown();
        // Ends also where a library left a thread behind.
        System.exit(exitCode);
    }

    private void install(Mode next) {
        mode = next;
        if (installed) {
            return;
        }
        installed = true;
        try {
            // Part of every JDK, but known to the compiler as internal.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler handle = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    receive();
                    yield null;
                }
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "ShutdownSignal";
            };
            Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, handle);
            for (String name : SIGNALS) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM lets nobody handle signals", e);
        }
    }

    /** Each signal has a thread of its own. */
    private void receive() throws InterruptedException {
        if (ended.getCount() == 0) {
            // The process ends already.
            return;
        }
        Mode now = mode;
        boolean first = !isRequested();
        if (now != Mode.END) {
            // Who ends at once has nobody act on the signal before that.
            requested.countDown();
        }
        switch (now) {
            case END -> halt(code, sentence);
            case EXPECT -> {
                if (first && !ended.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                    halt(
                            code,
                            "the update did not stop within " + TIMEOUT.toSeconds()
                                    + " seconds; what is served is as it was");
                }
            }
            case DRAIN -> {
                if (!first) {
                    beforeHalt.run();
                    halt(ExitCode.STOPPED.code(), null);
                }
            }
        }
    }

    private static void halt(int exitCode, String text) {
        if (text != null) {
            System.err.println("littoral: " + text);
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
