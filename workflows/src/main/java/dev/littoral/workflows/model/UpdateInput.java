package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The input of an update's workflow.
 *
 * @param collectionId the collection
 * @param update its number
 * @param source what to list; the base's
 * @param options how the collection is kept
 * @param base the base version; the listing starts after it was read
 * @param launchId by which the collection knows the update's commits, see {@link CommitId}; null from older builds
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UpdateInput(
        String collectionId,
        long update,
        ExternalSource source,
        CollectionOptions options,
        Head base,
        String launchId) {}
