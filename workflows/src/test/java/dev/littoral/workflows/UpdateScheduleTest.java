package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.ExternalSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpdateScheduleTest extends CollectionFixture {
    @Test
    void changesThatFollowOnOneAnotherStartFewerAndFewerUpdates() {
        running(A);
        List<Instant> launches = new ArrayList<>(List.of(now));
        Instant end = now.plusSeconds(60);
        for (int i = 0; now.isBefore(end); i++) {
            change(source("s3://lake/" + i + "/"));
            Decision decision = state.next(now);
            while (!(decision instanceof Decision.Idle)) {
                if (decision instanceof Decision.Declare) {
                    declare();
                } else {
                    launches.add(now);
                    launch();
                }
                decision = state.next(now);
            }
            now = now.plusMillis(10);
        }

        assertThat(launches).hasSizeBetween(8, 14);
        assertThat(Duration.between(launches.get(0), launches.get(1)))
                .as("the first change is not waited for")
                .isLessThan(Duration.ofMillis(20));
        assertThat(Duration.between(launches.get(launches.size() - 2), launches.getLast()))
                .isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void theLastChangeOfABurstIsStartedWhenItsTimeComesThoughNoMessageDoes() {
        running(A);
        for (ExternalSource next : List.of(B, C)) {
            now = now.plusMillis(500);
            change(next);
            declare();
            launch();
        }
        change(A);
        Decision.Idle waiting = (Decision.Idle) state.next(now);
        assertThat(waiting.until()).isEqualTo(now.plusSeconds(1));
        assertThat(CollectionFixture.stopping(state))
                .as("what runs is stopped at once")
                .contains(3L);

        now = waiting.until();
        declare();
        launch();
        finish(4);
        change(B);
        assertThat(state.next(now))
                .as("one that ended by itself ends the waiting")
                .isInstanceOf(Decision.Declare.class);
    }
}
