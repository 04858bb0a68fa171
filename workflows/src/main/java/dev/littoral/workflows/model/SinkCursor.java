package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * How far the events of a collection are at one of its sinks.
 *
 * @param sink the sink's name
 * @param cursor the version whose event was sent last, or 0
 * @param state the number of the state's event that was sent last, or 0
 * @param failures how many tries in a row sent nothing
 * @param failure why the last try did not send everything, or null
 * @param nextTry when the next try is, or null where none waits
 * @param dropped how many events of the state were dropped before it got them, as more waited than are kept
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SinkCursor(
        String sink,
        long cursor,
        long state,
        int failures,
        String failure,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant nextTry,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) long dropped) {

    /** The cursor of a sink that got nothing yet. */
    public static SinkCursor start(String sink) {
        return new SinkCursor(sink, 0, 0, 0, null, null, 0);
    }

    /** The same cursor after an event that it did not get was dropped. */
    public SinkCursor withDropped() {
        return new SinkCursor(sink, cursor, state, failures, failure, nextTry, dropped + 1);
    }
}
