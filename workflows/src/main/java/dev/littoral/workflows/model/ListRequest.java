package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A request to list a source and compare it with a base version.
 *
 * @param collectionId the collection
 * @param update the update's number
 * @param round the update's round, from 1
 * @param source what to list
 * @param options how the collection is kept
 * @param base the base version
 * @param previousPlan the plan of the round before, whose footers are used again, or null
 * @param commitId what the commitId of a snapshot begins with that the listing may prepare; null where it stages a plan
 *     however little changed, as for older builds
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ListRequest(
        String collectionId,
        long update,
        int round,
        ExternalSource source,
        CollectionOptions options,
        Head base,
        String previousPlan,
        String commitId) {}
