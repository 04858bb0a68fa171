package dev.littoral.starter.catalog;

import dev.littoral.activities.catalog.Segment.RowLocation;
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
@Command(name = "locate", description = "Which row of which file a segment's row is.")
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
        return of.readSnapshot(snapshot -> {
            RowLocation location = snapshot.locate(segment, row);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Output.json(out, location);
            } else {
                out.printf(
                        "row %d of segment %d is row %d of %s%n",
                        row, segment, location.fileRow(), Output.path(location.file()));
            }
        });
    }
}
