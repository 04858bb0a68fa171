package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.B;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.SourceRequest;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowUpdateHandle;
import io.temporal.client.WorkflowUpdateStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a worker did as messages, ends of updates and short calls came is what another one does from the history,
 * however they met within a task.
 */
@Timeout(600)
class ReplayedMessagesTest {
    private static final int SENDERS = 6;
    private static final int MESSAGES = 25;

    private final FakeLake lake = new FakeLake();

    /** The answer is a command of the task in which the look for consumers begins and ends. */
    @Test
    void anAnswerIsReplayedThatComesWhileConsumersAreLookedFor() throws Exception {
        // The call within a task, and the one after it.
        FakeLake.Hold atOnce = lake.hold("readHead");
        FakeLake.Hold later = lake.hold("readHead");
        try (Lab lab = Lab.onServer(lake, SourcePolicy.NONE, Policies.HISTORY)) {
            lab.start(A);
            later.awaitReached();
            lake.touch(A);
            WorkflowUpdateHandle<ChangeAnswer> answer =
                    lab.untyped().startUpdate(MessageNames.REFRESH, WorkflowUpdateStage.ACCEPTED, ChangeAnswer.class);
            later.release();
            assertThat(answer.getResultAsync().get(3, TimeUnit.MINUTES).update())
                    .isEqualTo(2);
            lab.awaitEnd(2, COMMITTED);
            ReplayTest.replay(lab.client.fetchHistory(Lab.ID), Policies.HISTORY);
        } finally {
            atOnce.release();
        }
    }

    /** A collection that knows of a consumer looks at it otherwise. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStormOfMessagesIsReplayed(boolean consumers) throws Exception {
        try (Lab lab = Lab.onServer(lake, SourcePolicy.NONE, Policies.HISTORY);
                ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
            lab.start(A);
            List<Future<?>> sent = new ArrayList<>();
            for (int sender = 0; sender < SENDERS; sender++) {
                SplittableRandom random = new SplittableRandom(sender);
                sent.add(senders.submit(() -> {
                    for (int i = 0; i < MESSAGES; i++) {
                        send(lab, random, consumers);
                    }
                }));
            }
            for (Future<?> each : sent) {
                each.get(8, TimeUnit.MINUTES);
            }
            ReplayTest.replay(lab.client.fetchHistory(Lab.ID), Policies.HISTORY);
        }
    }

    private void send(Lab lab, SplittableRandom random, boolean consumers) {
        ExternalCollectionWorkflow collection = lab.collection();
        try {
            switch (random.nextInt(consumers ? 0 : 2, 8)) {
                case 0 -> collection.lease(LeaseMessage.of("search", null, Duration.ofMinutes(5)));
                case 1 ->
                    collection.acknowledge(AcknowledgeMessage.of(
                            "search", 1 + random.nextInt(9), ConsumerState.FAILED, null, null, "no room"));
                case 2 -> collection.changeSource(SourceRequest.of(random.nextBoolean() ? A : B));
                case 3 -> collection.signalRefresh();
                default -> {
                    lake.touch(random.nextBoolean() ? A : B);
                    collection.updateRefresh();
                }
            }
        } catch (WorkflowException refused) {
            // Such as a version that nobody can hold. The history has it all the same.
        }
    }
}
