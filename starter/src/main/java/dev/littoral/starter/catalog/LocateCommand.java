package dev.littoral.starter.catalog;

import dev.littoral.activities.catalog.Segment.RowLocation;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks up which row of which file a segment's row is. */
@Command(
        name = "locate",
        description = "Which row of which file a segment's row is. One that is deleted is shown with exit code 3.")
public final class LocateCommand implements Callable<Integer> {
    @Mixin
    private SnapshotOption of;

    @Parameters(index = "1", paramLabel = "<segment>", description = "The segment's id.")
    private long segment;

    @Parameters(index = "2", paramLabel = "<row>", description = "The segment's row, from 0.")
    private long row;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return of.read(catalog -> {
            RowLocation location = of.snapshot(catalog).locate(segment, row);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Output.json(out, location);
            } else {
                out.println(text(location));
            }
            return location.deadSince() == null ? ExitCode.OK.code() : ExitCode.INPUT.code();
        });
    }

    private static String text(RowLocation location) {
        boolean dead = location.deadSince() != null;
        return "row %d of segment %d %s row %d of %s%s"
                .formatted(
                        location.row(),
                        location.segment(),
                        dead ? "was" : "is",
                        location.fileRow(),
                        Output.path(location.file()),
                        dead
                                ? "; deleted since version " + location.deadSince()
                                        + (location.orBefore() ? " or before" : "")
                                : "");
    }
}
