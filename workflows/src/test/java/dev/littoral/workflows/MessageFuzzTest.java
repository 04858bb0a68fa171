package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.Lab.ID;
import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Json;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Messages that are nearly right, by the hundred. None stops a workflow, and what people are answered are sentences.
 *
 * <p>{@code -Dlittoral.fuzz.messages} says how many there are, {@code -Dlittoral.fuzz.seed} sends the one of a seed
 * alone.
 */
class MessageFuzzTest {
    private static final Long SEED = Long.getLong("littoral.fuzz.seed");
    private static final long ANSWER_SECONDS = 180;

    /** The number of messages between requests. */
    private static final int BETWEEN_LOOKS = 10;

    /** Parts of a program, which nobody who sends a message knows. */
    private static final Pattern PROGRAM = Pattern.compile(
            "\\b(java|javax|dev|com|io|org)\\.\\w[\\w.]*\\.[A-Z]\\w+|\\w+(Exception|Error)\\b|\n\\s+at ");

    private final Lab lab = newLab(new FakeLake());

    /** Where the workflows run. */
    Lab newLab(FakeLake lake) {
        return new Lab(lake);
    }

    /** How many messages there are. */
    int messages() {
        return Integer.getInteger("littoral.fuzz.messages", 800);
    }

    /**
     * Whether each message waits until no update runs. The service in memory can lose a workflow whose cancel meets an
     * activity that has just ended.
     */
    boolean waits() {
        return true;
    }

    @AfterEach
    void close() {
        lab.close();
    }

    // ------------------------------------------------------------------ a collection that runs

    @Test
    void noMessageStopsACollection() throws Exception {
        lab.start(A);
        lab.awaitEnd(1, COMMITTED);
        for (long seed = 0; seed < messages(); seed++) {
            if (SEED == null || SEED == seed) {
                try {
                    if (waits()) {
                        lab.awaitStatus(status -> status.update() == null && status.pending() == null);
                    }
                    send(new Random(seed));
                    if (SEED != null || seed % BETWEEN_LOOKS == 0) {
                        look(seed);
                    }
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(
                            "seed " + seed + ", or one of the " + BETWEEN_LOOKS + " before it: " + e.getMessage(), e);
                }
            }
        }
        look(messages());
    }

    private void send(Random random) throws InterruptedException {
        Messages messages = new Messages(random);
        WorkflowStub collection = lab.untyped();
        switch (random.nextInt(14)) {
            case 0, 1 -> collection.signal("sourceChanged", messages.arguments(Messages.SOURCE));
            case 2, 3 -> collection.signal("news", messages.arguments(Messages.NEWS));
            case 4 -> {
                List<String> names =
                        List.of("refresh", "cancelUpdate", "pause", "resume", "nobody", "__x", "\u001b[1m");
                collection.signal(names.get(random.nextInt(names.size())), messages.arguments());
            }
            case 10 -> collection.signal("rollback", messages.arguments(Messages.ROLLBACK));
            case 11 -> update("rollback", random, messages.arguments(Messages.ROLLBACK));
            case 5, 6, 7 -> update("changeSource", random, messages.arguments(Messages.SOURCE));
            case 12 -> update("lease", random, messages.arguments(Messages.LEASE));
            case 13 -> update("acknowledge", random, messages.arguments(Messages.ACKNOWLEDGE));
            case 8 -> update(List.of("refresh", "nobody").get(random.nextInt(2)), random, messages.arguments());
            default -> {
                List<String> names = List.of("jobs", "jobs", "status", "consumers", "nobody");
                try {
                    collection.query(
                            names.get(random.nextInt(names.size())), Object.class, messages.arguments(Messages.PAGE));
                } catch (WorkflowException e) {
                    assertPlain(e);
                }
            }
        }
    }

