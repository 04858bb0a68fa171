package dev.littoral.starter.server;

import dev.littoral.starter.cli.CollectionParameter;
import dev.littoral.starter.cli.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command about one collection on a Temporal server. */
abstract class CollectionCommand implements Callable<Integer> {
    /** Below the options of each such command. */
    static final String WHERE =
            "The server is the one that TEMPORAL_ADDRESS or a profile of temporal.toml names, else 127.0.0.1:7233.";

    @Mixin
    private CollectionParameter where;

    @Option(names = "--json", description = "Print JSON: one object, or one a line where the answer is long.")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws InterruptedException {
        String id = where.id();
        check();
        try (TemporalService server = TemporalService.open()) {
            return call(new CollectionClient(server, id)).code();
        }
    }

    /** Checks what was typed, before any server is asked. */
    void check() {}

    abstract ExitCode call(CollectionClient collection) throws InterruptedException;

    boolean json() {
        return json;
    }

    PrintWriter out() {
        return command.commandLine().getOut();
    }

    PrintWriter err() {
        return command.commandLine().getErr();
    }
}
