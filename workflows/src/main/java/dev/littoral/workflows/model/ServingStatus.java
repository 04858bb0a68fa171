package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * Who serves a collection, and what.
 *
 * @param state of the consumers that the options name or, where they name none, of all that go on; null where there are
 *     none
 * @param version the newest version
 * @param consumers all that are known, by name
 * @param lookedAt when they were looked at last, or null
 * @param waits which update waits for which consumer, in words, or null
 * @param problem why they could not be looked at, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServingStatus(
        ServingState state,
        long version,
        List<ConsumerStatus> consumers,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant lookedAt,
        String waits,
        String problem) {
    /** Of a collection without consumers. */
    public static final ServingStatus NONE = new ServingStatus(null, 0, List.of(), null, null, null);
}
