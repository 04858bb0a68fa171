package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.UpdateExternalCollectionWorkflow;
import dev.littoral.workflows.model.AcknowledgeRequest;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.LeaseRequest;
import dev.littoral.workflows.model.SegmentProgress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What the activities about consumers refuse to be asked for. */
class ConsumerInputsTest {
    private static final ActivityCaller COLLECTION = new ActivityCaller("c", ExternalCollectionWorkflow.TYPE, 1);
    private static final ActivityCaller OTHER = new ActivityCaller("d", ExternalCollectionWorkflow.TYPE, 1);
    private static final ActivityCaller UPDATE =
            new ActivityCaller("c/update-7", UpdateExternalCollectionWorkflow.TYPE, 1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final SegmentProgress ALL = new SegmentProgress(2, 0, 2);

    private final ConsumerInputs inputs = new ConsumerInputs(new StepInputs());

    private static void refused(ThrowingCallable call, String words) {
        assertThatThrownBy(call).hasMessageContaining(words);
    }

    private static AcknowledgeRequest answer(ConsumerState state, Long rows, SegmentProgress segments, String reason) {
        return new AcknowledgeRequest("c", "search", 3, state, rows, segments, reason);
    }

    @Test
    void whatACollectionAsksForIsTaken() {
        assertThatCode(() -> {
                    inputs.check(COLLECTION, new LeaseRequest("c", "search", 3L, HOUR));
                    inputs.check(COLLECTION, new LeaseRequest("c", "search", null, HOUR));
                    inputs.check(COLLECTION, answer(ConsumerState.SERVING, 30L, ALL, null));
                    inputs.check(COLLECTION, answer(ConsumerState.FAILED, null, null, "no space"));
                    inputs.check(COLLECTION, answer(ConsumerState.GONE, null, null, null));
                    inputs.check(COLLECTION, new ConsumersRequest("c", List.of("search"), 3, Duration.ofDays(30)));
                })
                .doesNotThrowAnyException();
    }

    @Test
    void anyOtherWorkflowIsRefused() {
        refused(() -> inputs.check(OTHER, new LeaseRequest("c", "search", 3L, HOUR)), "asked for by \"d\"");
        refused(() -> inputs.check(UPDATE, answer(ConsumerState.GONE, null, null, null)), "asked for by");
        refused(
                () -> inputs.check(OTHER, new ConsumersRequest("c", List.of(), 3, Duration.ofDays(30))),
                "asked for by \"d\"");
    }

    @Test
    void whatNoMessageCouldHaveBroughtIsRefused() {
        refused(() -> inputs.check(COLLECTION, (LeaseRequest) null), "the request is missing");
        refused(
                () -> inputs.check(COLLECTION, new LeaseRequest("c", "_rollback-3", 3L, HOUR)),
                "consumer is \"_rollback-3\"");
        refused(
                () -> inputs.check(COLLECTION, new LeaseRequest("c", "search", 3L, Duration.ofDays(2))),
                "lease.duration is \"PT48H\"");
        refused(() -> inputs.check(COLLECTION, new LeaseRequest("c", "search", 3L, null)), "lease.duration is missing");
        refused(
                () -> inputs.check(COLLECTION, answer(ConsumerState.BUILDING, null, null, null)),
                "acknowledge.state is \"BUILDING\"");
        refused(() -> inputs.check(COLLECTION, answer(null, null, null, null)), "acknowledge.state is missing");
        refused(
                () -> inputs.check(COLLECTION, answer(ConsumerState.SERVING, -1L, ALL, null)),
                "acknowledge.rows is -1");
        refused(
                () -> inputs.check(
                        COLLECTION,
                        new ConsumersRequest("c", Collections.nCopies(21, "search"), 3, Duration.ofDays(30))),
                "options.consumers names search twice");
        refused(
                () -> inputs.check(COLLECTION, new ConsumersRequest("c", null, 3, Duration.ofDays(30))),
                "options.consumers is missing");
        refused(
                () -> inputs.check(COLLECTION, new ConsumersRequest("c", List.of(), -1, Duration.ofDays(30))),
                "namedAt is -1");
        refused(
                () -> inputs.check(COLLECTION, new ConsumersRequest("c", List.of(), 0, null)),
                "forgetConsumersAfter is missing");
    }
}
