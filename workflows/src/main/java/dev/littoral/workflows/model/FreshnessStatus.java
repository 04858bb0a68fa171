package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * How fresh a collection is.
 *
 * @param state FRESH or BEHIND; null without {@code maxStaleness}
 * @param asOf everything its source had before is served: when the last listing began that was committed, or found
 *     nothing new. Null while that is not known
 * @param staleAt when it is BEHIND unless a listing ends well before; null without {@code maxStaleness}
 * @param since since when it is BEHIND, or null
 * @param cause why it is BEHIND, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FreshnessStatus(
        State state,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant asOf,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant staleAt,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant since,
        Cause cause) {

    /** Whether a collection keeps its promise. */
    public enum State {
        /** It is as fresh as {@code maxStaleness} promises. */
        FRESH,
        /** It serves an older state of its source than {@code maxStaleness} allows. */
        BEHIND
    }

    /** Nothing is promised, and nothing is known. */
    public static final FreshnessStatus UNKNOWN = new FreshnessStatus(null, null, null, null, null);

    public boolean behind() {
        return state == State.BEHIND;
    }
}
