package dev.littoral.activities.concurrent;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A fair semaphore of bytes, which bounds what many threads hold at once. Each request is for an owner, and none gets
 * more than it leaves free for the others: one whose threads give nothing back, because what they read comes slowly,
 * holds at most half, the next such one at most a quarter. Safe for use by many threads. A thread must give back what
 * it holds before it asks for more.
 *
 * <p>Of those that wait, the owner that holds the least goes first, and of its requests the one that came first. As
 * long as an owner that holds nothing waits for its turn, those behind it get no more than a sixteenth each: so small
 * requests do not starve a large one, and it does not stop them while it waits for somebody slow.
 */
public final class MemoryBudget {
    /** The share of an owner while another one that holds nothing has to wait. */
    private static final int BESIDE_A_WAITING_ONE = 16;

    private final Part small;
    private final Part large;

    /** Requests for more are large. */
    private final int mostOfSmall;

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
     * however long that takes. Large are those for more than an eighth; so any other gets through beside an owner that
     * holds all it may.
     */
    public static MemoryBudget inHalves(int bytes) {
        return new MemoryBudget(new Part(bytes / 2), new Part(bytes / 2), bytes / 8);
    }

    /**
     * Waits for bytes. A request for more than half of what it shares waits until all of that is free, and gets the
     * half.
     *
     * @param owner what is slow as a whole, such as a store
     */
    public void take(String owner, int requested) throws InterruptedException {
        part(requested).take(owner, requested);
    }

    /** Gives back what {@link #take} of the same owner and number took. */
    public void giveBack(String owner, int requested) {
        part(requested).giveBack(owner, requested);
    }

    private Part part(int requested) {
        return requested > mostOfSmall ? large : small;
    }

    /** What an owner holds, and its requests that wait, in order. */
    private static final class Owner {
        private final Deque<Request> waiting = new ArrayDeque<>();
        private int held;
    }

    /** A request; earlier ones have the smaller number. */
    private record Request(int bytes, long arrival, CountDownLatch given) {}

    /** Bytes that requests of about one size share. */
    private static final class Part {
        private final int bytes;

        /** Those that hold something or wait. */
        private final Map<String, Owner> owners = new HashMap<>();

        private int taken;
        private long arrivals;

        Part(int bytes) {
            this.bytes = bytes;
        }

        void take(String name, int requested) throws InterruptedException {
            int most = most(requested);
            if (most == 0) {
                return;
            }
            Request request;
            synchronized (this) {
                request = new Request(most, arrivals++, new CountDownLatch(1));
                owners.computeIfAbsent(name, any -> new Owner()).waiting.add(request);
                give();
            }
            try {
                request.given.await();
            } catch (InterruptedException e) {
                leave(name, request);
                throw e;
            }
        }

        synchronized void giveBack(String name, int requested) {
            int most = most(requested);
            if (most > 0) {
                release(name, most);
            }
        }

        private synchronized void leave(String name, Request request) {
            // It may have been given just now.
            release(name, owners.get(name).waiting.remove(request) ? 0 : request.bytes);
        }

        private void release(String name, int released) {
            Owner owner = owners.get(name);
            owner.held -= released;
            taken -= released;
            if (owner.held == 0 && owner.waiting.isEmpty()) {
                owners.remove(name);
            }
            give();
        }

        /** More than half could never leave as much. */
        private int most(int requested) {
            return Math.min(requested, bytes / 2);
        }

        private void give() {
            while (givesNext()) {
                // What one got may leave room for others.
            }
        }

        private boolean givesNext() {
            boolean oneWaits = false;
            for (Owner owner : inTurn()) {
                int request = owner.waiting.element().bytes;
                int then = owner.held + request;
                boolean fits = then <= bytes - taken - request;
                if (fits && (!oneWaits || then <= bytes / BESIDE_A_WAITING_ONE)) {
                    owner.held = then;
                    taken += request;
                    owner.waiting.remove().given.countDown();
                    return true;
                }
                oneWaits |= owner.held == 0;
            }
            return false;
        }

        private List<Owner> inTurn() {
            return owners.values().stream()
                    .filter(owner -> !owner.waiting.isEmpty())
                    .sorted(Comparator.<Owner>comparingInt(owner -> owner.held)
                            .thenComparingLong(owner -> owner.waiting.element().arrival))
                    .toList();
        }
    }
}
