package dev.littoral.starter.catalog;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.starter.cli.LineOutput;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.model.SkippedFile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the files of a snapshot, or what it leaves out. */
@Command(name = "files", description = "The files of a collection's snapshot, in order of their paths.")
public final class FilesCommand implements Callable<Integer> {
    @Mixin
    private SnapshotOption of;

    @Option(names = "--skipped", description = "List what was left out instead, and why.")
    private boolean skipped;

    @Mixin
    private LineOutput output;

    @Override
    public Integer call() {
        return of.readSnapshot(snapshot -> {
            if (skipped) {
                output.printAll(snapshot.skipped(), FilesCommand::text);
            } else {
                output.printAll(snapshot.files(), FilesCommand::text);
            }
        });
    }

    private static String text(FileEntry file) {
        return "%14s rows  %14s bytes  %s fragments  %s"
                .formatted(
                        Output.count(file.rows()),
                        Output.count(file.bytes()),
                        Output.count(file.fragments().size()),
                        Output.path(file.path()));
    }

    private static String text(SkippedFile file) {
        return Output.path(file.file()) + "  " + Output.path(file.reason());
    }
}
