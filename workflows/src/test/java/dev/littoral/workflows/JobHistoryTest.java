package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.UpdateState;
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

    private static Job ended(long update, UpdateState end, long generation) {
        return new Job(
                update,
                end,
                "refresh",
                A,
                generation,
                0,
                START,
                START.plusSeconds(update),
                null,
                null,
                null,
                null,
                null);
    }

    private static JobHistory history(Job... jobs) {
        JobHistory history = new JobHistory();
        for (Job job : jobs) {
            history.add(job, job.ended());
        }
        return history;
    }

    @Test
    void failuresCountFromTheLastEndThatIsNone() {
        assertThat(history().failuresInARow()).isZero();
        assertThat(history().failingSince()).isNull();
        JobHistory history = history(
                ended(1, UpdateState.FAILED, 1),
                ended(2, UpdateState.UNCHANGED, 1),
                ended(3, UpdateState.FAILED, 1),
                ended(4, UpdateState.FAILED, 1));
        assertThat(history.failuresInARow()).isEqualTo(2);
        assertThat(history.failingSince()).isEqualTo(START.plusSeconds(3));
        history.add(ended(5, UpdateState.COMMITTED, 1), now);
        assertThat(history.failuresInARow()).isZero();
        assertThat(history.failingSince()).isNull();
        assertThat(history.lastFailure().update()).isEqualTo(4);
    }

    @Test
    void aSourceWasListedWhereAnUpdateOfItsGenerationHasFoundWhatItHas() {
        Head declared = next(Head.NONE, HeadKind.DECLARED, A, 1);
        long generation = declared.generation();
        assertThat(history().hasListed(declared)).isFalse();
        assertThat(history().hasListed(next(declared, HeadKind.COMMITTED, A, 1)))
                .isTrue();
        for (UpdateState end : UpdateState.values()) {
            boolean lists = end == UpdateState.COMMITTED || end == UpdateState.UNCHANGED;
            assertThat(history(ended(1, end, generation)).hasListed(declared))
                    .as("%s", end)
                    .isEqualTo(lists);
            assertThat(history(ended(1, end, generation + 1)).hasListed(declared))
                    .as("%s of another generation", end)
                    .isFalse();
        }
    }
}
