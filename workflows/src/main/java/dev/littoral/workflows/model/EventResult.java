package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;

/**
 * What came of sending events.
 *
 * @param cursor the version whose event was sent last, or 0
 * @param state the number of the state's event that was sent last, or 0
 * @param failure why the next event was not sent, in one sentence, or null
 * @param retryAfter how long the sink wants to be left alone, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EventResult(
        long cursor,
        long state,
        String failure,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration retryAfter) {}
