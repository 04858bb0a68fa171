package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.time.Instant;

/**
 * A rejected signal.
 *
 * @param message the signal's name
 * @param time when it came
 * @param reason what was found and what was expected
 */
public record Rejection(
        String message,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant time,
        String reason) {}
