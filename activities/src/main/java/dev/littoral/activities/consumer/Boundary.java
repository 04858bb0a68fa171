package dev.littoral.activities.consumer;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * Which versions clean-up may delete: an entry of the collection's append-only boundary log, written before anything is
 * deleted. The newest one counts; it never goes back.
 *
 * @param n 1, 2, 3 …
 * @param below versions below this one are deleted, or about to be: no consumer is granted a lease on them any more
 * @param closed up to where that was so already when a clean-up began, or null
 * @param time when it was written
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Boundary(
        long n,
        long below,
        Closed closed,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Instant time) {
    /** Before any clean-up. */
    public static final Boundary NONE = new Boundary(0, 0, null, Instant.EPOCH);

    /**
     * Versions on which no lease was granted after a moment.
     *
     * @param below versions below this one
     * @param since the moment
     */
    public record Closed(
            long below,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Instant since) {}

    /** Whether no lease on the version can run any more, whatever its entry says. */
    public boolean isOver(long version, Instant now) {
        return closed != null && version < closed.below && hasRunOut(now);
    }

    private boolean hasRunOut(Instant now) {
        return now.isAfter(closed.since.plus(Lease.LONGEST).plus(Lease.CLOCK_MARGIN.multipliedBy(2)));
    }

    /**
     * The next entry.
     *
     * @param doomed versions below this one are about to be deleted
     * @param now when this one had been read
     */
    public Boundary next(long doomed, Instant now) {
        boolean keeps = n == 0 || (closed != null && (closed.below == below || !hasRunOut(now)));
        return new Boundary(n + 1, Math.max(below, doomed), keeps ? closed : new Closed(below, now), now);
    }

    /** Whether it says as much as another one. */
    boolean covers(Boundary other) {
        return below >= other.below && (other.closed == null || other.closed.equals(closed));
    }
}
