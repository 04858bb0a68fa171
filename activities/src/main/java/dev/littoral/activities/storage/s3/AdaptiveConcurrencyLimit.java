package dev.littoral.activities.storage.s3;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * An adaptive concurrency limit for requests to one store. It grows while answers take as long as they usually do,
 * shrinks where they take longer, which is a queue in the store, and shrinks at once where the store asks for that. One
 * for each client, so that all shards of a worker feel what one of them meets. Safe for use by many threads.
 *
 * <p>Requests of one address, a source or a catalog, get no more turns than the limit, and no more than three times
 * what is left over of the limit and a third. So one address alone has the whole limit, and one that holds all of it,
 * because its store has stopped answering, leaves turns to the others. Turns beyond an address's credit, which grows by
 * its answers and shrinks by requests that got none, are held against all addresses together as if they were of one:
 * however many have stopped answering, the third is for those that answer. Of those that wait, the address with the
 * fewest turns goes first, and of its requests the one that came first.
 */
final class AdaptiveConcurrencyLimit {
    private static final int FIRST = 16;
    private static final int LEAST = 4;

    /** Answers that take this many times as long as usual have waited in a queue. */
    private static final double QUEUE = 2;

    /** The usual time is measured again once in this number of rounds: it may have changed. */
    private static final int ROUNDS_TO_PROBE = 64;

    /**
     * The share of the limit it is measured with. Where that still leaves a queue, the limit is too large by far and
     * shrinks.
     */
    private static final double PROBE = 0.25;

    /** How long that may take: a reader that stops must not leave the limit small for the next one. */
    private static final long PROBE_NANOS = 1_000_000_000;

    /** What is left of the limit when the store asks for fewer requests. */
    private static final double BACK_OFF = 0.7;

    /** What an address may have, in turns that are left over. */
    private static final int SHARE = 3;

    /** What a request without an answer takes from an address's credit, in answers. */
    private static final int LOSS = 4;

    private static final int LEAST_CREDIT = -64;

    /** The number of addresses without requests whose credit is remembered. */
    private static final int MAX_IDLE = 1_000;

    private final int most;

    /** Addresses that have turns, or wait for them, or had some. */
    private final Map<String, Line> lines = new HashMap<>();

    /** Turns that are taken. */
    private int taken;

    /** Those among them that are beyond their address's credit. */
    private int onTrial;

    /** Turns so far that a request had to wait for; earlier ones have the smaller number. */
    private long arrivals;

    private int waiting;
    private int limit = FIRST;

    /** Whether the store has asked for fewer requests; from then on the limit grows by one a round. */
    private boolean careful;

    /** When the limit shrank last. Answers to earlier requests say nothing about it. */
    private long shrunk = Long.MIN_VALUE;

    private double usualNanos = Double.MAX_VALUE;

    /** The round: as many answers as the limit. */
    private int answers;

    private double nanos;

    /** Whether a request had to wait in this round. */
    private volatile boolean full;

    /** Rounds since the last probe. */
    private int rounds;

    /** The limit to go on with after the probe that is under way, or 0. */
    private int afterProbe;

    /**
     * A limit.
     *
     * @param most what it never exceeds, at least 4
     */
    AdaptiveConcurrencyLimit(int most) {
        this.most = most;
    }

    /** How a request ended. */
    enum End {
        /** With an answer whose time shows how busy the store is. */
        TELLING,
        /** With the store's wish for fewer requests. */
        THROTTLED,
        /** Otherwise. */
        OTHER;

        private static final int TOO_MANY_REQUESTS = 429;
        private static final int SLOW_DOWN = 503;

        /**
         * How a request ended, by its answer.
         *
         * @param telling whether the request is one that takes as long as others
         */
        static End of(int status, boolean telling) {
            if (status == SLOW_DOWN || status == TOO_MANY_REQUESTS) {
                return THROTTLED;
            }
            return telling && status < 300 ? TELLING : OTHER;
        }
    }

    /** The requests of an address. */
    private static final class Line {
        private final Deque<Turn> waiting = new ArrayDeque<>();
        private int taken;

        /** The turns it has by itself; none where it is below 1. */
        private int credit = 1;

        private int onTrial() {
            return Math.max(0, taken - Math.max(0, credit));
        }

        private boolean hasCredit() {
            return taken < credit;
        }
    }

    /** A turn that a request waits for. */
    private record Turn(long arrival, CountDownLatch given) {}

    /** How many requests there may be at once under a limit, those of all addresses together. */
    static int withReserve(int limit) {
        return limit + Math.ceilDiv(limit, SHARE);
    }

