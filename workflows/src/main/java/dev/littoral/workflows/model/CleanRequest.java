package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.time.Duration;

/**
 * A request to expire old versions and what only they reach.
 *
 * @param collectionId the collection
 * @param keepVersionsFor how old a version may become; the newest is always kept
 * @param forgetConsumersAfter how long consumers can keep a version after a newer one took its place; null, as from
 *     older builds, stands for the default
 */
public record CleanRequest(
        String collectionId,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration keepVersionsFor,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration forgetConsumersAfter) {
    public CleanRequest {
        forgetConsumersAfter =
                forgetConsumersAfter == null ? CollectionOptions.FORGET_CONSUMERS_AFTER : forgetConsumersAfter;
    }
}
