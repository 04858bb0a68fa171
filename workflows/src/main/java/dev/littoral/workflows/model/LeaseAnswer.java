package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * Whether a consumer holds a version.
 *
 * @param granted whether it does: all objects of the version can be read until the lease ends
 * @param version the version
 * @param until when the lease ends, by the clock of who asked for it; null where it was refused
 * @param refusal why it was refused and what to do, in one sentence; null where it was granted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LeaseAnswer(
        boolean granted,
        long version,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant until,
        String refusal) {}
