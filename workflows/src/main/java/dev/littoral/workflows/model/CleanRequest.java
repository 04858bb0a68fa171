package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.time.Duration;

/**
 * A request to expire old versions and what only they reach.
 *
 * @param collectionId the collection
 * @param keepVersionsFor how old a version may become; the newest is always kept
 */
public record CleanRequest(
        String collectionId,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration keepVersionsFor) {}
