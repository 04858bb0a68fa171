package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;

/**
 * A lease that is to be written to the catalog.
 *
 * @param consumer who asks for it
 * @param version the version to hold, or null for the newest
 * @param duration how long from now, above 0 and up to 24 hours
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LeaseRequest(
        String collectionId,
        String consumer,
        Long version,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration duration) {}