    private void update(String name, Random random, Object[] arguments) throws InterruptedException {
        try {
            lab.untyped()
                    .startUpdate(
                            UpdateOptions.newBuilder(Object.class)
                                    .setUpdateName(name)
                                    .setUpdateId("u" + random.nextLong())
                                    .setWaitForStage(WorkflowUpdateStage.ACCEPTED)
                                    .build(),
                            arguments)
                    .getResultAsync()
                    .get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (WorkflowException e) {
            assertPlain(e);
        } catch (ExecutionException e) {
            assertPlain(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError(name + " is not answered", e);
        }
    }

    /** It answers, serves a request, and says nothing but sentences. */
    private void look(long seed) throws Exception {
        CollectionStatus status = lab.collection().status();
        assertThat(status.collectionId()).isEqualTo(ID);
        assertPlain(Json.JSON.writeValueAsString(status));
        assertPlain(StatusText.details(status));
        assertThat(Json.bytes(status)).isLessThan(200_000);
        lab.collection().resume();
        ChangeAnswer answer = lab.untyped()
                .startUpdate(UpdateOptions.newBuilder(ChangeAnswer.class)
                        .setUpdateName("refresh")
                        .setUpdateId("look-" + seed)
                        .setWaitForStage(WorkflowUpdateStage.ACCEPTED)
                        .build())
                .getResultAsync()
                .get(ANSWER_SECONDS, TimeUnit.SECONDS);
        lab.awaitJob(answer.update(), job -> job.state().isEnd());
        assertThat(lab.client.fetchHistory(ID).getHistory().getEventsList()).noneMatch(Histories::isFailedTask);
    }

    // ------------------------------------------------------------------ starts

    @Test
    void everyStartFailsInASentenceOrServes() throws Exception {
        for (long seed = 0; seed < messages() / 4; seed++) {
            if (SEED == null || SEED == seed) {
                try {
                    start(new Random(seed), "start-" + seed);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private void start(Random random, String id) throws Exception {
        Messages messages = new Messages(random);
        String type = List.of(
                        ExternalCollectionWorkflow.TYPE,
                        ExternalCollectionWorkflow.TYPE,
                        ExternalCollectionWorkflow.TYPE,
                        UpdateExternalCollectionWorkflow.TYPE,
                        "Nobody")
                .get(random.nextInt(5));
        WorkflowStub started = lab.client.newUntypedWorkflowStub(type, Lab.options(id));
        started.start(
                type.equals(UpdateExternalCollectionWorkflow.TYPE)
                        ? messages.arguments(Messages.UPDATE)
                        : random.nextInt(3) > 0
                                ? messages.arguments(Messages.START)
                                : messages.arguments(Messages.START, Messages.CARRIED));
        ExternalCollectionWorkflow collection = lab.client.newWorkflowStub(ExternalCollectionWorkflow.class, id);
        WorkflowStub any = lab.client.newUntypedWorkflowStub(id);
        lab.await(id + " to serve or to fail", () -> isClosed(any) || isServing(collection));
        List<HistoryEvent> events = lab.client.fetchHistory(id).getHistory().getEventsList();
        assertThat(events).noneMatch(Histories::isFailedTask);
        if (isClosed(any)) {
            // To wait for its result would move the clock of the service in memory on, by years.
            HistoryEvent end = events.getLast();
            assertThat(end.getEventType()).isEqualTo(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED);
            Failure failure = end.getWorkflowExecutionFailedEventAttributes().getFailure();
            assertPlain(failure.getMessage());
            assertThat(failure.getMessage()).isNotBlank();
            assertThat(failure.getStackTrace()).as(failure.getMessage()).isEmpty();
        } else {
            any.terminate("seen");
        }
    }

    private static boolean isClosed(WorkflowStub workflow) {
        return workflow.describe().getStatus()
                != io.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    }

    private static boolean isServing(ExternalCollectionWorkflow collection) {
        try {
            return !collection.status().state().equals("starting");
        } catch (WorkflowException e) {
            // It has closed in between, or was not started yet.
            return false;
        }
    }

    // ------------------------------------------------------------------ what people read

    /** What stands in an answer, whatever wrapped it: the client's own words about its call are not looked at. */
    private static void assertPlain(Throwable failure) {
        Throwable last = failure;
        for (Throwable each = failure; each != null; each = each.getCause()) {
            last = each;
            if (each instanceof ApplicationFailure application) {
                assertPlain(application.getOriginalMessage());
                assertThat(new MessageConverter()
                                .exceptionToFailure(application)
                                .getStackTrace())
                        .as(application.getOriginalMessage())
                        .isEmpty();
                return;
            }
        }
        assertPlain(String.valueOf(last.getMessage()));
    }

    private static void assertPlain(String text) {
        assertThat(PROGRAM.matcher(text).find()).as(text).isFalse();
    }
}
