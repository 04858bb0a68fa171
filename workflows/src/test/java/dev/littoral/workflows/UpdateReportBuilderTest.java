package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.SegmentCounts;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.model.UpdateStep;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UpdateReportBuilderTest {
    /** Ten files in five segments. */
    private static final Head BASE = head(4, new Totals(10, 1_000, 10, 100, 5, 1, 0));

    private final UpdateReportBuilder tally =
            new UpdateReportBuilder(new UpdateInput("orders", 3, A, CollectionOptions.DEFAULTS, BASE, null));

    private static Head head(long version, Totals totals) {
        return new Head(
                version,
                "c" + version,
                HeadKind.COMMITTED,
                A,
                2,
                2,
                new SnapshotRef("k", "00", totals, null),
                50,
                Instant.EPOCH,
                "r");
    }

    /** A listing that found changes in some shards, where it names any. */
    private void listed(int files, List<SkippedFile> skipped, Totals carried, Totals vanished, Long... touched) {
        boolean changed = touched.length > 0;
        tally.listed(new ListingOutcome(
                changed ? "p" : null,
                touched.length,
                List.of(touched),
                changed,
                files,
                skipped.size(),
                skipped,
                carried,
                vanished,
                changed ? 0 : 1,
                20L,
                Map.of("l", 1L + touched.length),
                null,
                null,
                null,
                null));
    }

    @Test
    void beforeAnythingIsListedAFailureHasNoFiles() {
        UpdateReport report = tally.build(UpdateState.FAILED, BASE, FailureType.ACCESS, "no permission");

        assertThat(report.files()).isEqualTo(FileCounts.NONE);
        assertThat(report.failure()).isEqualTo(FailureType.ACCESS);
        assertThat(report.rows()).isEqualTo(100);
        assertThat(report.segments()).isEqualTo(new SegmentCounts(5, 5, 0, 0));
        assertThat(report.version()).isEqualTo(4);
        assertThat(report.generation()).isEqualTo(2);
    }

    @Test
    void aListingThatIsAsTheBaseIsUnchanged() {
        listed(13, skipped(2), BASE.totals(), Totals.NONE);
        UpdateReport report = tally.build(UpdateState.UNCHANGED, BASE, null, "same");

        // The base has left out one file more than the listing: it was opened before.
        assertThat(report.files()).isEqualTo(new FileCounts(13, 0, 0, 0, 10, 3));
        assertThat(report.schemas()).isEqualTo(1);
        assertThat(report.churn()).isZero();
        assertThat(report.requests()).containsEntry("l", 1L);
    }

    @Test
    void whatStepsAnswerAddsUp() {
        // One shard of four files is carried; one of two files is gone; two with four files are touched.
        listed(10, skipped(1), new Totals(4, 400, 4, 40, 2, 0, 0), new Totals(2, 200, 2, 20, 1, 0, 0), 1L, 2L);
        tally.read(new ReadOutcome.Read(2, 0, 0, 1, 0, List.of(), 3, 30, 0, 20, Map.of("r", 2L)));
        tally.read(new ReadOutcome.Read(0, 1, 1, 0, 1, skipped(1), 1, 15, 25, 15, Map.of("r", 1L)));
        tally.balanced(new BalanceResult(new Totals(3, 300, 3, 40, 2, 0, 0), 1, 30, 0, 0, 0, 53, Map.of("c", 1L)));
        tally.balanced(new BalanceResult(new Totals(1, 100, 1, 15, 1, 1, 0), 1, 15, 0, 0, 0, 54, Map.of("c", 1L)));
        tally.committed(2);
        tally.took(UpdateStep.LIST, 1_500);
        tally.took(UpdateStep.LIST, 250);
        Head committed = head(5, new Totals(8, 800, 8, 95, 5, 1, 0));
        UpdateReport report = tally.build(UpdateState.COMMITTED, committed, null, tally.changes());

        assertThat(report.reason()).isEqualTo("2 files new, 1 changed, 3 removed");
        assertThat(report.files()).isEqualTo(new FileCounts(10, 2, 1, 3, 5, 2));
        FileCounts files = report.files();
        assertThat(files.listed()).isEqualTo(files.added() + files.changed() + files.unchanged() + files.skipped());
        assertThat(report.segments()).isEqualTo(new SegmentCounts(5, 3, 2, 2));
        assertThat(report.rows()).isEqualTo(95);
        assertThat(report.schemas()).isEqualTo(2);
        assertThat(report.newRows()).isEqualTo(45);
        assertThat(report.movedRows()).isEqualTo(35);
        assertThat(report.targetRowsBefore()).isEqualTo(20);
        // 45 rows came, 45 went; 45 rows are in new segments.
        assertThat(report.churn()).isEqualTo(1);
        assertThat(report.requests()).isEqualTo(Map.of("l", 3L, "r", 3L, "c", 2L));
        assertThat(report.seconds()).isEqualTo(Map.of("list", 1.75));
        assertThat(report.skipped()).hasSize(2);
    }

    @Test
    void noMoreRowsWereMovedThanWentElsewhere() {
        listed(9, List.of(), Totals.NONE, Totals.NONE, 2L);
        tally.read(new ReadOutcome.Read(1, 0, 1, 0, 0, List.of(), 1, 90, 60, 90, Map.of()));
        tally.balanced(new BalanceResult(new Totals(1, 100, 1, 90, 1, 0, 0), 1, 90, 0, 60, 0, 53, Map.of()));
        Head committed = head(5, new Totals(1, 100, 1, 90, 1, 0, 0));
        assertThat(tally.build(UpdateState.COMMITTED, committed, null, "").movedRows())
                .isEqualTo(60);
    }

    @Test
    void whatCarriedShardsLeftOutCountsAsLeftOut() {
        listed(9, skipped(1), new Totals(4, 400, 4, 40, 2, 3, 0), Totals.NONE, 2L);
        tally.read(new ReadOutcome.Read(1, 0, 0, 0, 2, skipped(2), 1, 10, 0, 0, Map.of()));
        assertThat(tally.build(UpdateState.FAILED, BASE, FailureType.INPUT, "r").files())
                .isEqualTo(new FileCounts(9, 1, 0, 0, 4, 6));
    }

    @Test
    void churnIsRowsInNewSegmentsForEachRowThatChanged() {
        listed(9, List.of(), Totals.NONE, new Totals(1, 1, 1, 7, 1, 0, 0), 2L);
        tally.read(new ReadOutcome.Read(1, 0, 1, 0, 0, List.of(), 1, 30, 20, 0, Map.of()));
        tally.balanced(new BalanceResult(new Totals(1, 100, 1, 100, 1, 0, 0), 1, 100, 0, 0, 0, 51, Map.of()));
        // 30 rows came, 27 went.
        assertThat(tally.build(UpdateState.COMMITTED, BASE, null, "r").churn()).isEqualTo(3.3333);
        assertThat(tally.build(UpdateState.FAILED, BASE, FailureType.INPUT, "r").churn())
                .isZero();
        tally.read(new ReadOutcome.Read(0, 0, 1, 0, 0, List.of(), 1, 0, 13, 0, Map.of()));
        // 30 rows came, 40 went.
        assertThat(tally.build(UpdateState.COMMITTED, BASE, null, "r").churn()).isEqualTo(2.5);
    }

    /** What the snapshot would have been, as far as it was known. */
    @Test
    void aFailedUpdateReportsWhatItHadBalanced() {
        listed(9, List.of(), new Totals(4, 400, 5, 40, 2, 0, 0), Totals.NONE, 2L);
        tally.balanced(new BalanceResult(new Totals(1, 100, 2, 15, 1, 0, 0), 1, 15, 0, 0, 0, 51, Map.of()));
        UpdateReport report = tally.build(UpdateState.FAILED, BASE, FailureType.INPUT, "r");
        assertThat(report.rows()).isEqualTo(55);
        assertThat(report.fragments()).isEqualTo(7);
        assertThat(report.segments()).isEqualTo(new SegmentCounts(3, 3, 0, 0));
    }

    @Test
    void anotherRoundForgetsFilesAndKeepsRequests() {
        listed(10, skipped(1), Totals.NONE, BASE.totals(), 3L);
        tally.read(new ReadOutcome.Read(9, 0, 0, 0, 0, List.of(), 9, 90, 0, 0, Map.of("r", 9L)));
        Head newer = head(5, new Totals(9, 900, 9, 90, 4, 0, 0));
        tally.startRound(newer);
        listed(9, List.of(), newer.totals(), Totals.NONE);
        UpdateReport report = tally.build(UpdateState.UNCHANGED, newer, null, "same");

        assertThat(report.files()).isEqualTo(new FileCounts(9, 0, 0, 0, 9, 0));
        assertThat(report.rows()).isEqualTo(90);
        assertThat(report.skipped()).isEmpty();
        assertThat(report.requests()).isEqualTo(Map.of("l", 3L, "r", 9L));
    }

    @Test
    void theSkipReportFitsIntoOnePayload() throws JsonProcessingException {
        listed(5_000, skipped(5_000), Totals.NONE, Totals.NONE, 3L);
        assertThat(tally.build(UpdateState.FAILED, BASE, null, "r").skipped()).hasSize(UpdateReport.MAX_SKIPPED);

        tally.startRound(BASE);
        SkippedFile deep = new SkippedFile("日".repeat(4_000), "hidden");
        listed(900, Collections.nCopies(900, deep), Totals.NONE, Totals.NONE, 900L);
        UpdateReport report = tally.build(UpdateState.FAILED, BASE, null, "r");
        assertThat(report.files().skipped()).isEqualTo(900);
        assertThat(Json.JSON.writeValueAsBytes(report)).hasSizeBetween(1_000_000, 1_900_000);
    }

    private static List<SkippedFile> skipped(int n) {
        return Collections.nCopies(n, new SkippedFile("_SUCCESS", "hidden"));
    }
}
