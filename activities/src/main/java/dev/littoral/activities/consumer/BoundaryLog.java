package dev.littoral.activities.consumer;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.CatalogDamage;
import java.util.List;
import java.util.Optional;

/** The boundary log of a collection: written by clean-up before it deletes versions, read for each lease. */
public final class BoundaryLog {
    private static final String FOLDER = "boundary/";
    private static final int KEPT = 10;
    private static final int PAGE = 1_000;

    private final EntryLog<Boundary> log;

    /** The entry that was read last. No entry changes, so it need not be read again while it is the newest. */
    private volatile Boundary last = Boundary.NONE;

    public BoundaryLog(CatalogStore store, String collectionId) {
        this.log = new EntryLog<>(store, collectionId, FOLDER, Boundary.class);
    }

    /** The newest entry, or {@link Boundary#NONE}. One request, and one more where it is new. */
    public Boundary newest() throws InterruptedException {
        while (true) {
            long newest = log.newest();
            if (newest == last.n()) {
                return last;
            }
            Optional<Boundary> there = newest == 0 ? Optional.of(Boundary.NONE) : read(newest);
            // Gone: others took its place.
            if (there.isPresent()) {
                last = there.get();
                return last;
            }
        }
    }

    private Optional<Boundary> read(long number) throws InterruptedException {
        Optional<Boundary> there;
        try {
            there = log.read(number);
        } catch (DamagedEntryException e) {
            throw damaged(number, e.getMessage());
        }
        if (there.isPresent() && (there.get().n() != number || there.get().below() < 1)) {
            throw damaged(number, "it is no boundary of this name; expected what was written");
        }
        return there;
    }

    private LittoralException damaged(long number, String how) {
        return LittoralException.input(CatalogDamage.of(log.address(number), how));
    }

    /**
     * Has the newest entry say that versions are about to be deleted.
     *
     * @param before the newest entry
     * @param next what follows it
     * @return the newest entry, which covers it
     */
    public Boundary advance(Boundary before, Boundary next) throws InterruptedException {
        Boundary newest = before;
        while (!newest.covers(next)) {
            // The one that is there already may be another's.
            log.create(newest.n() + 1, next);
            newest = newest();
            next = new Boundary(newest.n() + 1, Math.max(newest.below(), next.below()), newest.closed(), next.time());
        }
        return newest;
    }

    /** Removes entries that newer ones have replaced long ago. */
    public void expire() throws InterruptedException {
        List<Long> numbers = log.numbers(PAGE);
        log.delete(numbers.subList(Math.min(KEPT, numbers.size()), numbers.size()));
    }
}
