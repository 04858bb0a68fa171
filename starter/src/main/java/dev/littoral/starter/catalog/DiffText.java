package dev.littoral.starter.catalog;

import dev.littoral.activities.catalog.DiffTotals;
import dev.littoral.activities.catalog.FileChange;
import dev.littoral.activities.catalog.FileChange.FileState;
import dev.littoral.activities.catalog.SegmentChange;
import dev.littoral.activities.deletes.RowRange;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.StatusText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What changes between two versions as text, for people. */
final class DiffText {
    /** The most ranges of rows on a line. */
    private static final int RANGES = 10;

    private DiffText() {}

    static String line(SegmentChange change) {
        return switch (change) {
            case SegmentChange.Build build ->
                "build    segment %d: %s in %s, %s%s"
                        .formatted(
                                build.id(),
                                StatusText.count(build.rows(), "row"),
                                StatusText.count(build.segment().fragments().size(), "fragment"),
                                StatusText.count(build.bytes(), "byte"),
                                build.deleted().isEmpty()
                                        ? ""
                                        : "; deleted already are rows " + ranges(build.deleted()));
            case SegmentChange.Drop drop ->
                "drop     segment %d: %s".formatted(drop.id(), StatusText.count(drop.rows(), "row"));
            case SegmentChange.Delete delete -> line("delete ", delete, delete.ranges());
            case SegmentChange.Restore restore -> line("restore", restore, restore.ranges());
            case SegmentChange.Move move ->
                "move     segment %d: %s in other files".formatted(move.id(), StatusText.count(move.rows(), "row"));
        };
    }

    private static String line(String what, SegmentChange change, List<RowRange> ranges) {
        return "%s  segment %d: %s: %s"
                .formatted(what, change.id(), StatusText.count(change.rows(), "row"), ranges(ranges));
    }

    private static String ranges(List<RowRange> ranges) {
        return ranges.stream()
                        .limit(RANGES)
                        .map(range -> range.rows() == 1
                                ? Output.count(range.start())
                                : Output.count(range.start()) + " to " + Output.count(range.end() - 1))
                        .collect(Collectors.joining("; "))
                + (ranges.size() <= RANGES ? "" : "; and " + StatusText.count(ranges.size() - RANGES, "more range"));
    }

    static String line(FileChange change) {
        String path = Output.path(change.path());
        return switch (change.change()) {
            case ADDED -> "added    %s: %s".formatted(path, file(change.now()));
            case REMOVED -> "removed  %s: it had %s".formatted(path, file(change.before()));
            case CHANGED -> "changed  %s: %s; it had %s".formatted(path, file(change.now()), file(change.before()));
        };
    }

    private static String file(FileState file) {
        return StatusText.count(file.rows(), "row")
                + (file.dead() == 0 ? "" : ", " + Output.count(file.dead()) + " of them deleted") + " in "
                + StatusText.count(file.bytes(), "byte");
    }

    static String totals(DiffTotals totals) {
        List<String> parts = new ArrayList<>();
        if (totals.newSegments() > 0) {
            parts.add("build " + StatusText.count(totals.newSegments(), "segment") + " of "
                    + StatusText.count(totals.newRows(), "row") + " and "
                    + StatusText.count(totals.newBytes(), "byte"));
        }
        if (totals.droppedSegments() > 0) {
            parts.add("drop " + StatusText.count(totals.droppedSegments(), "segment") + " of "
                    + StatusText.count(totals.droppedRows(), "row"));
        }
        if (totals.deletedRows() > 0) {
            parts.add("delete " + StatusText.count(totals.deletedRows(), "row") + " in place");
        }
        if (totals.restoredRows() > 0) {
            parts.add("restore " + StatusText.count(totals.restoredRows(), "row"));
        }
        if (totals.movedRows() > 0) {
            parts.add("find " + StatusText.count(totals.movedRows(), "row") + " in other files");
        }
        return parts.isEmpty() ? "no row changes" : String.join(", ", parts);
    }

    static String counts(FileChange.Counts counts) {
        return StatusText.count(counts.added(), "file") + " added, " + Output.count(counts.removed()) + " removed, "
                + Output.count(counts.changed()) + " changed";
    }
}
