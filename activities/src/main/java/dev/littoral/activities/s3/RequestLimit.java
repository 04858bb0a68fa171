package dev.littoral.activities.s3;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many requests a store gets at once. It grows while answers take as long as they usually do, shrinks where they take longer,
 * which is a queue in the store, and shrinks at once where the store asks for that. One for each client, so that all shards of a
 * worker feel what one of them meets. Who came first goes first. Safe for use by many threads.
 */
final class RequestLimit {
    private static final int FIRST = 16;
    private static final int LEAST = 4;

    /** Answers that take so many times as long as usual have waited for others. */
    private static final double QUEUE = 2;

    /** Once in so many rounds what is usual is measured anew: it may have become another. */
    private static final int ROUNDS_TO_PROBE = 64;

    /** The share of the limit it is measured with. Where that still leaves a queue, the limit is too large by far and shrinks. */
    private static final double PROBE = 0.25;

    /** How long that may take: who reads no more must not leave the limit small for what comes next. */
    private static final long PROBE_NANOS = 1_000_000_000;

    /** What is left of the limit when the store asks for fewer requests. */
    private static final double BACK_OFF = 0.7;

    private final int most;
    private final Turns turns = new Turns();
    private int limit = FIRST;

    /** Whether the store has asked for fewer requests; from then on the limit grows by one a round. */
    private boolean careful;

    /** When the limit shrank last. What was sent before tells nothing of it. */
    private long shrunk = Long.MIN_VALUE;

    private double usualNanos = Double.MAX_VALUE;

    /** The round: as many answers as the limit. */
    private int answers;

    private double nanos;

    /** Whether someone had to wait in this round. */
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
    RequestLimit(int most) {
        this.most = most;
    }

    /** How a request ended. */
    enum End {
        /** With an answer whose time tells how busy the store is. */
        TELLING,
        /** With the store's wish for fewer requests. */
        THROTTLED,
        /** Otherwise. */
        OTHER;

        private static final int TOO_MANY_REQUESTS = 429;
        private static final int SLOW_DOWN = 503;

        /**
         * What an answer tells.
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

    private static final class Turns extends Semaphore {
        private static final long serialVersionUID = 1;

        Turns() {
            super(FIRST, true);
        }

        void add(int more) {
            if (more > 0) {
                release(more);
            } else {
                reducePermits(-more);
            }
        }
    }

    /** Waits for its turn, or for an interrupt. Whoever was let in has to be {@link #done}. */
    void begin() throws InterruptedException {
        if (!beganAtOnce()) {
            turns.acquire();
        }
    }

    /** Begins when its turn is now. */
    boolean beganAtOnce() throws InterruptedException {
        boolean began = turns.tryAcquire(0, TimeUnit.SECONDS);
        if (!began) {
            full = true;
        }
        return began;
    }

    /** Whoever was let in has no more to send. */
    void done() {
        turns.release();
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
    int waiting() {
        return turns.getQueueLength();
    }

    private void limitTo(int requests) {
        turns.add(requests - limit);
        limit = requests;
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

    /** The probe is over. */
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
