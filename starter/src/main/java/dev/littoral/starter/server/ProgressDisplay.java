package dev.littoral.starter.server;

import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.StatusText;
import dev.littoral.workflows.model.UpdateStep;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;

/** The progress display of an update: a line that is redrawn on a terminal, a line for each step otherwise. */
public final class ProgressDisplay implements AutoCloseable {
    private static final int BAR = 24;

    /** Set by the launcher, which knows whether the error stream is a terminal. */
    private static final boolean TERMINAL = Boolean.getBoolean("littoral.terminal");

    /** How long a step may run without a line of output where there is no terminal. */
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final PrintWriter err;
    private final Tally tally = new Tally();
    private String lastRetry;
    private long said;
    private boolean drawn;

    /**
     * How far an update is.
     *
     * @param step the step, or null while the catalog is opened
     * @param done what each of the step's activities that runs has done
     * @param listed files in all, or 0 while that is not known
     * @param retry why an attempt failed that is tried again, or null
     */
    record Step(UpdateStep step, Map<String, Long> done, long listed, String retry) {
        /** The same step with what its activities have done in all. */
        Step with(long sum) {
            return new Step(step, Map.of("all", sum), listed, retry);
        }
    }

    /** What the activities of a step have done so far, those included that have ended. */
    static final class Tally {
        private UpdateStep step;
        private boolean began;
        private final Map<String, Long> done = new HashMap<>();
        private boolean next;

        long add(Step now) {
            next = !began || now.step() != step;
            began = true;
            if (next) {
                done.clear();
                step = now.step();
            }
            // An activity that has ended is no longer among those that run; its last report still counts.
            now.done().forEach((activity, n) -> done.merge(activity, n, Math::max));
            return done.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    public ProgressDisplay(PrintWriter err) {
        this.err = err;
    }

    void show(Step step) {
        if (step.retry() != null && !step.retry().equals(lastRetry)) {
            say("trying again: " + Output.path(step.retry()));
        }
        lastRetry = step.retry();
        long sum = tally.add(step);
        if (TERMINAL) {
            // Without line wrap a narrow terminal cuts the line instead of scrolling.
            err.print("\r\u001b[?7l" + bar(step, sum) + "\u001b[K\u001b[?7h");
            err.flush();
            drawn = true;
            return;
        }
        long now = System.nanoTime();
        if (step.step() != null && (tally.next || now - said > QUIET_NANOS)) {
            err.println("littoral: " + text(step, sum));
            said = now;
        }
    }

    public void say(String text) {
        clear();
        err.println("littoral: " + text);
        err.flush();
    }

    private static String text(Step step, long done) {
        return switch (step.step()) {
            case null -> "opening the catalog";
            case LIST -> "listing" + (done > 0 ? ", " + StatusText.count(done, "file") + " so far" : "");
            case READ -> "reading footers, " + Output.count(done) + " of " + StatusText.count(step.listed(), "file");
            case BALANCE -> "balancing";
            case COMMIT -> "committing";
        };
    }

    private static String bar(Step step, long done) {
        int filled = switch (step.step()) {
            case null -> 0;
            case LIST -> 1;
            case READ -> 2 + (step.listed() == 0 ? 0 : (int) Math.min(BAR - 4, (BAR - 4) * done / step.listed()));
            case BALANCE -> BAR - 2;
            case COMMIT -> BAR - 1;
        };
        return "[" + "#".repeat(filled) + " ".repeat(BAR - filled) + "] " + text(step, done);
    }

    /** Removes the bar. */
    void clear() {
        if (drawn) {
            err.print("\r\u001b[K");
            drawn = false;
        }
    }

    @Override
    public void close() {
        clear();
        err.flush();
    }
}
