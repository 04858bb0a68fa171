package dev.littoral.workflows;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The watchdog timer for updates that do not report: when it is next checked whether their workflows are still there.
 * The interval doubles, and a request shortens it.
 */
final class UpdateWatchdog {
    /** When the next check is due; null while no update is active. */
    private Instant dueAt;

    private Duration interval = Policies.FIRST_CHECK_INTERVAL;
    private Instant checkedAt;

    /**
     * Updates that the last check did not find. One that has just closed is about to report, so it is checked twice.
     */
    private final Set<Long> missing = new TreeSet<>();

    /** An update starts: before that its workflow is not there. */
    void restart() {
        dueAt = null;
        missing.clear();
    }

    /** A request makes a check due soon, but many requests do not make many checks. */
    void checkSoon(Instant now) {
        Instant soon = dueAt == null ? null : checkedAt.plus(Policies.MIN_CHECK_INTERVAL);
        if (soon != null && soon.isBefore(dueAt)) {
            dueAt = soon.isBefore(now) ? now : soon;
        }
    }

    /**
     * The active updates were checked.
     *
     * @param absent those whose workflow was not there
     * @return those that were not there at the check before either
     */
    List<Long> checked(List<Long> absent, Instant now) {
        checkedAt = now;
        List<Long> gone = absent.stream().filter(missing::contains).toList();
        missing.clear();
        missing.addAll(absent);
        missing.removeAll(gone);
        if (missing.isEmpty()) {
            interval = Policies.shorter(interval.multipliedBy(2), Policies.MAX_CHECK_INTERVAL);
        }
        dueAt = now.plus(missing.isEmpty() ? interval : Policies.RECHECK_INTERVAL);
        return gone;
    }

    /**
     * Waits no longer than until the next check.
     *
     * @param unclosed the updates to check
     * @param until when the wait ends otherwise, or null
     */
    Decision idle(List<Long> unclosed, Instant until, Instant now) {
        if (unclosed.isEmpty()) {
            dueAt = null;
            return new Decision.Idle(until);
        }
        if (dueAt == null) {
            checkedAt = now;
            dueAt = now.plus(Policies.FIRST_CHECK_INTERVAL);
            interval = Policies.FIRST_CHECK_INTERVAL;
        }
        if (!dueAt.isAfter(now)) {
            return new Decision.CheckUpdates(unclosed);
        }
        return new Decision.Idle(until == null || dueAt.isBefore(until) ? dueAt : until);
    }
}
