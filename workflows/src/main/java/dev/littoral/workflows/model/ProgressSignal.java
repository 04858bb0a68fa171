package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a worker tells a collection while it works for it. It is for people: nothing is decided on it.
 *
 * @param json {@link News} as JSON, or whatever else was sent
 */
public record ProgressSignal(@JsonValue JsonNode json) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ProgressSignal {}

    public static ProgressSignal of(News news) {
        return new ProgressSignal(Json.tree(news));
    }

    /**
     * How far a worker is, or what it has trouble with.
     *
     * @param update the update it works for, or 0 where that is the collection itself
     * @param step list, read, balance or commit, or null
     * @param worker who says so
     * @param done files listed, files opened or shards balanced by this worker in this step
     * @param of how many there are in all, or 0 while that is not known
     * @param trouble what is tried again, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record News(long update, String step, String worker, long done, long of, RetryInfo trouble) {}
}
