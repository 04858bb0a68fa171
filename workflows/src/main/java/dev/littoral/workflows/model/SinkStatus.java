package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * The status of a sink of a collection.
 *
 * @param sink its name
 * @param cursor the version whose event it got last, or 0
 * @param behind how many versions there are beyond that
 * @param failure why the last try did not send everything, or null
 * @param nextTry when the next try is, or null
 * @param dropped how many events of failed updates and freshness were dropped before it got them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SinkStatus(
        String sink,
        long cursor,
        long behind,
        String failure,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant nextTry,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) long dropped) {}
