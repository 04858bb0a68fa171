package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.Rejection;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ledger of a collection's requests: which job or version serves each update id, so that one that is sent again
 * gets the same answer, and which requests were rejected or changed nothing.
 */
final class RequestLedger {
    private static final int MAX_REQUESTS = 200;
    private static final int MAX_REJECTED = 20;

    private final Map<String, Long> jobByRequest = new LinkedHashMap<>();

    private final Deque<Rejection> rejected = new ArrayDeque<>();
    private String note;

    void restore(CarriedState carried) {
        carried.requests().forEach(request -> jobByRequest.put(request.id(), request.job()));
        rejected.addAll(carried.rejected());
        note = carried.note();
    }

    /** The job that served a request of this update id before, or 0. */
    long servedBefore(String requestId) {
        return jobByRequest.getOrDefault(requestId, 0L);
    }

    void served(String requestId, long job) {
        jobByRequest.put(requestId, job);
        if (jobByRequest.size() > MAX_REQUESTS) {
            jobByRequest.remove(jobByRequest.keySet().iterator().next());
        }
    }

    /** Requests that were served, oldest first. */
    List<CarriedState.AnsweredRequest> answered() {
        List<CarriedState.AnsweredRequest> answered = new ArrayList<>();
        jobByRequest.forEach((id, job) -> answered.add(new CarriedState.AnsweredRequest(id, job)));
        return answered;
    }

    void reject(String message, String reason, Instant now) {
        rejected.addLast(new Rejection(message, now, reason));
        if (rejected.size() > MAX_REJECTED) {
            rejected.removeFirst();
        }
    }

    /** Rejected requests, oldest first. */
    List<Rejection> rejected() {
        return List.copyOf(rejected);
    }

    void note(String text) {
        note = text;
    }

    /** What was done with the last request that changed nothing, or null. */
    String note() {
        return note;
    }
}
