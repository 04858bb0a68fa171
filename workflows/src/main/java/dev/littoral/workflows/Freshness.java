package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedFreshness;
import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.Cause;
import dev.littoral.workflows.model.FreshnessStatus;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The freshness of a collection: as of when it serves its source, whether that is longer ago than {@code maxStaleness}
 * promises, and when the source has to be listed again to keep the promise. Pure: it has no clock.
 */
final class Freshness {
    /** How many of the last durations count. The longest does: most updates find little, some find much. */
    private static final int DURATIONS = 20;

    private final Duration maxStaleness;
    private final SourceDeclaration declaration;
    private final JobHistory history;
    private final List<Consumer<Transition>> listeners = new ArrayList<>();
    private final Deque<Long> tookMillis = new ArrayDeque<>();

    /** Whether the promise is kept; runs of older builds do not know it. */
    private boolean enabled;

    private Instant countsFrom;
    private Instant unchangedAt;
    private String unchangedOf;
    private Instant behindSince;
    private Cause cause;

    /** When it was looked at last and was fresh. */
    private Instant freshAt;

    /** Whether there is nothing to keep fresh any more. */
    private boolean ended;

    /**
     * A collection has got BEHIND, or is fresh again.
     *
     * @param behind which of both
     * @param at when that was noticed
     * @param since since when it is, or was, BEHIND
     * @param asOf as of when it serves its source, or null where that is not known
     * @param cause why it is, or was, BEHIND
     */
    record Transition(boolean behind, Instant at, Instant since, Instant asOf, Cause cause) {}

    /**
     * A freshness.
     *
     * @param maxStaleness what is promised, or null for nothing
     */
    Freshness(Duration maxStaleness, SourceDeclaration declaration, JobHistory history) {
        this.maxStaleness = maxStaleness;
        this.declaration = declaration;
        this.history = history;
    }

    /** From here on the promise is kept. Called before the first decision of a run. */
    void enable() {
        enabled = true;
    }

    /** Each transition is passed to the listener when it is noticed, once. */
    void onTransition(Consumer<Transition> listener) {
        listeners.add(listener);
    }

    void restore(CarriedState carried) {
        CarriedFreshness before = carried.freshness();
        if (before != null) {
            countsFrom = before.countsFrom();
            unchangedAt = before.unchangedAt();
            unchangedOf = before.unchangedOf();
            behindSince = before.behindSince();
            cause = before.cause();
            tookMillis.addAll(before.tookMillis());
        }
    }

    CarriedFreshness carry() {
        return new CarriedFreshness(countsFrom, unchangedAt, unchangedOf, behindSince, cause, List.copyOf(tookMillis));
    }

    private boolean promises() {
        return enabled && maxStaleness != null;
    }

    /**
     * The running update has ended by itself.
     *
     * @param report its report, or null
     * @param launchedAt when it was launched
     */
    void closed(UpdateReport report, Instant launchedAt, Instant now) {
        boolean good = report != null
                && (report.outcome() == UpdateState.COMMITTED || report.outcome() == UpdateState.UNCHANGED);
        if (!good || launchedAt == null) {
            return;
        }
        Head head = declaration.head();
        if (report.outcome() == UpdateState.UNCHANGED
                && report.version() == head.version()
                && head.snapshot() != null) {
            // An older build's report does not say when its listing began, which was after the launch.
            unchangedAt = report.listedAt() == null ? launchedAt : report.listedAt();
            unchangedOf = head.snapshot().key();
        }
        if (promises()) {
            tookMillis.addLast(Math.max(0, Duration.between(launchedAt, now).toMillis()));
            if (tookMillis.size() > DURATIONS) {
                tookMillis.removeFirst();
            }
        }
    }

    /**
     * As of when the source is served: when the last listing began that was committed, or found that what is served is
     * right. Null while that is not known.
     */
    Instant asOf() {
        Head head = declaration.head();
        Instant listed = head.listedAt();
        boolean proven = unchangedAt != null
                && head.snapshot() != null
                && head.snapshot().key().equals(unchangedOf)
                && (listed == null || unchangedAt.isAfter(listed));
        return proven ? unchangedAt : listed;
    }

    /** When the collection is BEHIND unless a listing ends well before; null where nothing is promised. */
    private Instant staleAt() {
        Instant from = asOf() == null ? countsFrom : asOf();
        return !promises() || ended || from == null ? null : from.plus(maxStaleness);
    }

    /** When a collection that is fresh gets BEHIND, or null. */
    Instant endsAt() {
        return isBehind() ? null : staleAt();
    }

    /**
     * When the next update has to begin, or null where nothing is promised: early enough to end in time if it takes as
     * long as the longest of the last ones and a quarter, a tenth of the promise being kept in hand. Updates that fail
     * follow one another ever more slowly.
     */
    Instant listsAt() {
        Instant staleAt = staleAt();
        Instant rests = history.lastEndedAt() == null ? countsFrom : history.lastEndedAt();
        if (staleAt == null || rests == null) {
            return null;
        }
        int failures = history.failuresInARow();
        Instant earliest = rests.plus(Policies.rest(maxStaleness, failures));
        Duration took = Duration.ofMillis(
                tookMillis.stream().mapToLong(Long::longValue).max().orElse(0));
        Instant planned = staleAt.minus(Policies.lead(maxStaleness, took));
        return failures > 0 || planned.isBefore(earliest) ? earliest : planned;
    }

    /**
     * Looks whether the promise is kept, and says so to the listeners where that has changed.
     *
     * @param kept whether there is anything to keep fresh
     * @param why finds the cause
     */
    void look(boolean kept, Supplier<Cause> why, Instant now) {
        ended = !kept;
        if (!promises() || !kept) {
            behindSince = null;
            cause = null;
            return;
        }
        if (countsFrom == null) {
            countsFrom = now;
        }
        Instant staleAt = staleAt();
        boolean behind = !staleAt.isAfter(now);
        boolean before = isBehind();
        if (behind) {
            if (!before) {
                // A rollback serves what may have been stale long before.
                behindSince = freshAt != null && freshAt.isAfter(staleAt) ? now : staleAt;
            }
            cause = why.get();
        }
        if (behind != before) {
            Transition transition = new Transition(behind, now, behindSince, asOf(), cause);
            listeners.forEach(listener -> listener.accept(transition));
        }
        if (!behind) {
            behindSince = null;
            cause = null;
            freshAt = now;
        }
    }

    /** Whether the collection serves an older state of its source than is promised. */
    boolean isBehind() {
        return behindSince != null;
    }

    /** Since when the collection is BEHIND, or null. */
    Instant since() {
        return behindSince;
    }

    /** Why the collection is BEHIND, or null. */
    Cause cause() {
        return cause;
    }

    FreshnessStatus status() {
        FreshnessStatus.State state = isBehind() ? FreshnessStatus.State.BEHIND : FreshnessStatus.State.FRESH;
        Instant staleAt = staleAt();
        return new FreshnessStatus(staleAt == null ? null : state, asOf(), staleAt, behindSince, cause);
    }
}
