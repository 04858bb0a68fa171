package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedEvents;
import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.EventResult;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.SinkCursor;
import dev.littoral.workflows.model.SinkStatus;
import dev.littoral.workflows.model.StateEvent;
import dev.littoral.workflows.model.UpdateState;
import io.temporal.api.enums.v1.TimeoutType;
import io.temporal.failure.TimeoutFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The outbox of a collection's events: a cursor over the versions of the log for each sink, and those events of the
 * collection's state that some sink has not got. Pure, as {@link CollectionState} is.
 */
final class EventOutbox {
    private final String collectionId;
    private final Map<String, SinkCursor> cursors = new TreeMap<>();
    private final TreeSet<String> sending = new TreeSet<>();
    private final Deque<StateEvent> states = new ArrayDeque<>();
    private long last;

    /** Whether events are sent; runs of older builds send none. */
    private boolean enabled;

    /**
     * An outbox of a collection that has sent nothing.
     *
     * @param sinks null for none
     */
    EventOutbox(String collectionId, List<String> sinks) {
        this.collectionId = collectionId;
        if (sinks != null) {
            sinks.forEach(sink -> cursors.put(sink, SinkCursor.start(sink)));
        }
    }

    /** From here on events are sent. Called before the first decision of a run. */
    void enable() {
        enabled = !cursors.isEmpty();
    }

    boolean isEnabled() {
        return enabled;
    }

    void restore(CarriedEvents carried) {
        if (carried != null) {
            carried.sinks().forEach(cursor -> cursors.replace(cursor.sink(), cursor));
            states.addAll(carried.states());
            last = carried.last();
        }
    }

    /** What the next run continues from, or null. */
    CarriedEvents carry() {
        return cursors.isEmpty() ? null : new CarriedEvents(List.copyOf(cursors.values()), List.copyOf(states), last);
    }

    /** A job ended; one that failed is an event. */
    void ended(Job job) {
        if (job.state() == UpdateState.FAILED) {
            add(StateEvent.Kind.FAILED, job.ended(), job.update(), job.version(), job.failure() + ": " + job.reason());
        }
    }

    /** The collection has got BEHIND, or is fresh again. */
    void turned(Freshness.Transition turn, long update, long version) {
        String reason = turn.behind()
                ? turn.cause().sentence()
                : "fresh as of " + StatusText.time(turn.asOf()) + ", BEHIND since " + StatusText.time(turn.since());
        add(turn.behind() ? StateEvent.Kind.BEHIND : StateEvent.Kind.FRESH, turn.at(), update, version, reason);
    }

    /**
     * Something happened to the collection's state.
     *
     * @param update the update that it is about, or 0
     * @param version the newest version
     * @param reason why, in words, or null
     */
    void add(StateEvent.Kind kind, Instant time, long update, long version, String reason) {
        if (!enabled) {
            return;
        }
        last++;
        states.addLast(StateEvent.of(collectionId, last, kind, time, update, version, reason));
        if (states.size() > EventRequest.MAX_STATES) {
            StateEvent dropped = states.removeFirst();
            cursors.replaceAll((sink, cursor) -> cursor.state() < dropped.number() ? cursor.withDropped() : cursor);
        }
    }

    /**
     * What is sent now: at most one request for each sink at a time.
     *
     * @param newest the newest version
     */
    List<EventRequest> due(long newest, Instant now) {
        List<EventRequest> due = new ArrayList<>();
        for (SinkCursor cursor : cursors.values()) {
            boolean waits = cursor.nextTry() != null && cursor.nextTry().isAfter(now);
            if (isBehind(cursor, newest) && !waits && sending.add(cursor.sink())) {
                due.add(new EventRequest(
                        collectionId,
                        cursor.sink(),
                        cursor.cursor(),
                        newest,
                        states.stream()
                                .filter(event -> event.number() > cursor.state())
                                .toList()));
            }
        }
        return due;
    }

    private boolean isBehind(SinkCursor cursor, long newest) {
        return enabled && (cursor.cursor() < newest || cursor.state() < last);
    }

    /** Whether some sink has not got every event. */
    boolean isBehind(long newest) {
        return cursors.values().stream().anyMatch(cursor -> isBehind(cursor, newest));
    }

    /** Whether events are being sent. */
    boolean isSending() {
        return !sending.isEmpty();
    }

    /** When the first sink that waits is tried again, or null. */
    Instant nextTry(long newest) {
        return cursors.values().stream()
                .filter(cursor -> isBehind(cursor, newest) && !sending.contains(cursor.sink()))
                .map(SinkCursor::nextTry)
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** Sending has ended, with a result or a failure. */
    void sent(Message.EventsSent sent, Instant now) {
        SinkCursor before = cursors.get(sent.sink());
        sending.remove(sent.sink());
        EventResult result = sent.result() != null
                ? sent.result()
                : new EventResult(before.cursor(), 0, sentence(sent.sink(), sent.failure()), null);
        long cursor = Math.max(before.cursor(), result.cursor());
        long state = Math.max(before.state(), result.state());
        boolean moved = cursor > before.cursor() || state > before.state();
        String failure =
                result.failure() == null && !moved ? "nothing was sent, for no reason given" : result.failure();
        SinkCursor after = new SinkCursor(sent.sink(), cursor, state, 0, null, null, before.dropped());
        if (failure != null) {
            int failures = (moved ? 0 : before.failures()) + 1;
            Duration wait = Policies.eventGap(failures, collectionId);
            if (result.retryAfter() != null && result.retryAfter().compareTo(wait) > 0) {
                wait = result.retryAfter();
            }
            after = new SinkCursor(sent.sink(), cursor, state, failures, failure, now.plus(wait), before.dropped());
        }
        cursors.put(sent.sink(), after);
        states.removeIf(event -> cursors.values().stream().allMatch(each -> each.state() >= event.number()));
    }

    private static String sentence(String sink, RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TimeoutFailure timeout
                    && timeout.getTimeoutType() == TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START) {
                return "no worker has taken the events of sink " + sink + "; expected one that --sink names it for";
            }
        }
        return FailureReason.of(failure).sentence();
    }

    /** How far each sink is; null where there is none. */
    List<SinkStatus> status(long newest) {
        return !enabled
                ? null
                : cursors.values().stream()
                        .map(cursor -> new SinkStatus(
                                cursor.sink(),
                                cursor.cursor(),
                                Math.max(0, newest - cursor.cursor()),
                                cursor.failure(),
                                cursor.nextTry(),
                                cursor.dropped()))
                        .toList();
    }
}
