package dev.littoral.starter;

import java.io.PrintWriter;
import java.util.Objects;

/** Shows how far an update is: a line that is drawn over on a terminal, a line for each step otherwise. */
final class Progress implements AutoCloseable {
    private static final int BAR = 24;

    /** Set by the launcher, which knows whether the error stream is a terminal. */
    private static final boolean TERMINAL = Boolean.getBoolean("littoral.terminal");

    /** How long a step may go on unsaid where there is no terminal. */
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final PrintWriter err;
    private String lastStep = "";
    private String lastTrouble;
    private long said;
    private boolean drawn;

    /**
     * How far an update is.
     *
     * @param name list, read, balance or commit
     * @param done what the step has done
     * @param listed files in all, or 0 while that is not known
     * @param trouble why an attempt failed that is tried again, or null
     */
    record Step(String name, long done, long listed, String trouble) {}

    Progress(PrintWriter err) {
        this.err = err;
    }

    void show(Step step) {
        if (step == null) {
            return;
        }
        if (step.trouble() != null && !Objects.equals(step.trouble(), lastTrouble)) {
            say("trying again: " + step.trouble());
        }
        lastTrouble = step.trouble();
        if (TERMINAL) {
            err.print("\r\u001b[K" + bar(step));
            err.flush();
            drawn = true;
            return;
        }
        long now = System.nanoTime();
        if (!step.name().equals(lastStep) || now - said > QUIET_NANOS) {
            err.println(text(step));
            err.flush();
            lastStep = step.name();
            said = now;
        }
    }

    void say(String words) {
        clear();
        err.println("littoral: " + words);
        err.flush();
    }

    private static String text(Step step) {
        return switch (step.name()) {
            case "list" -> "listing" + (step.done() > 0 ? ", " + Output.count(step.done()) + " files so far" : "");
            case "read" ->
                "reading footers, " + Output.count(step.done()) + " opened of " + Output.count(step.listed())
                        + " listed";
            case "balance" -> "balancing";
            default -> "committing";
        };
    }

    private static String bar(Step step) {
        int filled = switch (step.name()) {
            case "list" -> 1;
            case "read" ->
                step.listed() == 0 ? 2 : 2 + (int) Math.min(BAR - 6, (BAR - 6) * step.done() / step.listed());
            case "balance" -> BAR - 2;
            default -> BAR - 1;
        };
        return "[" + "#".repeat(filled) + " ".repeat(BAR - filled) + "] " + text(step);
    }

    /** Takes the bar away. */
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
