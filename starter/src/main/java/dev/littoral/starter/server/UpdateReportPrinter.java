package dev.littoral.starter.server;

import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.StatusText;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.SegmentCounts;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.UpdateReport;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints the report of an update. */
public final class UpdateReportPrinter {
    private static final int MAX_SKIPPED = 20;

    private UpdateReportPrinter() {}

    /**
     * The report on one stream; why the update did not succeed on the other.
     *
     * @return how the command ends
     */
    public static ExitCode end(UpdateReport report, boolean json, PrintWriter out, PrintWriter err) {
        if (json) {
            Output.json(out, report);
        } else {
            print(report, out);
        }
        out.flush();
        switch (report.outcome()) {
            case COMMITTED, UNCHANGED -> {}
            case SUPERSEDED, CANCELED, FAILED, PENDING, RUNNING ->
                err.println("littoral: update " + report.update() + " of " + report.collectionId() + " "
                        + report.outcome() + ": " + sentence(report.reason()) + "; "
                        + (report.rows() == 0 && report.segments().total() == 0
                                ? "nothing is served"
                                : "what is served is as it was"));
        }
        return ExitCode.of(report.outcome(), report.failure());
    }

    /** A reason without its full stop. */
    private static String sentence(String reason) {
        return Output.path(reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason);
    }

    private static long count(Long rows) {
        return rows == null ? 0 : rows;
    }

    private static void print(UpdateReport report, PrintWriter out) {
        out.printf("%s  %s: %s%n", report.collectionId(), report.outcome(), Output.path(report.reason()));
        out.printf(
                "  head      version %d, generation %d, update %d%n",
                report.version(), report.generation(), report.update());
        out.printf("  source    %s%n", Output.path(report.source().uri()));
        if (report.listedAt() != null) {
            out.printf("  listed    %s%n", report.listedAt());
        }
        if (report.table() != null) {
            out.printf("  table     %s%n", report.table().words());
        }
        if (report.warning() != null) {
            out.printf("  warning   %s%n", report.warning());
        }
        FileCounts files = report.files();
        out.printf(
                "  files     %s listed: %s new, %s changed, %s unchanged, %s skipped; %s removed%n",
                Output.count(files.listed()),
                Output.count(files.added()),
                Output.count(files.changed()),
                Output.count(files.unchanged()),
                Output.count(files.skipped()),
                Output.count(files.removed()));
        out.printf(
                "  rows      %s in %s%s; %s%n",
                Output.count(report.rows()),
                StatusText.count(report.fragments(), "fragment"),
                report.deadRows() == null || report.deadRows() == 0
                        ? ""
                        : "; " + Output.count(report.deadRows()) + " dead in segments",
                StatusText.count(report.schemas(), "schema"));
        SegmentCounts segments = report.segments();
        out.printf(
                Locale.ROOT,
                "  segments  %s: %s kept, %s new; %s dropped; churn %.2f%n",
                Output.count(segments.total()),
                Output.count(segments.kept()),
                Output.count(segments.added()),
                Output.count(segments.dropped()),
                report.churn());
        boolean moved = report.newRows() != null
                && report.newRows()
                                + count(report.keptRows())
                                + count(report.deletedRows())
                                + count(report.droppedRows())
                        > 0;
        if (moved || report.targetRowsBefore() != null) {
            out.printf(
                    "  indexed   %s anew%s%s; %s deleted in place, %s dropped with their segments%s%n",
                    StatusText.count(count(report.newRows()), "row"),
                    count(report.movedRows()) == 0
                            ? ""
                            : ", of which the table only moved " + Output.count(report.movedRows()),
                    count(report.keptRows()) == 0
                            ? ""
                            : "; " + Output.count(report.keptRows()) + " that the table moved are kept",
                    Output.count(count(report.deletedRows())),
                    Output.count(count(report.droppedRows())),
                    report.targetRowsBefore() == null
                            ? ""
                            : "; targetRowsPerSegment was " + Output.count(report.targetRowsBefore()) + " before");
        }
        out.printf(
                "  requests  %s%n",
                report.requests().entrySet().stream()
                        .map(entry -> entry.getKey() + " " + Output.count(entry.getValue()))
                        .collect(Collectors.joining(", ")));
        out.printf(
                "  seconds   %s%n",
                report.seconds().entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", ")));
        long shown = 0;
        for (SkippedFile file : report.skipped()) {
            if (++shown > MAX_SKIPPED) {
                break;
            }
            out.printf("  skipped   %s: %s%n", Output.path(file.file()), Output.path(file.reason()));
        }
        if (files.skipped() > MAX_SKIPPED) {
            out.printf(
                    "  skipped   and %s more; littoral files --skipped lists all%n",
                    Output.count(files.skipped() - MAX_SKIPPED));
        }
    }
}
