package dev.littoral.workflows;

import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.SegmentCounts;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.model.Traffic;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.UpdateStep;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The builder of an update's report from the results of its steps. Pure. Requests and time add up over rounds. */
final class UpdateReportBuilder {
    /** The report is one payload, of which Temporal takes two megabytes; a character has up to three bytes. */
    private static final int MAX_SKIPPED_CHARS = 500_000;

    private final UpdateInput input;

    /** Requests and bytes, see {@link Traffic#of}. */
    private final Map<String, Long> counts = new TreeMap<>();

    private final Map<String, Long> millis = new TreeMap<>();

    private Head base;
    private ListingOutcome listing;
    private long added;
    private long changed;
    private long removed;
    private long unchanged;
    private long skipped;
    private long addedRows;
    private long removedRows;
    private long movedRows;
    private long keptRows;
    private List<SkippedFile> skippedFiles;
    private int skippedChars;
    private Totals totals;
    private long newSegments;
    private long newRows;
    private long deletedRows;
    private long droppedRows;
    private int schemas;

    UpdateReportBuilder(UpdateInput input) {
        this.input = input;
        startRound(input.base());
    }

    /** Starts a round: what an earlier one found does not count. */
    void startRound(Head newBase) {
        base = newBase;
        listing = null;
        added = 0;
        changed = 0;
        removed = 0;
        unchanged = 0;
        skipped = 0;
        addedRows = 0;
        removedRows = 0;
        movedRows = 0;
        keptRows = 0;
        skippedFiles = new ArrayList<>();
        skippedChars = 0;
        totals = base.totals();
        newSegments = 0;
        newRows = 0;
        deletedRows = 0;
        droppedRows = 0;
        schemas = 0;
    }

    void listed(ListingOutcome found) {
        listing = found;
        requests(found.requests());
        schemas = found.schemas();
        addSkipped(found.skippedFiles());
        if (found.unchanged()) {
            return;
        }
        totals = found.carried();
        unchanged += found.carried().files();
        skipped += found.carried().skipped();
        removed += found.vanished().files();
        removedRows += found.vanished().rows();
        droppedRows += found.vanished().rows();
    }

    void read(ReadOutcome.Read read) {
        requests(read.requests());
        added += read.added();
        changed += read.changed();
        removed += read.removed();
        unchanged += read.unchanged();
        skipped += read.skipped();
        addedRows += read.addedRows();
        removedRows += read.removedRows();
        movedRows += read.movedRows();
        addSkipped(read.skippedFiles());
    }

    void balanced(BalanceResult result) {
        requests(result.requests());
        totals = totals.plus(result.totals());
        newSegments += result.newSegments();
        newRows += result.newRows();
        deletedRows += result.deletedRows();
        droppedRows += result.droppedRows();
        keptRows += result.keptRows();
    }

    void committed(int distinctSchemas) {
        schemas = distinctSchemas;
    }

    void requests(Map<String, Long> more) {
        more.forEach((kind, n) -> counts.merge(kind, n, Long::sum));
    }

    /** What the update asked of stores so far. */
    Traffic traffic() {
        return Traffic.of(counts);
    }

    void took(UpdateStep step, long more) {
        millis.merge(step.wireName(), more, Long::sum);
    }

    /** A part of one step's time was another's. */
    void took(UpdateStep step, long part, UpdateStep within) {
        took(step, part);
        millis.computeIfPresent(within.wireName(), (name, whole) -> Math.max(0, whole - part));
    }

    private Map<String, Double> seconds() {
        Map<String, Double> seconds = new TreeMap<>();
        millis.forEach((step, took) -> seconds.put(step, took / 1000.0));
        return seconds;
    }

    /** What the snapshot to be adds up to. */
    Totals totals() {
        return totals;
    }

    /** In words, what changed. */
    String changes() {
        return StatusText.count(added, "file") + " new, " + changed + " changed, " + removed + " removed";
    }

    UpdateReport build(UpdateState outcome, Head head, FailureType failure, String reason) {
        Totals now = outcome == UpdateState.COMMITTED
                ? head.totals()
                : outcome == UpdateState.UNCHANGED ? base.totals() : totals;
        FileCounts files = files();
        boolean done = outcome == UpdateState.COMMITTED;
        SegmentCounts segments = done
                ? new SegmentCounts(
                        now.segments(),
                        now.segments() - newSegments,
                        newSegments,
                        base.totals().segments() - (now.segments() - newSegments))
                : new SegmentCounts(now.segments(), now.segments(), 0, 0);
        long changedRows = Math.max(addedRows, removedRows);
        double churn = !done || changedRows == 0 ? 0 : Math.round(1e4 * newRows / changedRows) / 1e4;
        return new UpdateReport(
                input.collectionId(),
                input.update(),
                outcome,
                reason,
                failure,
                head.version(),
                head.generation(),
                input.source(),
                files,
                List.copyOf(skippedFiles),
                schemas,
                now.fragments(),
                now.rows(),
                now.dead(),
                segments,
                done ? newRows : 0,
                done ? deletedRows : 0,
                done ? droppedRows : 0,
                // What was moved was served before: it is gone from other files.
                done ? Math.min(movedRows, removedRows) : 0,
                done ? keptRows : 0,
                done ? listing.targetRowsBefore() : null,
                churn,
                traffic().requests(),
                seconds(),
                listedAt(outcome, head),
                listing == null ? null : listing.table(),
                listing == null ? null : RetentionWarning.of(listing.table(), input.options()),
                traffic().bytes());
    }

    private Instant listedAt(UpdateState outcome, Head head) {
        return switch (outcome) {
            case COMMITTED -> head.listedAt();
            case UNCHANGED -> listing.listedAt();
            case PENDING, RUNNING, SUPERSEDED, CANCELED, FAILED -> null;
        };
    }

    private FileCounts files() {
        if (listing == null) {
            return FileCounts.NONE;
        }
        if (listing.unchanged()) {
            Totals same = base.totals();
            return new FileCounts(listing.listed(), 0, 0, 0, same.files(), listing.skipped() + same.skipped());
        }
        return new FileCounts(listing.listed(), added, changed, removed, unchanged, listing.skipped() + skipped);
    }

    private void addSkipped(List<SkippedFile> more) {
        for (SkippedFile each : more) {
            skippedChars += each.file().length() + each.reason().length();
            if (skippedFiles.size() == UpdateReport.MAX_SKIPPED || skippedChars > MAX_SKIPPED_CHARS) {
                return;
            }
            skippedFiles.add(each);
        }
    }
}
