package dev.littoral.activities.consumer;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.ConsumerEntry;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.FailureType;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** What one consumer of a collection says of itself: its append-only log in the catalog. */
final class ConsumerLog {
    static final String FOLDER = "consumers/";

    /** Entries that are kept, and beside them the newest that says what is served. */
    static final int KEPT = 100;

    private static final int PAGE = 1_000;

    /** How many entries are looked at for the newest that says what is served. */
    private static final int LOOKED_AT = 10_000;

    /** How often a number is found taken before it is taken for another process's doing. */
    private static final int TRIES = 10;

    private final String name;
    private final EntryLog<ConsumerEntry> log;

    /** The number of the entry that this wrote last, which is the newest while one process has the name; 0 for none. */
    private volatile long written;

    ConsumerLog(CatalogStore store, String collectionId, String name) {
        this.name = name;
        this.log = new EntryLog<>(store, collectionId, FOLDER + name + "/", ConsumerEntry.class);
    }

    /**
     * What its newest entries say.
     *
     * @param now entries of times beyond are passed over
     */
    KnownConsumer known(Instant now) throws InterruptedException {
        ConsumerEntry newest = null;
        String problem = null;
        Deque<Long> numbers = new ArrayDeque<>(log.numbers(PAGE));
        for (int looked = 0; !numbers.isEmpty() && looked < LOOKED_AT; looked++) {
            long number = numbers.removeFirst();
            ConsumerEntry entry = null;
            try {
                Optional<ConsumerEntry> there = log.read(number);
                entry = there.isPresent() ? checked(number, there.get(), now) : null;
            } catch (DamagedEntryException e) {
                problem = problem == null ? "entry " + number + " is passed over: " + e.getMessage() : problem;
            }
            newest = newest == null ? entry : newest;
            if (entry != null && (entry.state() == ConsumerState.SERVING || entry.state() == ConsumerState.GONE)) {
                return new KnownConsumer(name, newest, entry.state() == ConsumerState.SERVING ? entry : null, problem);
            }
            if (numbers.isEmpty()) {
                numbers.addAll(log.olderThan(number, PAGE));
            }
        }
        return new KnownConsumer(name, newest, null, problem);
    }

    private ConsumerEntry checked(long number, ConsumerEntry entry, Instant now) throws DamagedEntryException {
        String wrong = null;
        if (!name.equals(entry.consumer())) {
            wrong = "consumer is another's; expected " + name;
        } else if (entry.n() != number) {
            wrong = "n is " + entry.n() + "; expected " + number;
        } else if (entry.version() < 1) {
            wrong = "version is " + entry.version() + "; expected 1 or more";
        } else if (entry.state() == null) {
            wrong = "state is missing; expected BUILDING, SERVING, FAILED or GONE";
        } else if (entry.time() == null) {
            wrong = "time is missing; expected when it was written";
        } else if (entry.state() == ConsumerState.BUILDING && entry.until() == null) {
            wrong = "until is missing; expected when the lease ends";
        } else if (entry.state() == ConsumerState.SERVING
                && (entry.rows() == null || entry.rows() < 0 || entry.segments() == null)) {
            wrong = "rows or segments are not there; expected how many are served";
        } else if (Lease.isAhead(entry, now)) {
            wrong = "its time is " + entry.time() + "; expected one that has come";
        }
        if (wrong != null) {
            throw new DamagedEntryException(wrong, null);
        }
        return entry;
    }

    /** Appends an entry, whose number is given to what makes it. One request, and one more before the first one. */
    ConsumerEntry append(LongFunction<ConsumerEntry> entry) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            ConsumerEntry next = entry.apply((written > 0 ? written : log.newest()) + 1);
            written = 0;
            if (create(next)) {
                written = next.n();
                return next;
            }
        }
        throw new LittoralException(
                FailureType.TRANSIENT,
                "Other processes write entries of consumer " + name + "; expected one at a time");
    }

    /** Whether it was created, by this call or by one whose answer was lost. */
    private boolean create(ConsumerEntry entry) throws InterruptedException {
        LittoralException unknown = null;
        try {
            if (log.create(entry.n(), entry)) {
                return true;
            }
        } catch (LittoralException e) {
            if (e.type() != FailureType.TRANSIENT) {
                throw e;
            }
            unknown = e;
        }
        Optional<ConsumerEntry> there;
        try {
            there = log.read(entry.n());
        } catch (DamagedEntryException e) {
            there = Optional.empty();
            unknown = null;
        }
        if (unknown != null && there.isEmpty()) {
            throw unknown;
        }
        return there.isPresent() && there.get().equals(entry);
    }

    /**
     * Removes entries beyond the newest, but not what says what is served.
     *
     * @param kept how many stay; with 0 what says what is served goes too
     */
    void expire(KnownConsumer known, int kept) throws InterruptedException {
        List<Long> numbers = log.numbers(PAGE);
        List<Long> old = new ArrayList<>(numbers.subList(Math.min(kept, numbers.size()), numbers.size()));
        if (known.serving() != null && kept > 0) {
            old.remove(known.serving().n());
        }
        // What came since is of a consumer that is back.
        old.removeIf(number -> known.newest() != null && number > known.newest().n());
        log.delete(old);
    }
}
