package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.Cause;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FreshnessStatus;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RetryInfo;
import dev.littoral.workflows.model.UpdateState;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StatusTextTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void aSummaryIsOneLineThatTemporalTakes() {
        assertThat(StatusText.summary("list s3://lake/a\nb/")).isEqualTo("list s3://lake/a b/");
        String longest = StatusText.summary("\uD83D\uDE00".repeat(1_000));
        assertThat(longest.getBytes(UTF_8)).hasSizeBetween(395, 400);
        assertThat(longest).matches("(\uD83D\uDE00)+…");
        assertThat(StatusText.summary("x".repeat(400))).hasSize(400);
        assertThat(StatusText.summary("x".repeat(401))).hasSize(398).endsWith("…");
    }

    @Test
    void whatChangesTheLettersBesideItIsASpace() {
        assertThat(StatusText.summary("a\u202Eb\u2028c\u001Bd")).isEqualTo("a b c d");
        assertThat(StatusText.plain("a\u2066b")).isEqualTo("a b");
        assertThat(StatusText.code("a\u202Eb")).isEqualTo("`a b`");
    }

    @Test
    void aPageSaysWhatACollectionFollowsServesAndDoes() {
        CollectionState state = new CollectionState("orders", CollectionOptions.DEFAULTS);
        assertThat(StatusText.details(state.view().status()))
                .contains("**State:** starting", "**Serves:** nothing yet");

        Head head = new Head(7, "x", HeadKind.COMMITTED, A, 3, 41, CollectionFixture.snapshot(), 9, NOW, "r");
        state.opened(head);
        state.handle(new Message.Refresh("refresh", null), NOW);
        state.launched(((Decision.Launch) state.next(NOW)).job(), CollectionFixture.LAUNCH, NOW);
        CollectionFixture.onProgress(state, new ProgressSignal.Report(42, "read", "w", 1_204, 98_112, null), NOW);
        CollectionFixture.onProgress(
                state,
                new ProgressSignal.Report(
                        42,
                        null,
                        "w",
                        0,
                        0,
                        new RetryInfo("read", "the store answers 503", 3, NOW, NOW.plusSeconds(2))),
                NOW);
        state.handle(new Message.Rejected("sourceChanged", "source.uri is [a](b) <script>"), NOW);
        assertThat(StatusText.details(state.view().status()))
                .contains(
                        "**State:** updating",
                        "**Follows:** `" + A.uri() + "`, parquet, generation 3",
                        "**Serves:** 1 row in 1 segment, of 1 file, at version 7",
                        "**Running:** update 42 reads footers, 1,204 of 98,112 files, as of 2026-01-01 12:00:00 UTC",
                        "**Trying again:** the store answers 503 (read, attempt 3 failed at 2026-01-01 "
                                + "12:00:00 UTC, next try at"
                                + " 2026-01-01 12:00:02 UTC)",
                        "**Rejected:** sourceChanged at 2026-01-01 12:00:00 UTC: source.uri is "
                                + "\\[a\\](b) \\<script\\>");

        state.handle(new Message.UpdateClosed(42, null, CollectionFixture.failed(FailureType.INPUT, "bad_file")), NOW);
        state.inspected(42, head, Head.NONE, NOW);
        assertThat(StatusText.details(state.view().status()))
                .contains(
                        "**State:** failed",
                        "**Last failure:** update 42 FAILED at 2026-01-01 12:00:00 UTC: bad\\_file")
                .doesNotContain("Trying again", "Running");
    }

    @Test
    void aPageSaysWhatBecameOfRowsThatATableMoved() {
        CollectionState state = new CollectionState("orders", CollectionOptions.DEFAULTS);
        state.opened(new Head(7, "x", HeadKind.COMMITTED, A, 3, 41, CollectionFixture.snapshot(), 9, NOW, "r"));
        state.handle(new Message.Refresh("refresh", null), NOW);
        state.launched(((Decision.Launch) state.next(NOW)).job(), CollectionFixture.LAUNCH, NOW);
        state.handle(
                new Message.UpdateClosed(42, CollectionFixture.report(42, UpdateState.COMMITTED, 12L, 1_345L), null),
                NOW);
        state.inspected(42, null, Head.NONE, NOW);
        assertThat(StatusText.details(state.view().status()))
                .contains("**Last:** update 42 COMMITTED at 2026-01-01 12:00:00 UTC: said so"
                        + "; moved by the table: 1,345 rows kept, 12 rows indexed anew");
    }

    @Test
    void aBrokenPromiseSaysSinceWhenAndWhy() {
        Cause cause = new Cause(CauseKind.PAUSED, "refreshing is paused by request", "resume");
        FreshnessStatus behind =
                new FreshnessStatus(FreshnessStatus.State.BEHIND, NOW, NOW.plusSeconds(60), NOW.plusSeconds(60), cause);
        assertThat(StatusText.behind(behind))
                .isEqualTo("since " + StatusText.time(NOW.plusSeconds(60)) + ": refreshing is paused by request");
        assertThat(StatusText.asOf(behind)).isEqualTo("as of " + StatusText.time(NOW));
        FreshnessStatus fresh = new FreshnessStatus(FreshnessStatus.State.FRESH, NOW, NOW.plusSeconds(60), null, null);
        assertThat(StatusText.asOf(fresh))
                .isEqualTo("as of " + StatusText.time(NOW) + ", BEHIND from " + StatusText.time(NOW.plusSeconds(60))
                        + " on");
        assertThat(StatusText.asOf(FreshnessStatus.UNKNOWN)).isEmpty();
    }
}
