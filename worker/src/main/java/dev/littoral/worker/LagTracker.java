package dev.littoral.worker;

import dev.littoral.workflows.FreshnessObserver;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.FreshnessStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tracks which collections that promise freshness are BEHIND, and how far the worst lags, as their workflow tasks in
 * this worker said last. A collection that does not say so again when it should is another worker's by now, and
 * forgotten. Safe for use by many threads.
 */
final class LagTracker implements FreshnessObserver {
    private static final int MAX_COLLECTIONS = 10_000;

    /** How much later than it should a collection may look again. */
    private static final Duration GRACE = Duration.ofMinutes(5);

    /** How long a collection counts that does not look again by itself, as one that is paused. */
    private static final Duration REMEMBERED = Duration.ofDays(1);

    /**
     * What is known of a collection.
     *
     * @param lagsFrom as of when it serves its source
     * @param cause why it is BEHIND, or null
     * @param until when this is forgotten
     */
    private record Known(Instant lagsFrom, CauseKind cause, Instant until) {}

    private final Clock clock;

    /** The one that looked longest ago comes first. */
    private final Map<String, Known> collections = new LinkedHashMap<>();

    LagTracker(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized void looked(String collectionId, FreshnessStatus freshness, Instant until) {
        collections.remove(collectionId);
        if (freshness.state() == null) {
            return;
        }
        Instant now = clock.instant();
        collections.put(
                collectionId,
                new Known(
                        freshness.asOf() == null ? freshness.since() : freshness.asOf(),
                        freshness.behind() && freshness.cause() != null
                                ? freshness.cause().kind()
                                : null,
                        until == null ? now.plus(REMEMBERED) : until.plus(GRACE)));
        if (collections.size() > MAX_COLLECTIONS) {
            Iterator<String> eldest = collections.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    /** How many collections are BEHIND for that cause. */
    synchronized int behind(CauseKind cause) {
        forget(clock.instant());
        return (int) collections.values().stream()
                .filter(known -> known.cause() == cause)
                .count();
    }

    /** The most seconds since as of when a collection serves its source; 0 where no collection promises freshness. */
    synchronized double worstSeconds() {
        Instant now = clock.instant();
        forget(now);
        return collections.values().stream()
                        .filter(known -> known.lagsFrom() != null)
                        .mapToLong(
                                known -> Duration.between(known.lagsFrom(), now).toMillis())
                        .map(lag -> Math.max(0, lag))
                        .max()
                        .orElse(0)
                / 1e3;
    }

    private void forget(Instant now) {
        collections.values().removeIf(known -> known.until().isBefore(now));
    }
}
