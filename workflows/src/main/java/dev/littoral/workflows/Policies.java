package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.common.Priority;
import io.temporal.common.RetryOptions;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The timeouts, retry policies and intervals of the workflows, each with its reason. */
public final class Policies {
    /** The longest an update may run. Retention of the catalog's objects is longer by a day. */
    static final Duration UPDATE_LIMIT = Duration.ofHours(24);

    /**
     * How many times an update lists again because the head or a file moved under it. More means that the source is
     * never idle.
     */
    public static final int MAX_ROUNDS = 5;

    /** The catalog is cleaned after every 32 versions: what that costs is spread over them. */
    static final int CLEAN_EVERY = 32;

    /** How long an update waits, times its round, before it lists again because a file changed under it. */
    static final Duration PAUSE_AFTER_CHANGE = Duration.ofMillis(500);

    /**
     * A history of 4,000 events is replayed in well under a second. Temporal terminates a workflow at 51,200, which
     * tens of thousands of messages during one update can reach.
     */
    static final History HISTORY = new History(4_000, 32_000);

    /** Before the usual of 1 to 5. */
    private static final int FIRST = 2;

    /** What a server takes where none is named. */
    private static final int USUAL = 3;

    /** A server refuses a task with a longer one. A collectionId has a byte a character. */
    private static final int MAX_FAIRNESS_KEY = 64;

    private static final Duration FIRST_RETRY = Duration.ofMillis(500);

    /** Long enough for a throttling store to recover, short enough to notice that it has. */
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    /** About four minutes in all; the next refresh tries again. */
    private static final int MAX_ATTEMPTS = 12;

    /** While the namespace has no search attribute of collections, each asks no more often, which costs an event. */
    static final Duration ATTRIBUTES_PAUSE = Duration.ofSeconds(10);

    /** How long the other activities of a step may go on when one has failed. */
    static final Duration SIBLING_TIMEOUT = Duration.ofSeconds(5);

    /** How long a collection that is cancelled waits for its update to clean up. */
    static final Duration CLEAN_UP_TIMEOUT = Duration.ofSeconds(30);

    /** The first back-off between launches where changes in a row stop update after update; it doubles. */
    private static final Duration FIRST_GAP = Duration.ofMillis(500);

    /** Long enough that a stream of changes costs little, short enough not to look like a standstill. */
    private static final int MAX_DOUBLINGS = 4;

    /** A store that was away is tried again soon, however long the promise. */
    private static final Duration LONGEST_REST = Duration.ofMinutes(5);

    /** Five minutes become a year, the longest promise. */
    private static final int MAX_REST_DOUBLINGS = 17;

    /** Far below a workflow task's timeout of 10 seconds; a store that needs longer is left to {@link #catalog}. */
    private static final Duration QUICK = Duration.ofSeconds(1);

    /** The first check of an active update: a collection that was reset does not learn of one that had closed. */
    static final Duration FIRST_CHECK_INTERVAL = Duration.ofMinutes(1);

    /** A check costs a few events of the history, so the interval doubles, up to this. */
    static final Duration MAX_CHECK_INTERVAL = Duration.ofMinutes(10);

    /** An update that is not there is checked again: when it has just closed, its result is on its way. */
    static final Duration RECHECK_INTERVAL = Duration.ofSeconds(5);

    /** The shortest interval, after requests. */
    static final Duration MIN_CHECK_INTERVAL = Duration.ofSeconds(10);

    /** The first back-off of events after a failure of their sink; it doubles. */
    private static final Duration FIRST_EVENT_GAP = Duration.ofSeconds(5);

    /** A try costs eleven events of the history, and one in a quarter of an hour is a thousand a day. */
    private static final Duration LAST_EVENT_GAP = Duration.ofMinutes(15);

    private static final int MAX_EVENT_DOUBLINGS = 10;

    /** How long a collection that has ended tries to send its last events. */
    static final Duration LAST_EVENTS = Duration.ofDays(1);

    /** While no consumer is known, updates that find nothing new are followed by a look for some at most so often. */
    static final Duration UNWATCHED = Duration.ofHours(1);

    private static final Duration FIRST_LOOK = Duration.ofSeconds(2);

    /** A consumer that needs an hour to build is noticed within a minute. */
    private static final Duration SOON = Duration.ofHours(1);

    private static final Duration LONGEST_LOOK_SOON = Duration.ofMinutes(1);

    /** A look costs a dozen events of the history. */
    private static final Duration LONGEST_LOOK = Duration.ofMinutes(15);

    /** As long as a lease: a consumer that has not come after by then does not build what it was waited for. */
    private static final Duration LONGEST_HOLD = Duration.ofHours(24);

    /**
     * How long a collection's history may become, in events.
     *
     * @param enough beyond it the collection continues as new when no update is active
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

    /**
     * The shortest pause after an update of a collection that promises freshness: a twentieth of the promise, up to
     * five minutes; after failures in a row it doubles, up to a quarter of the promise.
     */
    static Duration rest(Duration maxStaleness, int failures) {
        Duration rest = shorter(maxStaleness.dividedBy(20), LONGEST_REST);
        Duration doubled = rest.multipliedBy(1L << Math.clamp(failures - 1L, 0, MAX_REST_DOUBLINGS));
        return shorter(doubled, maxStaleness.dividedBy(4));
    }

    static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /**
     * How long before a promise of freshness ends the next update begins: as long as the longest of the last ones took,
     * a quarter of that, and a tenth of the promise in hand.
     */
    static Duration lead(Duration maxStaleness, Duration took) {
        return maxStaleness.dividedBy(10).plus(took).plusMillis(took.toMillis() / 4);
    }

