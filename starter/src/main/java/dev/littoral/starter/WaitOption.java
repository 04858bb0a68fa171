package dev.littoral.starter;

import dev.littoral.workflows.model.UpdateReport;
import picocli.CommandLine.Option;

/** Whether a command stays until the update it has asked for has ended. */
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
    ExitCode follow(CollectionCommand command, CollectionClient collection, long update, Interrupt interrupt)
            throws InterruptedException {
        interrupt.endWith(
                ExitCode.STOPPED, "stopped waiting; update " + update + " of " + collection.id() + " goes on");
        UpdateReport report;
        try (Progress progress = new Progress(command.err())) {
            report = new UpdateFollower(collection, interrupt, progress).follow(update);
        }
        return UpdateReportPrinter.end(report, command.json(), command.out(), command.err());
    }
}
