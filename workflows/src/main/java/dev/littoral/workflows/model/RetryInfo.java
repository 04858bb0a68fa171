package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * A transient failure whose retry is due.
 *
 * @param step what failed: an activity's name in words, such as {@code listFiles}
 * @param cause the failure, in words
 * @param attempt the attempt that failed, from 1
 * @param time when it failed
 * @param nextTry when it is retried, or null when there are no more attempts
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RetryInfo(
        String step,
        String cause,
        int attempt,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant time,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant nextTry) {}
