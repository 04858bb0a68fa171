package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.common.RetryOptions;
import java.time.Duration;
import java.util.Optional;

/** Every time-out and retry policy of the workflows, each with its reason. */
public final class Policies {
    /** The longest an update may run. Retention of the catalog's objects is longer by a day. */
    static final Duration UPDATE_LIMIT = Duration.ofHours(24);

    /** How many times an update lists again because the head or a file moved under it. More means that it never rests. */
    public static final int MAX_ROUNDS = 5;

    /** The catalog is cleaned after every so many versions: what that costs is spread over them. */
    static final int CLEAN_EVERY = 32;

    /** How long an update waits, times its round, before it lists again because a file changed under it. */
    static final Duration PAUSE_AFTER_CHANGE = Duration.ofMillis(500);

    /**
     * A history of 4,000 events is replayed in well under a second. Temporal terminates a workflow at 51,200, which tens of
     * thousands of messages during one update can reach.
     */
    static final History HISTORY = new History(4_000, 32_000);

    private static final Duration FIRST_RETRY = Duration.ofMillis(500);

    /** Long enough for a throttling store to recover, short enough to notice that it has. */
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    /** About four minutes in all; the next refresh tries again. */
    private static final int MAX_ATTEMPTS = 12;

    /** How long the other parts of a step go on when one has failed. */
    static final Duration SIBLING_TIMEOUT = Duration.ofSeconds(5);

    /** How long a collection that is cancelled waits for its update to clean up. */
    static final Duration CLEAN_UP_TIMEOUT = Duration.ofSeconds(30);

    /** Where a few changes in a row stop update after update, so long is waited from launch to launch; it doubles. */
    private static final Duration FIRST_GAP = Duration.ofMillis(500);

    /** Long enough that a stream of changes costs little, short enough that nobody takes it for a standstill. */
    private static final int MAX_DOUBLINGS = 4;

    /** Within a workflow task, so a task's time-out of 10 seconds is far; a store that needs longer is left to {@link #catalog}. */
    private static final Duration QUICK = Duration.ofSeconds(1);

    /** An update that runs so long and says nothing is looked at: a collection that was reset is not told of one that had closed. */
    static final Duration FIRST_CHECK_INTERVAL = Duration.ofMinutes(1);

    /** A look costs a few events of the history, so the waits double, up to this. */
    static final Duration MAX_CHECK_INTERVAL = Duration.ofMinutes(10);

    /** One that is not there is looked at again so much later: when it has just closed, that is still on its way. */
    static final Duration RECHECK_INTERVAL = Duration.ofSeconds(5);

    /** Where people ask for something, an update is looked at as soon as that, after the look before. */
    static final Duration MIN_CHECK_INTERVAL = Duration.ofSeconds(10);

    /**
     * How long a collection's history may become, in events.
     *
     * @param enough beyond it the collection continues as new, when no update runs
     * @param most beyond it an update that runs is stopped for that
     */
    record History(int enough, int most) {}

    private Policies() {}

    /**
     * How long after a launch the next may follow.
     *
     * @param stopped how many updates in a row a change has stopped: after the first nothing is waited for
     */
    static Duration gap(int stopped) {
        return stopped < 2 ? Duration.ZERO : FIRST_GAP.multipliedBy(1L << Math.min(stopped - 2, MAX_DOUBLINGS));
    }

    /** One try of a few small requests to the catalog, in the worker that runs the workflow. What it cannot do, {@link #catalog} does. */
    static LocalActivityOptions quick(String summary) {
        return LocalActivityOptions.newBuilder()
                .setStartToCloseTimeout(QUICK)
                .setScheduleToCloseTimeout(QUICK)
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                .setDoNotIncludeArgumentsIntoMarker(true)
                .setSummary(summary)
                .build();
    }

    /** A few small requests to the catalog. */
    static ActivityOptions catalog(String summary) {
        return ActivityOptions.newBuilder()
                .setSummary(summary)
                // Each request has its own shorter time-out; this bounds their sum.
                .setStartToCloseTimeout(Duration.ofMinutes(2))
                // Heartbeats come every second; a dead worker is noticed long before the requests' time is up.
                .setHeartbeatTimeout(Duration.ofSeconds(15))
                .setRetryOptions(retries())
                .build();
    }

    /** Work that grows with the source. */
    static ActivityOptions bulk(String summary) {
        return ActivityOptions.newBuilder()
                .setSummary(summary)
                // Millions of files from a slow store; a dead worker is noticed by its heartbeat long before.
                .setStartToCloseTimeout(Duration.ofHours(12))
                // Heartbeats come every second; a pause of this length is a dead or cut-off worker.
                .setHeartbeatTimeout(Duration.ofSeconds(30))
                // Staging may only be removed when nobody writes to it any more.
                .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                .setRetryOptions(retries())
                .build();
    }

    /** When an attempt that failed is tried again, or empty when tries are used up. What Temporal does, for those who tell of it. */
    public static Optional<Duration> nextTry(int attempt) {
        if (attempt >= MAX_ATTEMPTS) {
            return Optional.empty();
        }
        Duration wait = FIRST_RETRY.multipliedBy(1L << (attempt - 1));
        return Optional.of(wait.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : wait);
    }

    private static RetryOptions retries() {
        return RetryOptions.newBuilder()
                .setInitialInterval(FIRST_RETRY)
                .setBackoffCoefficient(2)
                .setMaximumInterval(LAST_RETRY)
                .setMaximumAttempts(MAX_ATTEMPTS)
                .setDoNotRetry(FailureType.INPUT.name(), FailureType.ACCESS.name(), FailureType.INTERNAL.name())
                .build();
    }
}
