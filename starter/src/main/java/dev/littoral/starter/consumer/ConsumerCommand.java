package dev.littoral.starter.consumer;

import dev.littoral.starter.cli.CollectionParameter;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.model.CollectionOptions;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command about the consumers of a collection. */
abstract class ConsumerCommand implements Callable<Integer> {
    /** Below the options of each such command. */
    static final String WHERE =
            "Without --catalog the collection is asked on the Temporal server that TEMPORAL_ADDRESS or a profile of"
                    + " temporal.toml names, else 127.0.0.1:7233.";

    @Mixin
    private CollectionParameter where;

    @Option(
            names = "--catalog",
            paramLabel = "<uri or path>",
            description = "Do it in the catalog, s3://bucket/prefix or a folder, without any Temporal server.")
    private String catalog;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws InterruptedException {
        String id = where.id();
        check();
        try (ConsumerBackend backend = catalog == null
                ? new ServerBackend(id)
                : CatalogBackend.open(catalog, id, CollectionOptions.DEFAULTS)) {
            return call(id, backend).code();
        }
    }

    /** Checks what was typed, before anybody is asked. */
    void check() {}

    abstract ExitCode call(String collectionId, ConsumerBackend backend) throws InterruptedException;

    boolean json() {
        return json;
    }

    PrintWriter out() {
        return command.commandLine().getOut();
    }

    ParameterException usage(String problem) {
        return new ParameterException(command.commandLine(), problem);
    }
}
