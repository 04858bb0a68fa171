package dev.littoral.starter.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.model.ServingStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** When the wait for consumers ends, by what is answered of them. */
class ServedWaitTest {
    private static final long NEWEST = 5;

    private final StringWriter said = new StringWriter();
    private final Queue<Callable<ServingStatus>> answers = new ArrayDeque<>();

    private void answers(ServingState state, ConsumerStatus... consumers) {
        answers.add(() -> new ServingStatus(state, NEWEST, List.of(consumers), null, null, null));
    }

    private void fails(FailureType type) {
        answers.add(() -> {
            throw new LittoralException(type, "Temporal says so");
        });
    }

    private static ConsumerStatus search(boolean named, ConsumerState state, long version, boolean letGo) {
        return new ConsumerStatus(
                "search", named, state, version, null, null, null, null, null, null, 0, null, letGo, null, null);
    }

    /** How the wait ends, where all is well at last. */
    private ExitCode end(Duration timeout) throws InterruptedException {
        answers(ServingState.SERVED);
        return new ServedWait("orders", new ShutdownSignal(), new ProgressDisplay(new PrintWriter(said)), timeout)
                .await(() -> answers.remove().call());
    }

    @Test
    void whileNoAnswerComesItIsAskedAgain() throws Exception {
        fails(FailureType.TRANSIENT);
        fails(FailureType.TRANSIENT);
        assertThat(end(null)).isEqualTo(ExitCode.OK);
        assertThat(answers).isEmpty();
    }

    @Test
    void anyOtherFailureEndsTheWait() {
        fails(FailureType.ACCESS);
        assertThatThrownBy(() -> end(null))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.ACCESS));
    }

    @Test
    void aConsumerThatServesSomethingElseThanItSaysEndsTheWait() throws Exception {
        answers(ServingState.WRONG);
        assertThat(end(null)).isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void aConsumerThatCannotServeTheNewestVersionEndsTheWait() throws Exception {
        for (ConsumerStatus cannot : List.of(
                search(true, ConsumerState.FAILED, NEWEST, false),
                search(true, ConsumerState.GONE, NEWEST - 1, false),
                search(true, ConsumerState.BUILDING, NEWEST, true))) {
            answers.clear();
            answers(ServingState.LAGGING, cannot);
            assertThat(end(null)).as("%s", cannot).isEqualTo(ExitCode.REFUSED);
        }
    }

    @Test
    void aConsumerThatBuildsOrFailedOnAnOlderVersionOrDoesNotCountIsNoReasonToEnd() throws Exception {
        answers(ServingState.LAGGING, search(true, ConsumerState.BUILDING, NEWEST, false));
        answers(ServingState.LAGGING, search(true, ConsumerState.FAILED, NEWEST - 1, false));
        answers(ServingState.LAGGING, search(false, ConsumerState.GONE, NEWEST, false));
        assertThat(end(null)).isEqualTo(ExitCode.OK);
    }

    @Test
    void whenItsTimeIsUpTheWaitEnds() throws Exception {
        answers(ServingState.LAGGING, search(true, ConsumerState.BUILDING, NEWEST, false));
        assertThat(end(Duration.ZERO)).isEqualTo(ExitCode.REFUSED);
        assertThat(said.toString()).contains("littoral: orders stopped waiting for its consumers after PT0S");
    }

    @Test
    void whereThereIsNobodyToWaitForThatIsSaid() {
        answers(null);
        assertThatThrownBy(() -> end(null))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageStartingWith("Collection orders has no consumer to wait for; expected one");
    }
}
