package dev.littoral.activities.concurrent;

/** Bounds that grow with the worker's heap, on what a table that is not trusted may make of a small file. */
public final class HeapBounds {
    /** The smallest heap that a worker is said to run with. */
    private static final long SMALLEST_HEAP = 256L << 20;

    private HeapBounds() {}

    /**
     * A bound.
     *
     * @param smallest for the smallest heap
     * @param most however large the heap is
     */
    public static int of(int smallest, int most) {
        return of(Runtime.getRuntime().maxMemory(), smallest, most);
    }

    static int of(long heap, int smallest, int most) {
        // A collector may keep some of the heap for itself.
        long times = Math.max(1, Math.round((double) heap / SMALLEST_HEAP));
        return times >= most / smallest ? most : (int) (smallest * times);
    }
}
