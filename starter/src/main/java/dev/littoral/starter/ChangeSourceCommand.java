package dev.littoral.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.spec.SourceParser;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "change-source",
        description =
                "Gives a collection that runs on a Temporal server another source; answers when that is declared.",
        footer = {"", CollectionCommand.WHERE})
final class ChangeSourceCommand extends CollectionCommand {
    @Mixin
    private SourceOptions options;

    @Mixin
    private WaitOption wait;

    private final Interrupt interrupt;
    private SourceRequest source;

    ChangeSourceCommand(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    void check() {
        ObjectNode given =
                options.source().orElseThrow(() -> options.usage("--source is missing; expected a URI or a path"));
        source = new SourceRequest(given);
        SourceParser.parse(source);
    }

    @Override
    ExitCode call(CollectionClient collection) throws InterruptedException {
        collection.running();
        return ChangeAnswerPrinter.end(this, collection, collection.changeSource(source), wait, interrupt);
    }
}
