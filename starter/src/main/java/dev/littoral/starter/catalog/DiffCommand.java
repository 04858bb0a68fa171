package dev.littoral.starter.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.activities.catalog.DiffTotals;
import dev.littoral.activities.catalog.FileChange;
import dev.littoral.activities.catalog.SnapshotDiff;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.LineOutput;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what changes between two versions of a collection. */
@Command(
        name = "diff",
        description = "What somebody who serves one version has to do to serve another: segments to build and to drop,"
                + " rows to delete. The totals come last.")
public final class DiffCommand implements Callable<Integer> {
    @Mixin
    private CatalogOption where;

    @Parameters(index = "1", paramLabel = "<from>", description = "The version that is served; 0 for nothing.")
    private long from;

    @Parameters(index = "2", paramLabel = "<to>", description = "The version to serve; it may be the older one.")
    private long to;

    @Option(names = "--files", description = "List the files behind it instead: those added, removed and changed.")
    private boolean files;

    @Mixin
    private LineOutput output;

    /** The last line: of segments the totals, of files how many. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record End(long from, long to, boolean older, DiffTotals totals, FileChange.Counts files) {
        String text() {
            return "versions %d to %d: %s%s"
                    .formatted(
                            from,
                            to,
                            totals == null ? DiffText.counts(files) : DiffText.totals(totals),
                            older ? "; version " + to + " serves the older snapshot" : "");
        }
    }

    @Override
    public Integer call() {
        return where.read(catalog -> {
            SnapshotDiff diff = catalog.diff(where.collectionId(), from, to);
            if (files) {
                output.printAll(diff.files(), DiffText::line);
            } else {
                output.printAll(diff.changes(), DiffText::line);
            }
            if (output.isRead()) {
                End end =
                        new End(from, to, diff.older(), files ? null : diff.totals(), files ? diff.fileCounts() : null);
                output.print(end, End::text);
            }
            return ExitCode.OK.code();
        });
    }
}
