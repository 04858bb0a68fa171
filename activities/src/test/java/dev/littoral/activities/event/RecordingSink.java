package dev.littoral.activities.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A sink in memory, which loses events and answers as a test says. */
public final class RecordingSink implements Sink {
    private final List<JsonNode> events = new ArrayList<>();
    private final Deque<SinkException> failures = new ArrayDeque<>();
    private boolean takesWhatFails;

    /** The next event fails. */
    public void fail(SinkException failure) {
        failures.add(failure);
    }

    /** An event that fails is there all the same: the answer is what is lost. */
    public void losesAnswers() {
        takesWhatFails = true;
    }

    /** The events in the order they came, repeats too. */
    public List<JsonNode> events() {
        return events;
    }

    /** What each is and of which version: {@code committed 3}. */
    public List<String> summary() {
        return events.stream()
                .map(event -> event.get("type").asText().split("\\.", -1)[3] + " "
                        + event.at("/data/version").asLong())
                .toList();
    }

    @Override
    public void send(Event event) {
        SinkException failure = failures.poll();
        if (failure == null || takesWhatFails) {
            try {
                events.add(Json.JSON.readTree(event.json()));
            } catch (JsonProcessingException e) {
                throw new AssertionError(e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public String place() {
        return "memory";
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
