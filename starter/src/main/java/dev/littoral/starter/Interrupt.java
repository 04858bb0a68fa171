package dev.littoral.starter;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, or a request to terminate. A command that says it has something to end is told, gets a bounded time for it, and its
 * exit code is the process's; any other command ends at once, with words of its own.
 */
final class Interrupt {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().unstarted(this::wanted);
    private boolean installed;
    private volatile boolean expected;
    private volatile int code;
    private volatile String farewell;

    /**
     * From now on a request ends the process.
     *
     * @param words what is said then, or null
     */
    void endWith(ExitCode exit, String words) {
        code = exit.code();
        farewell = words;
        if (!installed) {
            Runtime.getRuntime().addShutdownHook(hook);
            installed = true;
        }
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
        removeHook();
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
        if (!expected) {
            if (farewell != null) {
                System.err.println("littoral: " + farewell);
            }
            Runtime.getRuntime().halt(code);
        }
        requested.countDown();
        if (!hasEnded()) {
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
