package dev.littoral.worker;

import dev.littoral.activities.steps.ConsumerObserver;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersSeen;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Tracks the consumers of collections as this worker saw them last. Those that are not looked at again in time were
 * looked at by another worker, or are retired, and forgotten. Safe for use by many threads.
 */
final class ConsumerTracker implements ConsumerObserver {
    private static final int MAX_COLLECTIONS = 10_000;

    /** Consumers that lag are looked at every quarter of an hour at least. */
    private static final Duration REMEMBERED_LAGGING = Duration.ofMinutes(30);

    private static final Duration REMEMBERED = Duration.ofDays(1);

    /** How a consumer stands, in a word. */
    enum Standing {
        SERVED,
        LAGGING,
        WRONG,
        LET_GO,
        GONE;

        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Standing of(ConsumerStatus consumer) {
            if (consumer.state() == ConsumerState.GONE) {
                return GONE;
            }
            if (consumer.servesWrongly()) {
                return WRONG;
            }
            if (consumer.letGo()) {
                return LET_GO;
            }
            return consumer.servesNewest() ? SERVED : LAGGING;
        }
    }

    private record Known(List<ConsumerStatus> consumers, Instant until) {}

    private final Clock clock;

    /** The one that was looked at longest ago comes first. */
    private final Map<String, Known> collections = new LinkedHashMap<>();

    ConsumerTracker(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized void looked(String collectionId, ConsumersSeen seen) {
        collections.remove(collectionId);
        if (seen.consumers().isEmpty()) {
            return;
        }
        boolean lags = seen.consumers().stream().anyMatch(consumer -> Standing.of(consumer) == Standing.LAGGING);
        collections.put(
                collectionId,
                new Known(seen.consumers(), clock.instant().plus(lags ? REMEMBERED_LAGGING : REMEMBERED)));
        if (collections.size() > MAX_COLLECTIONS) {
            Iterator<String> eldest = collections.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    /** How many consumers stand so. */
    synchronized int count(Standing standing) {
        forget(clock.instant());
        return (int) collections.values().stream()
                .flatMap(known -> known.consumers().stream())
                .filter(consumer -> Standing.of(consumer) == standing)
                .count();
    }

    /** The most seconds since a version was written that a consumer does not serve yet; 0 where none lags. */
    synchronized double worstSeconds() {
        Instant now = clock.instant();
        forget(now);
        return collections.values().stream()
                        .flatMap(known -> known.consumers().stream())
                        .filter(consumer -> Standing.of(consumer) == Standing.LAGGING)
                        .map(ConsumerStatus::since)
                        .filter(Objects::nonNull)
                        .mapToLong(since ->
                                Math.max(0, Duration.between(since, now).toMillis()))
                        .max()
                        .orElse(0)
                / 1e3;
    }

    private void forget(Instant now) {
        collections.values().removeIf(known -> known.until().isBefore(now));
    }
}
