package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What a consumer says of a version, which is to be written to the catalog.
 *
 * @param consumer who says it
 * @param state SERVING, FAILED or GONE
 * @param rows rows that readers can find; null unless it is SERVING
 * @param segments how many segments are built; null where it does not say
 * @param reason why it failed; null unless it is FAILED
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AcknowledgeRequest(
        String collectionId,
        String consumer,
        long version,
        ConsumerState state,
        Long rows,
        SegmentProgress segments,
        String reason) {}
