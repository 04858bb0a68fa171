package dev.littoral.starter.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.catalog.CatalogOption;
import dev.littoral.starter.catalog.HeadText;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Json;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the status of a collection. */
@Command(
        name = "status",
        description = "What a collection follows, serves and does.",
        footer = {
            "",
            "With --catalog it is read from the catalog. Otherwise the collection is asked on the Temporal server that"
                    + " TEMPORAL_ADDRESS or a profile of temporal.toml names, or that listens at 127.0.0.1:7233; where"
                    + " there is none, it is read from the default catalog."
        })
public final class StatusCommand implements Callable<Integer> {
    @Mixin
    private CatalogOption where;

    @Option(names = "--watch", description = "Go on and show what changes, until Ctrl-C. Asks a Temporal server.")
    private boolean watch;

    @Option(
            names = "--json",
            description =
                    "Print one JSON object, with --watch one for each change: the status or, from a catalog, the head.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final ShutdownSignal shutdown;

    public StatusCommand(ShutdownSignal shutdown) {
        this.shutdown = shutdown;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (watch && where.isTyped()) {
            throw new ParameterException(
                    spec.commandLine(), "--watch asks a Temporal server; expected it without --catalog");
        }
        String id = where.collectionId();
        if (where.isTyped() || (!watch && !TemporalService.isThere())) {
            return where.read(catalog -> print(catalog.head(id)));
        }
        try (TemporalService server = TemporalService.open()) {
            CollectionClient collection = new CollectionClient(server, id);
            CollectionRun run = collection.run().orElseThrow(() -> absent(collection));
            if (watch) {
                shutdown.endWith(ExitCode.OK, null);
                return new StatusWatcher(collection, out(), json).watch().code();
            }
            CollectionStatus status = collection.status();
            Optional<ProgressDisplay.Step> step =
                    run.isRunning() ? new ProgressProbe(collection).at(status) : Optional.empty();
            if (json) {
                Output.json(out(), object(status, run));
            } else {
                StatusPage.lines(status, run, step).forEach(out()::println);
            }
            return ExitCode.OK.code();
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private LittoralException absent(CollectionClient collection) {
        return LittoralException.input("Temporal at " + collection.server().place() + " has no collection "
                + collection.id() + "; littoral status " + collection.id() + " --catalog " + where.catalog()
                + " reads what the catalog has of it");
    }

    /** A status as JSON; of a collection that runs no more also how that came. */
    static ObjectNode object(CollectionStatus status, CollectionRun run) {
        ObjectNode object = Json.JSON.valueToTree(status);
        if (!run.isRunning()) {
            object.set("run", Json.JSON.valueToTree(run));
        }
        return object;
    }

    private int print(Head head) {
        if (json) {
            Output.json(out(), head);
        } else {
            out().print(HeadText.page(where.collectionId(), head));
        }
        return ExitCode.OK.code();
    }
}