    /**
     * How long after an update began the next one begins while all end well, or null where none does by itself.
     *
     * @param refreshEvery the option, or null
     * @param maxStaleness the option, or null
     * @param took how long an update takes
     */
    public static Duration cycle(Duration refreshEvery, Duration maxStaleness, Duration took) {
        Duration every = refreshEvery == null ? null : refreshEvery.plus(took);
        if (maxStaleness == null) {
            return every;
        }
        Duration planned = maxStaleness.minus(lead(maxStaleness, took));
        Duration earliest = took.plus(rest(maxStaleness, 0));
        Duration promised = planned.compareTo(earliest) < 0 ? earliest : planned;
        return every == null ? promised : shorter(promised, every);
    }

    /**
     * How long after a look at consumers the next one follows: each wait is longer than the one before by half, up to a
     * minute in the first hour, and up to a quarter of an hour after it.
     *
     * @param waited how long it was waited for consumers
     */
    static Duration look(Duration waited) {
        Duration half = waited.dividedBy(2);
        boolean soon = waited.compareTo(SOON) < 0;
        Duration next = soon ? FIRST_LOOK.plus(half) : LONGEST_LOOK_SOON.plus(half.minus(SOON.dividedBy(2)));
        Duration most = soon ? LONGEST_LOOK_SOON : LONGEST_LOOK;
        return shorter(next, most);
    }

    /** How long a refresh waits for a consumer at most. */
    static Duration longestBackPressure(Duration forgetConsumersAfter) {
        return shorter(forgetConsumersAfter, LONGEST_HOLD);
    }

    /**
     * The priority of a collection's work. Of work that is alike a server that knows of fairness gives each collection
     * its share; others ignore all of it.
     *
     * @param first whether somebody waits for it: a source that was not served yet, or a short request
     */
    static Priority priority(String collectionId, boolean first) {
        return Priority.newBuilder()
                .setPriorityKey(first ? FIRST : USUAL)
                .setFairnessKey(fairnessKey(collectionId))
                .build();
    }

    private static String fairnessKey(String collectionId) {
        return collectionId.length() <= MAX_FAIRNESS_KEY
                ? collectionId
                : collectionId.substring(0, MAX_FAIRNESS_KEY - 9)
                        + String.format(Locale.ROOT, "-%08x", collectionId.hashCode());
    }

    /** A few small requests to the catalog by a local activity, without retries; {@link #catalog} is the fallback. */
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
    static ActivityOptions catalog(String summary, Priority priority) {
        return ActivityOptions.newBuilder()
                .setSummary(summary)
                .setPriority(priority)
                // Each request has its own shorter timeout; this bounds their sum.
                .setStartToCloseTimeout(Duration.ofMinutes(2))
                // Heartbeats come every second; a dead worker is noticed long before the requests' time is up.
                .setHeartbeatTimeout(Duration.ofSeconds(15))
                .setRetryOptions(retries())
                .build();
    }

    /**
     * A hundred events for a sink.
     *
     * @param taskQueue that of the workflows
     */
    static ActivityOptions events(String summary, String taskQueue, Priority priority) {
        return ActivityOptions.newBuilder()
                .setSummary(summary)
                .setPriority(priority)
                .setTaskQueue(eventQueue(taskQueue))
                // No worker may have the sink; then the collection says so.
                .setScheduleToStartTimeout(Duration.ofMinutes(5))
                // No event is begun after fifteen seconds, and none takes more than ten.
                .setStartToCloseTimeout(Duration.ofMinutes(2))
                .setHeartbeatTimeout(Duration.ofSeconds(15))
                // A sink that fails is a result; this is for a worker that dies. The collection tries again by itself.
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(3).build())
                .build();
    }

    /** The task queue of the activities that send events: a sink that hangs takes no slot from an update. */
    public static String eventQueue(String taskQueue) {
        return taskQueue + "-events";
    }

    /**
     * How long after a failure events are sent again.
     *
     * @param failures how many tries in a row sent nothing
     */
    static Duration eventGap(int failures, String collectionId) {
        Duration gap = FIRST_EVENT_GAP.multipliedBy(1L << Math.min(failures - 1, MAX_EVENT_DOUBLINGS));
        // Collections that share a sink do not all ask at once when it is back.
        return shorter(gap, LAST_EVENT_GAP)
                .multipliedBy(100L + Math.floorMod(collectionId.hashCode(), 50))
                .dividedBy(100);
    }

    /** Work that grows with the source. */
    static ActivityOptions bulk(String summary, Priority priority) {
        return ActivityOptions.newBuilder()
                .setSummary(summary)
                .setPriority(priority)
                // Millions of files from a slow store; a dead worker is noticed by its heartbeat long before.
                .setStartToCloseTimeout(Duration.ofHours(12))
                // Heartbeats come every second; a pause of this length is a dead or cut-off worker.
                .setHeartbeatTimeout(Duration.ofSeconds(30))
                // Staging may only be removed when nothing writes to it any more.
                .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                .setRetryOptions(retries())
                .build();
    }

    /**
     * How long after failed attempt {@code attempt}, from 1, Temporal retries; empty when there are no more attempts.
     */
    public static Optional<Duration> nextTry(int attempt) {
        if (attempt >= MAX_ATTEMPTS) {
            return Optional.empty();
        }
        Duration wait = FIRST_RETRY.multipliedBy(1L << (attempt - 1));
        return Optional.of(shorter(wait, LAST_RETRY));
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
