package dev.littoral.starter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "refresh",
        description = "Has a collection that runs on a Temporal server list its source again.",
        footer = {"", CollectionCommand.WHERE})
final class RefreshCommand extends CollectionCommand {
    @Mixin
    private WaitOption wait;

    private final Interrupt interrupt;

    RefreshCommand(Interrupt interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    ExitCode call(CollectionClient collection) throws InterruptedException {
        collection.running();
        return ChangeAnswerPrinter.end(this, collection, collection.refresh(), wait, interrupt);
    }
}
