package dev.littoral.starter.server;

import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.model.UpdateReport;
import picocli.CommandLine.Option;

/** The option to wait for the end of the update that a command requests. */
final class WaitOption {
    @Option(
            names = "--wait",
            description =
                    "Stay until the update has ended, and print its report. Ctrl-C stops the waiting, not the update.")
    private boolean wait;

    boolean isTyped() {
        return wait;
    }

    /** Follows an update to its end and prints the report. */
    ExitCode follow(CollectionCommand command, CollectionClient collection, long update, ShutdownSignal shutdown)
            throws InterruptedException {
        shutdown.endWith(ExitCode.STOPPED, "stopped waiting; update " + update + " of " + collection.id() + " goes on");
        UpdateReport report;
        try (ProgressDisplay progress = new ProgressDisplay(command.err())) {
            report = new UpdateFollower(collection, shutdown, progress).follow(update);
        }
        return UpdateReportPrinter.end(report, command.json(), command.out(), command.err());
    }
}
