package dev.littoral.activities.concurrent;

import java.util.concurrent.Semaphore;

/**
 * A fair semaphore of bytes, which bounds what many threads hold at once: first come, first served, so small requests
 * do not starve a large one. A thread must give back what it holds before it asks for more.
 */
public final class MemoryBudget {
    private final int bytes;
    private final Semaphore free;

    public MemoryBudget(int bytes) {
        this.bytes = bytes;
        this.free = new Semaphore(bytes, true);
    }

    /** Waits for bytes; a request for more than the whole budget gets the whole budget. */
    public void take(int requested) throws InterruptedException {
        free.acquire(Math.min(requested, bytes));
    }

    /** Gives back what {@link #take} of the same number took. */
    public void giveBack(int requested) {
        free.release(Math.min(requested, bytes));
    }
}
