package dev.littoral.activities.concurrent;

import java.util.concurrent.Semaphore;

/**
 * A fair semaphore of bytes, which bounds what many threads hold at once: first come, first served, so small requests
 * do not starve a large one. A thread must give back what it holds before it asks for more.
 */
public final class MemoryBudget {
    private final Part small;
    private final Part large;

    /** Requests for more are large. */
    private final int mostOfSmall;

    private record Part(int bytes, Semaphore free) {
        Part(int bytes) {
            this(bytes, new Semaphore(bytes, true));
        }
    }

    private MemoryBudget(Part small, Part large, int mostOfSmall) {
        this.small = small;
        this.large = large;
        this.mostOfSmall = mostOfSmall;
    }

    /** A budget that all requests share. */
    public MemoryBudget(int bytes) {
        this(new Part(bytes), new Part(0), Integer.MAX_VALUE);
    }

    /**
     * A budget of which large requests share one half, and all others the other: none of these waits for a large one,
     * however long that takes. Large are those for more than an eighth.
     */
    public static MemoryBudget inHalves(int bytes) {
        return new MemoryBudget(new Part(bytes / 2), new Part(bytes / 2), bytes / 8);
    }

    /** Waits for bytes; a request for more than all that it may have gets all of that. */
    public void take(int requested) throws InterruptedException {
        Part part = part(requested);
        part.free().acquire(Math.min(requested, part.bytes()));
    }

    /** Gives back what {@link #take} of the same number took. */
    public void giveBack(int requested) {
        Part part = part(requested);
        part.free().release(Math.min(requested, part.bytes()));
    }

    private Part part(int requested) {
        return requested > mostOfSmall ? large : small;
    }
}
