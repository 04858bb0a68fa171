package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;

/**
 * The state that a collection's workflow carries to its next run when it continues as new. Its JSON is part of
 * histories.
 *
 * @param head the newest head known
 * @param desiredSource the desired source
 * @param nextUpdate the number of the next update
 * @param pending the update that waits, or null
 * @param jobs updates that ended, oldest first
 * @param lastFailure the update that failed last, or null
 * @param requests update ids that were answered, oldest first, with the job that serves them
 * @param unconfirmedDeclaration the base version of a declaration that failed and may still take effect, 0 for none,
 *     {@link Long#MAX_VALUE} where the base is unknown
 * @param paused whether periodic refresh is stopped
 * @param held whether refreshing is paused because the head rolls back
 * @param lastEndedAt when the last update ended, or null
 * @param note what was done with the last message that changed nothing
 * @param rejected rejected signals
 * @param events what its sinks have not got, or null where it has none
 * @param freshness what is known of the collection's freshness, or null
 * @param consumers what is known of its consumers, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CarriedState(
        Head head,
        @JsonProperty("wanted") ExternalSource desiredSource,
        long nextUpdate,
        Job pending,
        List<Job> jobs,
        Job lastFailure,
        List<AnsweredRequest> requests,
        @JsonProperty("doubtful") long unconfirmedDeclaration,
        boolean paused,
        boolean held,

        @JsonFormat(shape = JsonFormat.Shape.STRING) @JsonProperty("rested")
        Instant lastEndedAt,

        String note,
        List<Rejection> rejected,
        CarriedEvents events,
        CarriedFreshness freshness,
        CarriedConsumers consumers) {

    /**
     * A request that was answered.
     *
     * @param id its update id in Temporal
     * @param job the number of the job that serves it
     */
    public record AnsweredRequest(String id, long job) {}
}
