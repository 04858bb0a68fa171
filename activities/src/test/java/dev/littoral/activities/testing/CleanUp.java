package dev.littoral.activities.testing;

import dev.littoral.activities.retention.SnapshotExpirer;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.CleanRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/** Snapshot expiration at any time and with any retention. */
public final class CleanUp {
    /** Later than all that a test writes. */
    public static final Instant LATE = Instant.parse("9000-01-01T00:00:00Z");

    private CleanUp() {}

    /** Removes versions that were replaced before a moment. */
    public static SnapshotExpirer.Result before(CatalogStore store, String collectionId, Instant moment)
            throws InterruptedException {
        return at(store, collectionId, moment, Duration.ZERO);
    }

    /** Removes versions at a moment that were replaced longer ago than they are kept. */
    public static SnapshotExpirer.Result at(
            CatalogStore store, String collectionId, Instant moment, Duration keepVersionsFor)
            throws InterruptedException {
        return new SnapshotExpirer(store, collectionId, Clock.fixed(moment, ZoneOffset.UTC))
                .clean(new CleanRequest(collectionId, keepVersionsFor, null));
    }
}
