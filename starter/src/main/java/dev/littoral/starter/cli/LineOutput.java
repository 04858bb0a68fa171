package dev.littoral.starter.cli;

import java.io.PrintWriter;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The output of a command whose answer is a list: a line for each element, as text or as JSON. */
public final class LineOutput {
    /** How often it is checked whether the output is still read. */
    private static final int LINES = 500;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    private int printed;
    private boolean closed;

    /** Prints elements until there are no more, or the output is closed. */
    public <T> void printAll(Stream<T> elements, Function<T, String> text) {
        elements.takeWhile(element -> isReadStill()).forEach(element -> print(element, text));
    }

    public <T> void print(T element, Function<T, String> text) {
        out().println(json ? Output.json(element) : text.apply(element));
        printed++;
    }

    /** Shows what was printed to whoever reads it, and returns whether anybody still does. */
    public boolean flush() {
        closed |= out().checkError();
        return isRead();
    }

    /** Whether the output was not found to be closed. */
    public boolean isRead() {
        return !closed;
    }

    private boolean isReadStill() {
        return printed % LINES == LINES - 1 ? flush() : isRead();
    }

    private PrintWriter out() {
        return command.commandLine().getOut();
    }
}
