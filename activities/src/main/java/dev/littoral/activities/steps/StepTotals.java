package dev.littoral.activities.steps;

import dev.littoral.activities.balance.ShardBalancer;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.model.UpdateReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The totals of one activity: what its shards add up to, and the requests it made. Pure. */
final class StepTotals {
    /**
     * The most characters of the skip reports of one step: they travel in payloads, whose sum in a history is bounded.
     */
    static final int MAX_SKIPPED_CHARS = 200_000;

    static final ReadOutcome.Read NO_READ = new ReadOutcome.Read(0, 0, 0, 0, 0, List.of(), 0, 0, 0, 0, Map.of());

    private StepTotals() {}

    /** Adds a shard; {@code maxChars} bounds the skip report. */
    static ReadOutcome.Read plus(ReadOutcome.Read sum, ShardReader.Result shard, int maxChars) {
        return new ReadOutcome.Read(
                sum.added() + shard.added(),
                sum.changed() + shard.changed(),
                sum.removed() + shard.removed(),
                sum.unchanged() + shard.unchanged(),
                sum.skipped() + shard.skippedFiles(),
                bounded(sum.skippedFiles(), shard.skipped(), maxChars),
                sum.fragments() + shard.fragments(),
                sum.addedRows() + shard.rows().addedRows(),
                sum.removedRows() + shard.rows().removedRows(),
                sum.movedRows() + shard.movedRows(),
                sum.requests());
    }

    static ReadOutcome.Read with(ReadOutcome.Read sum, Map<String, Long> requests) {
        return new ReadOutcome.Read(
                sum.added(),
                sum.changed(),
                sum.removed(),
                sum.unchanged(),
                sum.skipped(),
                sum.skippedFiles(),
                sum.fragments(),
                sum.addedRows(),
                sum.removedRows(),
                sum.movedRows(),
                requests);
    }

    static BalanceResult noBalance(long firstSegmentId) {
        return new BalanceResult(Totals.NONE, 0, 0, 0, 0, 0, firstSegmentId, Map.of());
    }

    static BalanceResult plus(BalanceResult sum, ShardBalancer.Result shard) {
        return new BalanceResult(
                sum.totals().plus(shard.totals()),
                sum.newSegments() + shard.newSegments(),
                sum.newRows() + shard.newRows(),
                sum.deletedRows() + shard.deletedRows(),
                sum.droppedRows() + shard.droppedRows(),
                sum.keptRows() + shard.keptRows(),
                sum.nextSegmentId() + shard.newSegments(),
                sum.requests());
    }

    static BalanceResult with(BalanceResult sum, Map<String, Long> requests) {
        return new BalanceResult(
                sum.totals(),
                sum.newSegments(),
                sum.newRows(),
                sum.deletedRows(),
                sum.droppedRows(),
                sum.keptRows(),
                sum.nextSegmentId(),
                requests);
    }

    /** Whether a heartbeated number of finished shards can be right for a request. */
    static boolean isWithin(int shards, ShardsRequest request) {
        return shards >= 0 && shards <= request.to() - request.from();
    }

    /** Whether a heartbeated sum can be right. */
    static boolean isPlausible(ReadOutcome.Read sum) {
        return sum != null
                && sum.added() >= 0
                && sum.changed() >= 0
                && sum.removed() >= 0
                && sum.unchanged() >= 0
                && sum.skipped() >= 0
                && sum.fragments() >= 0
                && sum.addedRows() >= 0
                && sum.removedRows() >= 0
                && sum.movedRows() >= 0
                && sum.skippedFiles() != null
                && sum.skippedFiles().stream()
                        .allMatch(file -> file != null && file.file() != null && file.reason() != null)
                && bounded(List.of(), sum.skippedFiles(), MAX_SKIPPED_CHARS).size()
                        == sum.skippedFiles().size();
    }

    /** Whether what somebody heartbeated can be such a sum. */
    static boolean isPlausible(BalanceResult sum, long firstSegmentId) {
        return sum != null
                && sum.totals() != null
                && sum.newSegments() >= 0
                && sum.newRows() >= 0
                && sum.deletedRows() >= 0
                && sum.droppedRows() >= 0
                && sum.keptRows() >= 0
                && sum.nextSegmentId() == firstSegmentId + sum.newSegments();
    }

    /** The first skipped files, as many as travel. */
    static List<SkippedFile> bounded(List<SkippedFile> sum, List<SkippedFile> more, int maxChars) {
        List<SkippedFile> all = new ArrayList<>(sum);
        int chars = all.stream().mapToInt(StepTotals::chars).sum();
        for (SkippedFile each : more) {
            chars += chars(each);
            if (all.size() == UpdateReport.MAX_SKIPPED || chars > maxChars) {
                break;
            }
            all.add(each);
        }
        return all;
    }

    private static int chars(SkippedFile file) {
        return file.file().length() + file.reason().length();
    }
}
