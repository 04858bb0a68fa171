package dev.littoral.starter;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.littoral.activities.catalog.RowMapping;
import dev.littoral.activities.catalog.Segments;
import dev.littoral.activities.catalog.SnapshotRoot;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "segments", description = "The segments of a collection's snapshot with their fragments.")
final class SegmentsCommand implements Callable<Integer> {
    @Mixin
    private CatalogOption where;

    @Option(names = "--at", paramLabel = "<version>", description = "An older version. Default: the newest.")
    private Long version;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** A segment as it is printed. */
    @JsonPropertyOrder({"segment", "rows", "fragments"})
    record Line(long segment, long rows, List<RowMapping.FragmentSpan> fragments) {}

    @Override
    public Integer call() throws InterruptedException {
        return where.read((catalog, newest) -> {
            SnapshotRoot root = CatalogOption.root(catalog, CatalogOption.at(catalog, newest, version));
            PrintWriter out = spec.commandLine().getOut();
            new Segments(catalog, root).forEach(segment -> print(segment, out));
            return 0;
        });
    }

    private void print(RowMapping segment, PrintWriter out) {
        if (json) {
            Output.json(out, new Line(segment.segment(), segment.rows(), segment.spans()));
            return;
        }
        out.printf(
                "segment %d: %s rows in %s fragments%n",
                segment.segment(),
                Output.count(segment.rows()),
                Output.count(segment.spans().size()));
        for (RowMapping.FragmentSpan span : segment.spans()) {
            out.printf(
                    "  from %s: rows %s to %s of %s%n",
                    Output.count(span.from()),
                    Output.count(span.start()),
                    Output.count(span.end() - 1),
                    Output.path(span.file()));
        }
    }
}
