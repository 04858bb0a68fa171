package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.CarriedEvents;
import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.EventResult;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SinkStatus;
import dev.littoral.workflows.model.StateEvent;
import dev.littoral.workflows.model.StateEvent.Kind;
import dev.littoral.workflows.model.UpdateState;
import io.temporal.api.enums.v1.TimeoutType;
import io.temporal.failure.TimeoutFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventOutboxTest {
    private static final List<String> SINKS = List.of("a", "b");

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final EventOutbox outbox = outbox();

    private static EventOutbox outbox() {
        EventOutbox outbox = new EventOutbox("orders", SINKS);
        outbox.enable();
        return outbox;
    }

    private void sent(String sink, long cursor, long state, String failure, Duration retryAfter) {
        outbox.sent(new Message.EventsSent(sink, new EventResult(cursor, state, failure, retryAfter), null), now);
    }

    private Duration untilNextTry() {
        return Duration.between(now, outbox.nextTry(5));
    }

    private List<String> due(long newest) {
        return outbox.due(newest, now).stream().map(EventRequest::sink).toList();
    }

    @Test
    void aSinkIsAskedOnceAtATimeAndOnlyForWhatItLacks() {
        assertThat(due(0)).isEmpty();
        assertThat(outbox.due(2, now))
                .containsExactly(
                        new EventRequest("orders", "a", 0, 2, List.of()),
                        new EventRequest("orders", "b", 0, 2, List.of()));
        assertThat(due(3)).isEmpty();
        assertThat(outbox.isSending()).isTrue();
        sent("a", 2, 0, null, null);
        assertThat(due(2)).isEmpty();
        assertThat(outbox.due(3, now)).containsExactly(new EventRequest("orders", "a", 2, 3, List.of()));
        assertThat(outbox.isBehind(3)).isTrue();
        sent("a", 3, 0, null, null);
        sent("b", 3, 0, null, null);
        assertThat(outbox.isBehind(3)).isFalse();
        assertThat(outbox.isSending()).isFalse();
        assertThat(outbox.nextTry(3)).isNull();
    }

    @Test
    void theWaitDoublesUpToAQuarterOfAnHourOrSoAndBeginsAnewWithEachEventSent() {
        due(5);
        sent("b", 5, 0, null, null);
        Duration first = Policies.eventGap(1, "orders");
        assertThat(first).isBetween(Duration.ofSeconds(5), Duration.ofMillis(7_500));
        sent("a", 0, 0, "down", null);
        assertThat(untilNextTry()).isEqualTo(first);
        assertThat(due(5)).isEmpty();
        now = now.plus(first);
        assertThat(due(5)).containsExactly("a");
        sent("a", 0, 0, "down", null);
        assertThat(untilNextTry()).isEqualTo(first.multipliedBy(2));
        for (int i = 0; i < 100; i++) {
            sent("a", 0, 0, "down", null);
        }
        assertThat(untilNextTry()).isBetween(Duration.ofMinutes(15), Duration.ofSeconds(1_350));
        sent("a", 3, 0, "down", null);
        assertThat(untilNextTry()).isEqualTo(first);
        assertThat(outbox.status(5))
                .contains(
                        new SinkStatus("a", 3, 2, "down", now.plus(first), 0),
                        new SinkStatus("b", 5, 0, null, null, 0));
    }

    @Test
    void aSinkCanAskForALongerWait() {
        due(5);
        sent("a", 0, 0, "down", Duration.ofHours(1));
        assertThat(outbox.nextTry(5)).isEqualTo(now.plus(Duration.ofHours(1)));
        sent("a", 0, 0, "down", Duration.ofSeconds(1));
        assertThat(outbox.nextTry(5)).isAfter(now.plus(Duration.ofSeconds(5)));
    }

    @Test
    void whatSendsNothingForNoReasonIsNoLoop() {
        due(5);
        sent("a", 0, 0, null, null);
        assertThat(due(5)).isEmpty();
        assertThat(outbox.status(5).get(0).failure()).contains("for no reason given");
    }

    @Test
    void aFailureOfTheActivityIsSaid() {
        due(5);
        outbox.sent(new Message.EventsSent("a", null, new FailureReason(FailureType.INTERNAL, "a bug").thrown()), now);
        outbox.sent(
                new Message.EventsSent(
                        "b", null, new TimeoutFailure("", null, TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START)),
                now);
        assertThat(outbox.status(5))
                .extracting(SinkStatus::failure)
                .containsExactly(
                        "INTERNAL: a bug",
                        "no worker has taken the events of sink b; expected one that --sink names it for");
    }

    @Test
    void eventsOfTheStateWaitForEachSinkUpToABound() {
        for (int i = 1; i <= 60; i++) {
            outbox.add(Kind.FAILED, now, i, 1, "x");
        }
        List<EventRequest> due = outbox.due(0, now);
        assertThat(due).hasSize(2);
        assertThat(due.get(0).states()).hasSize(EventRequest.MAX_STATES);
        assertThat(due.get(0).states().getFirst().update()).isEqualTo(11);
        sent("a", 0, 60, null, null);
        assertThat(due(0)).isEmpty();
        assertThat(outbox.carry().states()).hasSize(EventRequest.MAX_STATES);
        sent("b", 0, 55, "down", null);
        assertThat(outbox.carry().states()).extracting(StateEvent::number).containsExactly(56L, 57L, 58L, 59L, 60L);
    }

    @Test
    void eventsThatAreDroppedAreCountedForTheSinksThatLackThem() throws JsonProcessingException {
        for (int i = 1; i <= EventRequest.MAX_STATES; i++) {
            outbox.add(Kind.FAILED, now, i, 1, "x");
        }
        due(0);
        sent("a", 0, EventRequest.MAX_STATES, null, null);
        for (int i = 0; i < 3; i++) {
            outbox.add(Kind.FAILED, now, 100 + i, 1, "x");
        }
        sent("b", 0, 0, "down", null);
        assertThat(outbox.status(0)).extracting(SinkStatus::dropped).containsExactly(0L, 3L);
        EventOutbox next = outbox();
        next.restore(Json.JSON.readValue(Json.JSON.writeValueAsString(outbox.carry()), CarriedEvents.class));
        assertThat(next.status(0)).extracting(SinkStatus::dropped).containsExactly(0L, 3L);
        assertThat(StatusText.sink(next.status(0).getLast())).contains(", 3 events dropped: down");
    }

    @Test
    void whatASinkHasIsNotSentToItAgainWhileAnotherLacksIt() {
        outbox.add(Kind.BEHIND, now, 0, 1, "x");
        outbox.add(Kind.FRESH, now, 0, 1, "y");
        assertThat(due(0)).containsExactly("a", "b");
        sent("a", 0, 1, "down", null);
        now = outbox.nextTry(0);
        assertThat(outbox.due(0, now))
                .singleElement()
                .satisfies(request -> assertThat(request.states())
                        .extracting(StateEvent::number)
                        .containsExactly(2L));
        assertThat(outbox.nextTry(0)).as("while both are asked").isNull();
    }

    @Test
    void anUpdateThatFailedIsAnEvent() {
        outbox.ended(job(UpdateState.COMMITTED));
        assertThat(outbox.carry().states()).isEmpty();
        outbox.ended(job(UpdateState.FAILED));
        assertThat(outbox.carry().states()).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo(Kind.FAILED);
            assertThat(event.update()).isEqualTo(7);
            assertThat(event.reason()).isEqualTo("INPUT: a bad file");
        });
    }

    private Job job(UpdateState state) {
        return new Job(
                7,
                state,
                "refresh",
                CollectionFixture.A,
                1,
                3,
                now,
                now,
                FailureType.INPUT,
                "a bad file",
                null,
                null,
                null);
    }

    @Test
    void whatIsCarriedIsWhatWasThere() throws JsonProcessingException {
        outbox.add(Kind.BEHIND, now, 0, 1, "x");
        due(5);
        sent("a", 3, 0, "down", null);
        CarriedEvents carried = Json.JSON.readValue(Json.JSON.writeValueAsString(outbox.carry()), CarriedEvents.class);
        EventOutbox next = outbox();
        next.restore(carried);
        assertThat(next.carry()).isEqualTo(outbox.carry());
        assertThat(next.status(5)).isEqualTo(outbox.status(5));
        next.add(Kind.FRESH, now, 0, 1, null);
        assertThat(next.carry().states()).extracting(StateEvent::number).containsExactly(1L, 2L);
        // What the run before was sending is sent again.
        assertThat(next.due(5, now)).extracting(EventRequest::sink).containsExactly("b");
    }

    @Test
    void aRunOfAnOlderBuildSendsNothing() {
        EventOutbox older = new EventOutbox("orders", SINKS);
        older.add(Kind.FAILED, now, 1, 1, "x");
        assertThat(older.due(5, now)).isEmpty();
        assertThat(older.status(5)).isNull();
        assertThat(older.isBehind(5)).isFalse();
        assertThat(new EventOutbox("orders", null).carry()).isNull();
    }
}
