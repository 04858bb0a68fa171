package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * What a collection's workflow hands to its next run. A person never sends it.
 *
 * @param head the newest head known
 * @param wanted the source asked for last
 * @param nextUpdate the number of the next update
 * @param pending the update that waits, or null
 * @param jobs updates that ended, oldest first
 * @param lastFailure the update that failed last, or null
 * @param requests update ids that were answered, oldest first, with the job that serves them
 * @param doubtful the version upon which a declaration failed that may still come through, or 0
 * @param paused whether periodic refresh is stopped
 * @param rested when the last update ended, or null
 * @param note what was done with the last message that asked for nothing new
 * @param rejected signals that were not acted upon
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CarriedState(
        Head head,
        ExternalSource wanted,
        long nextUpdate,
        Job pending,
        List<Job> jobs,
        Job lastFailure,
        List<AnsweredRequest> requests,
        long doubtful,
        boolean paused,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant rested,
        String note,
        List<Rejection> rejected) {

    /**
     * A request that was taken.
     *
     * @param id its update id in Temporal
     * @param job the number of the job that serves it
     */
    public record AnsweredRequest(String id, long job) {}
}
