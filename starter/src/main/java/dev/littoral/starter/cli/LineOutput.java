package dev.littoral.starter.cli;

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

    /** Prints elements until there are no more, or the output is closed. */
    public <T> void printAll(Stream<T> elements, Function<T, String> text) {
        elements.takeWhile(element -> isRead()).forEach(element -> print(element, text));
    }

    public <T> void print(T element, Function<T, String> text) {
        command.commandLine().getOut().println(json ? Output.json(element) : text.apply(element));
        printed++;
    }

    private boolean isRead() {
        return printed % LINES != LINES - 1 || !command.commandLine().getOut().checkError();
    }
}
