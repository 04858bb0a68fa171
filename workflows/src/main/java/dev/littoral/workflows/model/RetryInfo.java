package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * A failure that passes by itself, as one hopes: what failed is tried again.
 *
 * @param step what failed: an activity's name in words, such as {@code listFiles}
 * @param cause what is wrong, in words
 * @param attempt the attempt that failed, from 1
 * @param time when it failed
 * @param nextTry when it is tried again, or null when tries are used up
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RetryInfo(
        String step,
        String cause,
        int attempt,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant time,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant nextTry) {}
