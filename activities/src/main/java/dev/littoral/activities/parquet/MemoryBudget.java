package dev.littoral.activities.parquet;

import java.util.concurrent.Semaphore;

/**
 * Bounds the bytes that many threads hold at once. First come, first served, so that a large wish is not starved by small ones.
 * Who holds some must give them back before asking for more.
 */
final class MemoryBudget {
    private final int bytes;
    private final Semaphore free;

    MemoryBudget(int bytes) {
        this.bytes = bytes;
        this.free = new Semaphore(bytes, true);
    }

    /** Waits for so many bytes; who wants more than there are gets all. */
    void take(int wanted) throws InterruptedException {
        free.acquire(Math.min(wanted, bytes));
    }

    /** Gives back what {@link #take} of the same number took. */
    void giveBack(int wanted) {
        free.release(Math.min(wanted, bytes));
    }

    int free() {
        return free.availablePermits();
    }
}
