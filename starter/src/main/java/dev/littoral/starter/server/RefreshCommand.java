package dev.littoral.starter.server;

import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.ShutdownSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Requests a new listing of a collection's source. */
@Command(
        name = "refresh",
        description = "Has a collection that runs on a Temporal server list its source again.",
        footer = {"", CollectionCommand.WHERE})
public final class RefreshCommand extends CollectionCommand {
    @Mixin
    private WaitOption wait;

    private final ShutdownSignal shutdown;

    public RefreshCommand(ShutdownSignal shutdown) {
        this.shutdown = shutdown;
    }

    @Override
    void check() {
        wait.check();
    }

    @Override
    ExitCode call(CollectionClient collection) throws InterruptedException {
        collection.running();
        return ChangeAnswerPrinter.end(this, collection, collection.refresh(), wait, shutdown);
    }
}
