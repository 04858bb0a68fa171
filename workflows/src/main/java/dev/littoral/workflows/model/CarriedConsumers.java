package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * What a run of a collection passes to the next one about its consumers.
 *
 * @param namedAt the version at which they were named
 * @param seen what the last look found, or null
 * @param seenAt when that was, or null
 * @param nextLook when they are looked at next, or null
 * @param waitsSince since when it is waited for them, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CarriedConsumers(
        long namedAt,
        ConsumersSeen seen,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant seenAt,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant nextLook,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant waitsSince) {}
