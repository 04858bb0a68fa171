package dev.littoral.worker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tracks when an update of each collection last succeeded in this worker. It remembers a bounded number of collections,
 * those of the last days. Safe for use by many threads.
 */
final class LastSuccessTracker {
    private static final int MAX_COLLECTIONS = 10_000;

    /** A collection whose updates ended longer ago is served by another worker, or retired. */
    private static final Duration REMEMBERED = Duration.ofDays(7);

    /** Buckets of ages; each collection is in one. */
    enum Age {
        MINUTE("1m", Duration.ofMinutes(1)),
        TEN_MINUTES("10m", Duration.ofMinutes(10)),
        HOUR("1h", Duration.ofHours(1)),
        SIX_HOURS("6h", Duration.ofHours(6)),
        DAY("1d", Duration.ofDays(1)),
        OLDER("older", REMEMBERED),
        NEVER("never", null);

        private final String tag;
        private final Duration most;

        Age(String tag, Duration most) {
            this.tag = tag;
            this.most = most;
        }

        String tag() {
            return tag;
        }

        static Age of(Instant success, Instant now) {
            if (success == null) {
                return NEVER;
            }
            Duration age = Duration.between(success, now);
            for (Age each : values()) {
                if (each.most != null && age.compareTo(each.most) <= 0) {
                    return each;
                }
            }
            return OLDER;
        }
    }

    /**
     * What is known of a collection.
     *
     * @param success when an update last ended well, or null
     * @param end when an update last ended
     */
    private record Known(Instant success, Instant end) {}

    private final Clock clock;

    /** The one whose update ended longest ago comes first. */
    private final Map<String, Known> collections = new LinkedHashMap<>();

    private Instant newest;

    LastSuccessTracker(Clock clock) {
        this.clock = clock;
    }

    synchronized void succeeded(String collectionId) {
        newest = clock.instant();
        collections.remove(collectionId);
        add(collectionId, new Known(newest, newest));
    }

    synchronized void failed(String collectionId) {
        Known before = collections.remove(collectionId);
        add(collectionId, new Known(before == null ? null : before.success(), clock.instant()));
    }

    private void add(String collectionId, Known known) {
        collections.put(collectionId, known);
        if (collections.size() > MAX_COLLECTIONS) {
            Iterator<String> eldest = collections.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    /** Seconds since any update ended well; NaN before the first. */
    synchronized double secondsSinceNewest() {
        return newest == null
                ? Double.NaN
                : Duration.between(newest, clock.instant()).toMillis() / 1e3;
    }

    synchronized int count(Age age) {
        Instant now = clock.instant();
        collections.values().removeIf(known -> known.end().isBefore(now.minus(REMEMBERED)));
        return (int) collections.values().stream()
                .filter(known -> Age.of(known.success(), now) == age)
                .count();
    }
}
