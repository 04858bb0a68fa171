package dev.littoral.starter;

import dev.littoral.activities.catalog.RowMapping;
import dev.littoral.activities.catalog.Segments;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.failure.LittoralException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "locate", description = "Which row of which file a segment's row is.")
final class LocateCommand implements Callable<Integer> {
    @Mixin
    private CatalogOption where;

    @Parameters(index = "1", paramLabel = "<segment>", description = "The segment's id.")
    private long segment;

    @Parameters(index = "2", paramLabel = "<row>", description = "The segment's row, from 0.")
    private long row;

    @Option(names = "--at", paramLabel = "<version>", description = "An older version. Default: the newest.")
    private Long version;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return where.read((catalog, newest) -> {
            SnapshotRoot root = CatalogOption.root(catalog, CatalogOption.at(catalog, newest, version));
            RowMapping.Location location = new Segments(catalog, root)
                    .find(segment)
                    .orElseThrow(
                            () -> LittoralException.input("Version " + root.version() + " has no segment " + segment))
                    .locate(row);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Output.json(out, location);
            } else {
                out.printf(
                        "row %d of segment %d is row %d of %s%n",
                        row, segment, location.fileRow(), Output.path(location.file()));
            }
            return 0;
        });
    }
}
