package dev.littoral.workflows;

import static dev.littoral.workflows.model.UpdateState.FAILED;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.spec.JobsPage;
import org.junit.jupiter.api.Test;

class CollectionViewTest extends CollectionFixture {
    @Test
    void aSourceThatTheWorkerMayNotReadChangesNothing() {
        running(A);
        finish(1);
        state.handle(new Message.ChangeSource(B, "sourceChanged", null), now);
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        state.declarationRefused("not allowed", now);

        assertEnd(2, FAILED, "not allowed");
        assertThat(job(2).failure()).isEqualTo(FailureType.INPUT);
        assertThat(state.view().status().source()).isEqualTo(A);
        assertThat(state.view().status().rejected())
                .singleElement()
                .satisfies(rejection -> assertThat(rejection.message()).isEqualTo("sourceChanged"));
        refresh();
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(3)));
    }

    @Test
    void theLastFailureIsShownUntilThereIsAnother() throws JsonProcessingException {
        running(A);
        closed(1, failed(FailureType.INPUT, "bad file"));
        state.inspected(1, head, Head.NONE, now);
        assertThat(state.view().status().state()).isEqualTo("failed");
        refresh();
        launch();
        assertThat(state.view().status().state()).isEqualTo("updating");
        finish(2);

        assertThat(state.view().status().state()).isEqualTo("idle");
        assertThat(state.view().status().lastFailure()).isEqualTo(job(1));
        assertThat(restored(state).view().status().lastFailure()).isEqualTo(job(1));
        assertThat(state.takeNewlyEnded()).extracting(Job::update).containsExactly(1L, 2L);
        assertThat(state.takeNewlyEnded()).isEmpty();
    }

    @Test
    void jobsComeInPages() {
        state.opened(Head.NONE);
        for (int i = 0; i < 5; i++) {
            change(source("s3://lake/" + i + "/"));
        }
        assertThat(state.view().jobs(new JobsPage(Long.MAX_VALUE, 2)))
                .extracting(Job::update)
                .containsExactly(5L, 4L);
        assertThat(state.view().jobs(new JobsPage(4, 2)))
                .extracting(Job::update)
                .containsExactly(3L, 2L);
        assertThat(state.view().jobs(new JobsPage(1, 2))).isEmpty();
    }

    @Test
    void jobsAreListedByNumberWhicheverEndedFirst() {
        running(A);
        change(B);
        change(C);
        assertEnd(2, SUPERSEDED, "before it started");
        declare();
        assertEnd(1, SUPERSEDED, "takes its place");
        assertThat(CollectionFixture.jobs(state)).extracting(Job::update).containsExactly(3L, 2L, 1L);
        assertThat(state.view().jobs(new JobsPage(3, 1)))
                .extracting(Job::update)
                .containsExactly(2L);
    }
}
