package dev.littoral.starter;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, or a request to terminate. A command that says it has something to end is told, gets a bounded time for it, and its
 * exit code is the process's; any other command ends at once.
 */
final class Interrupt {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().unstarted(this::wanted);
    private volatile boolean expected;
    private volatile int code = ExitCode.STOPPED.code();

    /** From now on a request ends the process with {@link ExitCode#STOPPED}. */
    void install() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** From now on a request waits for {@link #exit}. */
    void expect() {
        expected = true;
    }

    /** Whether somebody asks to stop, now or within some milliseconds. */
    boolean isRequestedWithin(long millis) throws InterruptedException {
        return requested.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Ends the process. */
    void exit(int exitCode) {
        code = exitCode;
        ended.countDown();
        if (requested.getCount() > 0) {
            removeHook();
        }
        // Ends also where a library left a thread behind. Waits for ever where the process ends already.
        System.exit(exitCode);
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook runs, and ends the process with the code.
        }
    }

    private void wanted() {
        requested.countDown();
        if (!expected) {
            System.err.println("littoral: stopped before an update started");
        } else if (!hasEnded()) {
            System.err.println("littoral: the update did not stop within " + PATIENCE.toSeconds()
                    + " seconds; what is served is as it was");
        }
        Runtime.getRuntime().halt(code);
    }

    private boolean hasEnded() {
        try {
            return ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
