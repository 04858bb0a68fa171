package dev.littoral.starter.server;

import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.model.UpdateReport;
import java.time.Duration;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option to wait for the end of the update that a command requests, or until consumers serve what came of it. */
public final class WaitOption {
    private static final String SERVED = "served";

    @Option(
            names = "--wait",
            arity = "0",
            paramLabel = "[served]",
            preprocessor = Word.class,
            description =
                    "Stay until the update has ended, and print its report; with --wait served until the consumers"
                            + " serve what came of it, too. Ctrl-C stops the waiting, not the update.")
    private String wait;

    @Option(
            names = "--timeout",
            paramLabel = "<duration>",
            description = "How long --wait served waits for consumers, as PT30M; then it ends with 9. Default: as long"
                    + " as it takes.")
    private Duration timeout;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Takes the word after the option where it is the one that the option knows; any other is the command's. */
    static final class Word implements IParameterPreprocessor {
        @Override
        public boolean preprocess(
                Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> information) {
            boolean isServed = !words.isEmpty() && words.peek().equals(SERVED);
            option.setValue(isServed ? words.pop() : "");
            return true;
        }
    }

    boolean isTyped() {
        return wait != null;
    }

    /** Whether consumers are waited for, too. */
    public boolean isServed() {
        return SERVED.equals(wait);
    }

    /** How long consumers are waited for, or null. */
    public Duration timeout() {
        return timeout;
    }

    /**
     * Checks what was typed.
     *
     * @throws ParameterException where it is not right
     */
    public void check() {
        if (timeout != null && !isServed()) {
            throw new ParameterException(
                    spec.commandLine(), "--timeout is how long --wait served waits; it is missing");
        }
        if (timeout != null && timeout.isNegative()) {
            throw new ParameterException(spec.commandLine(), "--timeout is " + timeout + "; expected PT0S or more");
        }
    }

    /** Follows an update to its end and prints the report. */
    ExitCode follow(CollectionCommand command, CollectionClient collection, long update, ShutdownSignal shutdown)
            throws InterruptedException {
        shutdown.endWith(ExitCode.STOPPED, "stopped waiting; update " + update + " of " + collection.id() + " goes on");
        UpdateReport report;
        try (ProgressDisplay progress = new ProgressDisplay(command.err())) {
            report = new UpdateFollower(collection, shutdown, progress).follow(update);
        }
        ExitCode end = UpdateReportPrinter.end(report, command.json(), command.out(), command.err());
        if (end != ExitCode.OK || !isServed()) {
            return end;
        }
        command.out().flush();
        shutdown.endWith(ExitCode.STOPPED, "stopped waiting for the consumers of " + collection.id());
        try (ProgressDisplay progress = new ProgressDisplay(command.err())) {
            return new ServedWait(collection.id(), shutdown, progress, timeout()).await(collection::consumers);
        }
    }
}
