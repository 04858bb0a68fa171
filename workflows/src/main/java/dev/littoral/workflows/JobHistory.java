package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.UpdateState;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** The history of a collection's ended jobs, in the order they ended, bounded in number and size. */
final class JobHistory {
    private static final int MAX_JOBS = 100;

    /** The jobs are in an answer and in the state passed to the next run, each of which may have 2 MB. */
    private static final int MAX_BYTES = 1 << 20;

    private final Deque<Job> jobs = new ArrayDeque<>();
    private final List<Job> newlyEnded = new ArrayList<>();
    private long bytes;
    private Job lastFailure;
    private Instant lastEndedAt;

    void restore(CarriedState carried) {
        carried.jobs().forEach(this::append);
        lastFailure = carried.lastFailure();
        lastEndedAt = carried.lastEndedAt();
    }

    void add(Job ended, Instant now) {
        append(ended);
        newlyEnded.add(ended);
        if (ended.state() == UpdateState.FAILED) {
            lastFailure = ended;
        }
        lastEndedAt = now;
    }

    private void append(Job ended) {
        jobs.addLast(ended);
        bytes += Json.bytes(ended);
        while (jobs.size() > MAX_JOBS || (jobs.size() > 1 && bytes > MAX_BYTES)) {
            bytes -= Json.bytes(jobs.removeFirst());
        }
    }

    /** The jobs that ended since the last call. */
    List<Job> takeNewlyEnded() {
        List<Job> ended = List.copyOf(newlyEnded);
        newlyEnded.clear();
        return ended;
    }

    /** Oldest first. */
    List<Job> jobs() {
        return List.copyOf(jobs);
    }

    /** Whether a head's source was listed to the end since it was declared, as far as is known. */
    boolean hasListed(Head head) {
        return head.kind() != HeadKind.DECLARED
                || jobs.stream()
                        .anyMatch(job -> job.generation() == head.generation()
                                && (job.state() == UpdateState.COMMITTED || job.state() == UpdateState.UNCHANGED));
    }

    /** The job that ended last, or null. */
    Job last() {
        return jobs.peekLast();
    }

    /** The job that failed last, or null. */
    Job lastFailure() {
        return lastFailure;
    }

    /** How many jobs in a row failed, up to the one that ended last, as far as the history goes. */
    int failuresInARow() {
        return (int) failures().count();
    }

    /** When the first of the jobs ended that failed in a row, or null. */
    Instant failingSince() {
        return failures().reduce((later, earlier) -> earlier).map(Job::ended).orElse(null);
    }

    private Stream<Job> failures() {
        return jobs.reversed().stream().takeWhile(job -> job.state() == UpdateState.FAILED);
    }

    /** When a job ended last, or null. */
    Instant lastEndedAt() {
        return lastEndedAt;
    }
}
