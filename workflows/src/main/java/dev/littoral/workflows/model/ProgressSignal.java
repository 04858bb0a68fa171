package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * The progress signal of a worker to a collection. It is for people: nothing is decided on it.
 *
 * @param json {@link Report} as JSON, or anything else, which is refused
 */
public record ProgressSignal(@JsonValue JsonNode json) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ProgressSignal {}

    public static ProgressSignal of(Report report) {
        return new ProgressSignal(Json.tree(report));
    }

    /**
     * A report of progress, or of a failure that is retried.
     *
     * @param update the update, or 0 for an activity of the collection itself
     * @param step list, read, balance or commit, or null
     * @param worker the worker's identity
     * @param done files listed, files opened or shards balanced by this worker in this step
     * @param of how many there are in all, or 0 while that is not known
     * @param retry the failure that is retried, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Report(
            long update,
            String step,
            String worker,
            long done,
            long of,
            @JsonProperty("trouble") RetryInfo retry) {}
}