    /**
     * Waits for its turn, or for an interrupt. A request that was let in has to be {@link #done}.
     *
     * @param address what the request is sent for, a source or a catalog
     */
    void begin(String address) throws InterruptedException {
        Turn turn;
        synchronized (this) {
            if (beganAtOnce(address)) {
                return;
            }
            turn = new Turn(arrivals++, new CountDownLatch(1));
            lines.computeIfAbsent(address, any -> new Line()).waiting.add(turn);
            waiting++;
        }
        try {
            turn.given.await();
        } catch (InterruptedException e) {
            leave(address, turn);
            throw e;
        }
    }

    private synchronized void leave(String address, Turn turn) {
        Line line = lines.get(address);
        if (line != null && line.waiting.remove(turn)) {
            waiting--;
            tidy(address, line);
        } else {
            // It was given just now.
            release(line, 0);
        }
    }

    /** Begins when its turn is now. */
    synchronized boolean beganAtOnce(String address) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before its turn");
        }
        Line line = lines.computeIfAbsent(address, any -> new Line());
        // Nobody waits for a turn that could be taken, or it would have been given.
        if (line.waiting.isEmpty() && isOpen(line)) {
            take(line);
            return true;
        }
        full = true;
        return false;
    }

    /**
     * Ends a request that was let in.
     *
     * @param answered whether the store has answered, whatever it said
     */
    synchronized void done(String address, boolean answered) {
        Line line = lines.get(address);
        // What is beyond the limit would only be lost slowly.
        release(line, answered ? line.credit < limit ? 1 : 0 : Math.max(-LOSS, LEAST_CREDIT - line.credit));
        tidy(address, line);
    }

    private void release(Line line, int credit) {
        change(line, -1, credit);
        give();
    }

    private boolean isOpen(Line line) {
        // What those on trial hold beyond the limit, which has shrunk, does not reduce the turns of the others.
        int left = withReserve(limit) - (taken - onTrial) - Math.min(onTrial, limit);
        return line.taken < limit && line.taken < SHARE * left && (line.hasCredit() || onTrial < SHARE * left);
    }

    private void take(Line line) {
        change(line, 1, 0);
    }

    private void change(Line line, int turns, int credit) {
        onTrial -= line.onTrial();
        line.taken += turns;
        taken += turns;
        line.credit += credit;
        onTrial += line.onTrial();
    }

    private void give() {
        for (Optional<Line> next = next(); next.isPresent(); next = next()) {
            take(next.get());
            waiting--;
            next.get().waiting.remove().given.countDown();
        }
    }

    private Optional<Line> next() {
        if (waiting == 0) {
            return Optional.empty();
        }
        return lines.values().stream()
                .filter(line -> !line.waiting.isEmpty() && isOpen(line))
                .min(Comparator.<Line>comparingInt(line -> line.taken)
                        .thenComparing(line -> !line.hasCredit())
                        .thenComparingLong(line -> line.waiting.element().arrival()));
    }

    private void tidy(String address, Line line) {
        if (line.taken == 0 && line.waiting.isEmpty() && lines.size() > MAX_IDLE) {
            lines.remove(address);
        }
    }

    /**
     * A request has ended, which may not have been the last of its turn.
     *
     * @param began when it was sent, nanoseconds of a monotonic clock
     * @param now the same clock's time
     */
    synchronized void ended(End end, long began, long now) {
        if (afterProbe > 0 && now - shrunk > PROBE_NANOS) {
            goOn();
        }
        switch (end) {
            case TELLING -> answered(began, now);
            case THROTTLED -> throttled(began, now);
            case OTHER -> {}
        }
    }

    synchronized int limit() {
        return limit;
    }

    /** How many wait for their turn, about. */
    synchronized int waiting() {
        return waiting;
    }

    private void limitTo(int requests) {
        limit = requests;
        give();
    }

    private void throttled(long began, long now) {
        if (began >= shrunk) {
            careful = true;
            shrink(BACK_OFF, now);
        }
    }

    private void answered(long began, long now) {
        if (began < shrunk) {
            return;
        }
        nanos += now - began;
        answers++;
        if (answers < limit) {
            return;
        }
        double mean = nanos / answers;
        if (afterProbe > 0) {
            usualNanos = mean;
            goOn();
            return;
        }
        usualNanos = Math.min(mean, usualNanos);
        if (mean > QUEUE * usualNanos) {
            shrink(Math.max(BACK_OFF, QUEUE * usualNanos / mean), now);
        } else if (full) {
            limitTo(Math.min(most, limit + (careful ? 1 : Math.max(1, limit / 4))));
        }
        newRound();
        if (++rounds % ROUNDS_TO_PROBE == 0) {
            int before = limit;
            shrink(PROBE, now);
            afterProbe = before;
        }
    }

    private void shrink(double to, long now) {
        limitTo(Math.max(LEAST, (int) (limit * to)));
        shrunk = now;
        newRound();
    }

    /** The probe has ended. */
    private void goOn() {
        limitTo(afterProbe);
        newRound();
    }

    private void newRound() {
        answers = 0;
        nanos = 0;
        full = false;
        afterProbe = 0;
    }
}
