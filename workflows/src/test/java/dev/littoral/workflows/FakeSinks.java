package dev.littoral.workflows;

import dev.littoral.workflows.model.EventRequest;
import dev.littoral.workflows.model.EventResult;
import dev.littoral.workflows.model.StateEvent;
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sinks in memory. Each can be down, hang, or lose its answers. */
final class FakeSinks implements EventActivities {
    private final Map<String, List<String>> received = new HashMap<>();
    private final Map<String, String> failures = new HashMap<>();
    private final Set<String> lost = new TreeSet<>();
    private final List<EventRequest> requests = new ArrayList<>();
    private final List<String> queues = new ArrayList<>();
    private CountDownLatch hanging;
    private String checkFailure;

    /** From now on a sink takes nothing. */
    synchronized void down(String sink, String failure) {
        failures.put(sink, failure);
    }

    synchronized void up(String sink) {
        failures.remove(sink);
    }

    /** The next call of a sink takes everything, and its worker dies before it answers. */
    synchronized void loseAnswer(String sink) {
        lost.add(sink);
    }

    /** From now on every call hangs until the latch is open. */
    synchronized void hang(CountDownLatch until) {
        hanging = until;
    }

    /** From now on sinks cannot be checked. */
    synchronized void failCheck(String type) {
        checkFailure = type;
    }

    /** What a sink got, repeats too: {@code 3} for a version, {@code failed 2} for an update. */
    synchronized List<String> received(String sink) {
        return List.copyOf(received.getOrDefault(sink, List.of()));
    }

    synchronized List<EventRequest> requests() {
        return List.copyOf(requests);
    }

    /** The task queues that calls came by. */
    synchronized Set<String> queues() {
        return new TreeSet<>(queues);
    }

    @Override
    public synchronized void checkSinks(String collectionId, List<String> sinks) {
        if (sinks.contains("unknown")) {
            throw ApplicationFailure.newNonRetryableFailure("Sink unknown is not one of this worker's", "INPUT");
        }
        if (checkFailure != null) {
            throw ApplicationFailure.newFailure("the check fails with " + checkFailure, checkFailure);
        }
    }

    @Override
    public EventResult sendEvents(EventRequest request) {
        CountDownLatch until;
        synchronized (this) {
            requests.add(request);
            queues.add(Activity.getExecutionContext().getInfo().getActivityTaskQueue());
            until = hanging;
        }
        if (until != null) {
            await(until);
        }
        return send(request);
    }

    private static void await(CountDownLatch until) {
        try {
            while (!until.await(50, TimeUnit.MILLISECONDS)) {
                Activity.getExecutionContext().heartbeat("hangs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped", e);
        }
    }

    private synchronized EventResult send(EventRequest request) {
        String failure = failures.get(request.sink());
        if (failure != null) {
            return new EventResult(request.cursor(), 0, failure, null);
        }
        List<String> events = received.computeIfAbsent(request.sink(), any -> new ArrayList<>());
        for (long version = request.cursor() + 1; version <= request.newest(); version++) {
            events.add(Long.toString(version));
        }
        long state = 0;
        for (StateEvent event : request.states()) {
            events.add(event.kind().wireName() + " " + event.update());
            state = event.number();
        }
        if (lost.remove(request.sink())) {
            throw ApplicationFailure.newNonRetryableFailure("the worker died", "TRANSIENT");
        }
        return new EventResult(request.newest(), state, null, (Duration) null);
    }
}
