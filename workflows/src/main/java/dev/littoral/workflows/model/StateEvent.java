package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * An event of a collection's state, which is in no version of the log.
 *
 * @param number grows by one
 * @param kind what happened
 * @param id the event's id, the same however often it is sent
 * @param time when it happened
 * @param update the update that it is about, or 0
 * @param version the newest version at that time
 * @param reason why, in words, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StateEvent(
        long number,
        Kind kind,
        String id,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant time,
        long update,
        long version,
        String reason) {

    /** What can happen to a collection's state. */
    public enum Kind {
        /** An update failed. */
        FAILED,
        /** What is served is older than the collection promises. */
        BEHIND,
        /** It is not any more. */
        FRESH;

        /** As the type of an event has it. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** An event with an id that no other has. */
    public static StateEvent of(
            String collectionId, long number, Kind kind, Instant time, long update, long version, String reason) {
        UUID unique = UUID.nameUUIDFromBytes((collectionId + "/" + kind + "/" + update + "/" + number + "/" + time)
                .getBytes(StandardCharsets.UTF_8));
        return new StateEvent(number, kind, kind.wireName() + "-" + unique, time, update, version, reason);
    }
}
