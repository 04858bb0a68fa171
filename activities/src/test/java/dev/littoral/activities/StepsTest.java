package dev.littoral.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.failure.ApplicationFailure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A step whose worker stops. */
class StepsTest {
    @AfterEach
    void unmark() {
        Thread.interrupted();
    }

    @Test
    void aStepThatIsInterruptedFailsOnAThreadThatCanStillTellTheService() {
        assertThatThrownBy(() -> Steps.run(() -> {
                    Thread.currentThread().interrupt();
                    throw new InterruptedException();
                }))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("TRANSIENT");
                    assertThat(failure.getOriginalMessage()).isEqualTo("the worker was stopped");
                });
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aStepThatIsDoneWhenItIsInterruptedIsToldToo() {
        Thread.currentThread().interrupt();
        assertThat(Steps.run(() -> "done")).isEqualTo("done");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
