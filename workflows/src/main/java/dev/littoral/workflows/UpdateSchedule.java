package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedState;
import java.time.Duration;
import java.time.Instant;

/**
 * The schedule of a collection's updates: periodic refresh, and the back-off between launches where changes follow on
 * one another.
 */
final class UpdateSchedule {
    private final Duration refreshEvery;
    private boolean paused;
    private Instant launchedAt;

    /** How many updates in a row a change has stopped since one ended by itself. */
    private int consecutiveSupersessions;

    /**
     * A schedule.
     *
     * @param refreshEvery how long after an update's end the next starts, or null for never
     */
    UpdateSchedule(Duration refreshEvery) {
        this.refreshEvery = refreshEvery;
    }

    void restore(CarriedState carried) {
        paused = carried.paused();
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
    }

    boolean isPaused() {
        return paused;
    }

    void launched(Instant now) {
        launchedAt = now;
    }

    /** A change stopped the running update. */
    void superseded() {
        consecutiveSupersessions++;
    }

    /** The running update ended by itself. */
    void endedByItself() {
        consecutiveSupersessions = 0;
    }

    /** When the next update may start. */
    Instant launchesAt() {
        return launchedAt == null ? Instant.MIN : launchedAt.plus(Policies.gap(consecutiveSupersessions));
    }

    /** When the running update was launched, or null. */
    Instant launchedAt() {
        return launchedAt;
    }

    /**
     * When a collection that is idle since {@code lastEndedAt} is refreshed, or null.
     *
     * @param promised when its promise of freshness has it refreshed, or null
     */
    Instant refreshAt(Instant lastEndedAt, Instant promised) {
        Instant every = lastEndedAt == null || refreshEvery == null ? null : lastEndedAt.plus(refreshEvery);
        return paused ? null : earlier(every, promised);
    }

    /** The earlier of two instants, each of which may be null. */
    static Instant earlier(Instant one, Instant other) {
        return one == null || (other != null && other.isBefore(one)) ? other : one;
    }
}
