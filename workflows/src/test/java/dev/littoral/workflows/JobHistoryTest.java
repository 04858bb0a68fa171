package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class JobHistoryTest extends CollectionFixture {
    @Test
    void ofManyJobsTheLastHundredAreListed() {
        state.opened(next(Head.NONE, HeadKind.COMMITTED, A, 0));
        refreshAndCancel(100);
        assertThat(CollectionFixture.jobs(state))
                .extracting(Job::update)
                .hasSize(100)
                .startsWith(100L)
                .endsWith(1L);
        refreshAndCancel(1);
        assertThat(CollectionFixture.jobs(state))
                .extracting(Job::update)
                .hasSize(100)
                .startsWith(101L)
                .endsWith(2L);
    }

    /** They are in an answer and in what a run hands to the next, each of which may have 2 MB. */
    @Test
    void jobsOfLargeSourcesAreListedUpToAMegabyteAndMakeRoomAgain() throws JsonProcessingException {
        ExternalSource large = new ExternalSource(
                "s3://lake/large/",
                new FolderSpec("parquet", Collections.nCopies(60, "x".repeat(1_000)), null, null, null, null));
        state.opened(next(Head.NONE, HeadKind.COMMITTED, large, 0));
        refreshAndCancel(120);
        int bytes = Json.bytes(CollectionFixture.jobs(state).get(0));
        assertThat(bytes).isGreaterThan(60_000);
        assertThat(CollectionFixture.jobs(state)).hasSize((1 << 20) / bytes);
        state.advanceHead(next(state.head(), HeadKind.DECLARED, A, state.lastUpdate()));
        state.handle(new Message.ChangeSource(A, "sourceChanged", null), now);
        state.handle(new Message.CancelUpdate(), now);
        refreshAndCancel(98);
        assertThat(CollectionFixture.jobs(state))
                .hasSize(100)
                .filteredOn(job -> job.source().equals(large))
                .hasSize(1);
        refreshAndCancel(1);
        assertThat(CollectionFixture.jobs(state))
                .hasSize(100)
                .allMatch(job -> job.source().equals(A));
        assertThat(CollectionFixture.jobs(restored(state))).isEqualTo(CollectionFixture.jobs(state));
    }
}
