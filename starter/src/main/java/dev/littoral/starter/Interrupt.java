package dev.littoral.starter;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, or a request to terminate: the command is told, gets a bounded time to end what it does, and its exit code is the
 * process's.
 */
final class Interrupt implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().unstarted(this::wanted);
    private volatile boolean requested;
    private volatile ExitCode code = ExitCode.STOPPED;

    Interrupt() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether somebody asked to stop. */
    boolean requested() {
        return requested;
    }

    /** How the process ends if somebody asked to stop. */
    void exitWith(ExitCode exitCode) {
        code = exitCode;
    }

    @Override
    public void close() {
        ended.countDown();
        if (!requested) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private void wanted() {
        requested = true;
        try {
            boolean done = ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            Runtime.getRuntime().halt(done ? code.code() : ExitCode.STOPPED.code());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
