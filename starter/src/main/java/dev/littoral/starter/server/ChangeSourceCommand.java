package dev.littoral.starter.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.spec.SourceParser;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Changes the source of a collection. */
@Command(
        name = "change-source",
        description =
                "Gives a collection that runs on a Temporal server another source; answers when that is declared.",
        footer = {"", CollectionCommand.WHERE})
public final class ChangeSourceCommand extends CollectionCommand {
    @Mixin
    private SourceOptions options;

    @Mixin
    private WaitOption wait;

    private final ShutdownSignal shutdown;
    private SourceRequest source;

    public ChangeSourceCommand(ShutdownSignal shutdown) {
        this.shutdown = shutdown;
    }

    @Override
    void check() {
        wait.check();
        ObjectNode given =
                options.source().orElseThrow(() -> options.usage("--source is missing; expected a URI or a path"));
        source = new SourceRequest(given);
        SourceParser.parse(source);
    }

    @Override
    ExitCode call(CollectionClient collection) throws InterruptedException {
        collection.running();
        return ChangeAnswerPrinter.end(this, collection, collection.changeSource(source), wait, shutdown);
    }
}
