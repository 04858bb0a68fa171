package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.JsonFields.isAbsent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.LeaseRequest;
import java.time.Duration;
import java.util.Set;

/** Parses and validates the lease that a message asks for. Pure and deterministic. */
public final class LeaseParser {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Set<String> KEYS = JsonFields.keys("consumer", "version", "duration");

    private LeaseParser() {}

    /**
     * Parses a lease.
     *
     * @throws InvalidRequestException in one sentence
     */
    public static LeaseRequest parse(String collectionId, LeaseMessage message) {
        JsonNode json = message == null ? null : message.json();
        if (isAbsent(json)) {
            throw new InvalidRequestException(
                    "lease is missing; expected an object like {\"consumer\":\"search\",\"duration\":\"PT1H\"}");
        }
        JsonFields.object("lease", json, KEYS);
        JsonNode version = json.get("version");
        if (isAbsent(json.get("duration"))) {
            throw new InvalidRequestException(
                    "lease.duration is missing; expected an ISO-8601 duration from " + SHORTEST + " to " + LONGEST);
        }
        return new LeaseRequest(
                collectionId,
                AcknowledgeParser.consumer("lease", json.get("consumer")),
                isAbsent(version) ? null : AcknowledgeParser.version("lease", version),
                JsonFields.duration("lease.duration", json.get("duration"), SHORTEST, LONGEST, null));
    }

    /**
     * Checks an activity's input by the rules for messages.
     *
     * @throws InvalidRequestException when no message could have brought it
     */
    public static void check(LeaseRequest request) {
        if (request.duration() == null) {
            throw new InvalidRequestException("lease.duration is missing; expected an ISO-8601 duration");
        }
        parse(request.collectionId(), LeaseMessage.of(request.consumer(), request.version(), request.duration()));
    }
}
