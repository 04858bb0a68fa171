package dev.littoral.starter.catalog;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.starter.cli.LineOutput;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.StatusText;
import dev.littoral.workflows.model.SkippedFile;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the files of a snapshot, what it leaves out, or files that are gone and have rows in its segments. */
@Command(name = "files", description = "The files of a collection's snapshot, in order of their paths.")
public final class FilesCommand implements Callable<Integer> {
    @Mixin
    private SnapshotOption of;

    @ArgGroup
    private Others others = new Others();

    private static final class Others {
        @Option(names = "--skipped", description = "List what was left out instead, and why.")
        private boolean skipped;

        @Option(
                names = "--dead",
                description = "List files that are gone or have another version instead, of which segments still have"
                        + " rows, all of them deleted.")
        private boolean dead;
    }

    @Mixin
    private LineOutput output;

    @Override
    public Integer call() {
        return of.readSnapshot(snapshot -> {
            if (others.skipped) {
                output.printAll(snapshot.skipped(), FilesCommand::text);
            } else if (others.dead) {
                output.printAll(snapshot.deadFiles(), FilesCommand::deadText);
            } else {
                output.printAll(snapshot.files(), FilesCommand::text);
            }
        });
    }

    private static String text(FileEntry file) {
        long dead = file.rows() - file.living();
        return "%14s rows  %14s bytes  %s  %s%s"
                .formatted(
                        Output.count(file.living()),
                        Output.count(file.bytes()),
                        StatusText.count(file.fragments().size(), "fragment"),
                        Output.path(file.path()),
                        dead == 0 ? "" : "; " + StatusText.count(dead, "row") + " deleted");
    }

    private static String deadText(FileEntry file) {
        return "%14s dead rows  since version %d  %s  %s"
                .formatted(
                        Output.count(file.fragments().stream()
                                .mapToLong(FragmentEntry::dead)
                                .sum()),
                        file.deadSince(),
                        StatusText.count(file.fragments().size(), "fragment"),
                        Output.path(file.path()));
    }

    private static String text(SkippedFile file) {
        return Output.path(file.file()) + "  " + Output.path(file.reason());
    }
}
