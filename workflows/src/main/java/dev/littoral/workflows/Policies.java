package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import java.time.Duration;

/** Every time-out and retry policy of the workflows, each with its reason. */
final class Policies {
    /** The longest an update may run. Retention of the catalog's objects is longer by a day. */
    static final Duration UPDATE_LIMIT = Duration.ofHours(24);

    /** How many times an update lists again because the head or a file moved under it. More means that it never rests. */
    static final int MAX_ROUNDS = 5;

    /** The catalog is cleaned after every so many versions: what that costs is spread over them. */
    static final int CLEAN_EVERY = 32;

    /** How long an update waits, times its round, before it lists again because a file changed under it. */
    static final Duration PAUSE_AFTER_CHANGE = Duration.ofMillis(500);

    /**
     * A history of 4,000 events is replayed in well under a second. Temporal terminates a workflow at 51,200, which tens of
     * thousands of messages during one update can reach.
     */
    static final History HISTORY = new History(4_000, 32_000);

    /** How long the other parts of a step go on when one has failed. */
    static final Duration GRACE = Duration.ofSeconds(5);

    /** How long a collection that is cancelled waits for its update to clean up. */
    static final Duration FAREWELL = Duration.ofSeconds(30);

    /**
     * How long a collection's history may become, in events.
     *
     * @param enough beyond it the collection continues as new, when no update runs
     * @param most beyond it an update that runs is stopped for that
     */
    record History(int enough, int most) {}

    private Policies() {}

    /** A few small requests to the catalog. */
    static ActivityOptions catalog() {
        return ActivityOptions.newBuilder()
                // Each request has its own shorter time-out; this bounds their sum.
                .setStartToCloseTimeout(Duration.ofMinutes(2))
                .setRetryOptions(retries())
                .build();
    }

    /** Work that grows with the source. */
    static ActivityOptions bulk() {
        return ActivityOptions.newBuilder()
                // Millions of files from a slow store; a dead worker is noticed by its heartbeat long before.
                .setStartToCloseTimeout(Duration.ofHours(12))
                // Heartbeats come every second; a pause of this length is a dead or cut-off worker.
                .setHeartbeatTimeout(Duration.ofSeconds(30))
                // Staging may only be removed when nobody writes to it any more.
                .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                .setRetryOptions(retries())
                .build();
    }

    private static RetryOptions retries() {
        return RetryOptions.newBuilder()
                .setInitialInterval(Duration.ofMillis(500))
                .setBackoffCoefficient(2)
                // Long enough for a throttling store to recover, short enough to notice that it has.
                .setMaximumInterval(Duration.ofSeconds(30))
                // About four minutes in all; the next refresh tries again.
                .setMaximumAttempts(12)
                .setDoNotRetry(FailureType.INPUT.name(), FailureType.ACCESS.name(), FailureType.INTERNAL.name())
                .build();
    }
}
