package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.RetryInfo;
import dev.littoral.workflows.model.RunningProgress;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressViewTest extends CollectionFixture {
    @Test
    void progressAddsUpOverWorkersAndARetryIsShownUntilItSucceeds() {
        running(A);
        RetryInfo retry = new RetryInfo("list", "the store answers 503", 2, now, now.plusSeconds(1));
        onProgress(state, new ProgressSignal.Report(1, null, "w1", 0, 0, retry), now);
        assertThat(state.view().status().retry()).isEqualTo(retry);
        assertThat(Json.JSON.valueToTree(state.view().status()).has("trouble"))
                .as("the name on the wire")
                .isTrue();
        onProgress(state, new ProgressSignal.Report(1, "list", "w1", 70, 0, null), now);
        assertThat(state.view().status().retry()).isNull();
        assertThat(state.view().status().progress()).isEqualTo(new RunningProgress(1, "list", 70, 0, now));
        onProgress(state, new ProgressSignal.Report(1, "read", "w1", 10, 100, null), now);
        onProgress(state, new ProgressSignal.Report(1, "read", "w2", 20, 100, null), now);
        onProgress(state, new ProgressSignal.Report(1, "read", "w1", 15, 100, null), now);
        assertThat(state.view().status().progress()).isEqualTo(new RunningProgress(1, "read", 35, 100, now));
        onProgress(state, new ProgressSignal.Report(7, "read", "w1", 99, 100, null), now);
        assertThat(state.view().status().progress().done())
                .as("another update's")
                .isEqualTo(35);

        finish(1);
        assertThat(state.view().status().progress()).isNull();
    }

    @Test
    void progressIsAddedUpOverABoundedNumberOfWorkers() {
        running(A);
        for (int worker = 0; worker < 1_000; worker++) {
            onProgress(state, new ProgressSignal.Report(1, "read", "w" + worker, 1, 0, null), now);
        }
        assertThat(state.view().status().progress().done()).isEqualTo(100);
    }

    @Test
    void whatIsTriedAgainSaysSinceWhenUntilTheUpdateEnds() {
        running(A);
        ProgressView view = state.progress();
        onProgress(state, retry(now), now);
        onProgress(state, retry(now.plusSeconds(30)), now);
        assertThat(view.retry().time()).isEqualTo(now.plusSeconds(30));
        assertThat(view.retrySince()).isEqualTo(now);
        onProgress(state, new ProgressSignal.Report(1, "list", "w1", 70, 0, null), now);
        assertThat(view.retrySince()).isNull();
        onProgress(state, retry(now.plusSeconds(60)), now);
        assertThat(view.retrySince()).isEqualTo(now.plusSeconds(60));
        view.clearProgress();
        assertThat(view.retry()).isNull();
        assertThat(view.retrySince()).isNull();
        assertThat(view.progress()).isNull();
    }

    private static ProgressSignal.Report retry(Instant failed) {
        RetryInfo retry = new RetryInfo("list", "the store answers 503", 2, failed, failed.plusSeconds(1));
        return new ProgressSignal.Report(1, null, "w1", 0, 0, retry);
    }
}
