package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.JobsRequest;
import java.util.Set;

/**
 * A page of a collection's jobs, newest first.
 *
 * @param before only jobs with a smaller number
 * @param limit the maximum number of jobs, from 1 to 100
 */
public record JobsPage(long before, int limit) {
    private static final int MAX_JOBS = 100;
    private static final Set<String> KEYS = JsonFields.keys("before", "limit");

    /**
     * Parses the page a query asks for. A missing one is that of the newest jobs.
     *
     * @throws InvalidRequestException in one sentence
     */
    public static JobsPage parse(JobsRequest request) {
        JsonNode json = request == null ? null : request.json();
        if (isAbsent(json)) {
            return new JobsPage(Long.MAX_VALUE, MAX_JOBS);
        }
        JsonFields.object("page", json, KEYS);
        return new JobsPage(
                JsonFields.whole(
                        "page.before", json.get("before"), Long.MAX_VALUE, Long.MAX_VALUE, "an update's number"),
                (int) JsonFields.whole("page.limit", json.get("limit"), MAX_JOBS, MAX_JOBS, "a number of jobs"));
    }
}
