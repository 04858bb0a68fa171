package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * How a consumer of a collection stands: what it says of itself, compared with the log.
 *
 * @param consumer its name
 * @param named whether the collection's options name it
 * @param state what its newest entry says, or null where it has none
 * @param version the version that its newest entry is about, or null
 * @param until when the lease of that entry ends, or null
 * @param serves the version that its readers get, or null
 * @param rows the rows that its readers can find, as it says, or null
 * @param segments how many segments it has built, as it says, or null
 * @param verdict whether it serves what that version has; null while it serves nothing
 * @param finding what was found and expected where the verdict is WRONG, else null
 * @param behind how many versions with another snapshot came after the one that it serves
 * @param since when the first of these was written, or null where there is none
 * @param letGo whether clean-up deletes what it holds or serves, as it kept that for too long
 * @param reason why it FAILED, or null
 * @param problem what is wrong with an entry that was passed over, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConsumerStatus(
        String consumer,
        boolean named,
        ConsumerState state,
        Long version,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant until,
        Long serves,
        Long rows,
        SegmentProgress segments,
        Verdict verdict,
        String finding,
        long behind,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant since,
        boolean letGo,
        String reason,
        String problem) {

    /** Whether its readers get the newest snapshot, and all of it. */
    public boolean servesNewest() {
        return serves != null && behind == 0 && verdict == Verdict.RIGHT;
    }

    /** Whether it serves something else than it says. */
    public boolean servesWrongly() {
        return verdict == Verdict.WRONG && state != ConsumerState.GONE;
    }

    /** Whether it is expected to serve the newest snapshot, now or soon, though no option names it. */
    public boolean goesOn() {
        boolean failedEver = state == ConsumerState.FAILED && serves == null;
        return state != null && state != ConsumerState.GONE && !failedEver && !letGo;
    }
}
