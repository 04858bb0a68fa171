package dev.littoral.activities.retention;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.consumer.Boundary;
import dev.littoral.activities.consumer.BoundaryLog;
import dev.littoral.activities.consumer.Consumers;
import dev.littoral.activities.consumer.KnownConsumer;
import dev.littoral.activities.consumer.Lease;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.SnapshotRef;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Snapshot expiration: removes old versions that no consumer holds, the snapshot objects that no remaining version
 * reaches, and what updates that are over have left in staging. An object that is still being written is safe: it is in
 * a folder that names the version it is for, and while that version is not there nothing of the folder is touched. Once
 * it is there, nobody else can create it, so what it does not reach is garbage.
 *
 * <p>A consumer that is granted a lease reads the boundary after its entry is there. So consumers are looked at, the
 * boundary is written, and consumers are looked at again before anything is deleted: a lease whose entry came later is
 * refused.
 */
public final class SnapshotExpirer {
    private static final int PAGE = 1_000;

    private final CollectionCatalog catalog;
    private final BoundaryLog boundaries;
    private final Consumers consumers;
    private final Clock clock;

    /**
     * An expiration.
     *
     * @param clock that of clean-up, by which retention and leases are measured
     */
    public SnapshotExpirer(CatalogStore store, String collectionId, Clock clock) {
        this.catalog = new CollectionCatalog(store, collectionId);
        this.boundaries = new BoundaryLog(store, collectionId);
        this.consumers = new Consumers(store, collectionId);
        this.clock = clock;
    }

    /**
     * What was removed.
     *
     * @param versions head versions
     * @param objects snapshot objects
     */
    public record Result(long versions, long objects) {}

    /**
     * Removes what has expired. Versions go first, the oldest before all others, so that a clean-up that is cut off
     * leaves a log without gaps and no version whose objects are gone.
     */
    public Result clean(CleanRequest request) throws InterruptedException {
        Boundary before = boundaries.newest();
        // After the boundary was read: no lease below it was granted after this moment.
        Instant now = clock.instant();
        VersionAges log = versions();
        if (log.isEmpty()) {
            return new Result(0, 0);
        }
        Boundary next = before.next(doomed(log, request, now), now);
        // Whatever a boundary says, the newest version stays.
        long below = Math.min(next.below(), log.newest());
        if (below > log.oldest()) {
            boundaries.advance(before, next);
            below = Math.min(below, held(log, request.forgetConsumersAfter(), before));
        }
        List<Head> kept = log.from(below);
        // Before anything is deleted: where a kept root is damaged, older versions may be all that can still be read.
        Set<String> reached = reached(kept);
        List<Long> doomed = log.before(below);
        catalog.heads().delete(doomed);
        // A request that arrived late may have staged something after its update was over.
        catalog.discardEndedStaging(kept.getFirst());
        return new Result(doomed.size(), removeUnreached(reached, log.newest()));
    }

    private VersionAges versions() throws InterruptedException {
        List<Head> newestFirst = new ArrayList<>();
        List<Head> page;
        do {
            long before = newestFirst.isEmpty()
                    ? Long.MAX_VALUE
                    : newestFirst.getLast().version();
            page = catalog.heads().newest(before, PAGE);
            newestFirst.addAll(page);
        } while (page.size() == PAGE);
        return new VersionAges(newestFirst);
    }

    /** Versions below this one are to go: they have expired, and no consumer may keep them any longer. */
    private long doomed(VersionAges log, CleanRequest request, Instant now) throws InterruptedException {
        long doomed = log.keptFrom(now.minus(request.keepVersionsFor()));
        if (doomed == log.oldest()) {
            return doomed;
        }
        Instant keptFrom = now.minus(request.forgetConsumersAfter());
        for (KnownConsumer consumer : consumers.holders(now)) {
            for (long version : consumer.wanted(now)) {
                if (log.isReplacedSince(version, keptFrom)) {
                    doomed = Math.min(doomed, version);
                }
            }
        }
        return doomed;
    }

    /** The oldest version that a consumer holds, at a second look. */
    private long held(VersionAges log, Duration forgetConsumersAfter, Boundary before) throws InterruptedException {
        List<KnownConsumer> known = consumers.holders(clock.instant());
        Instant now = clock.instant();
        Instant keptFrom = now.minus(forgetConsumersAfter);
        long held = Long.MAX_VALUE;
        for (KnownConsumer consumer : known) {
            for (long version : consumer.held(now)) {
                if (log.has(version) && !before.isOver(version, now)) {
                    held = Math.min(held, version);
                }
            }
            for (long version : consumer.wanted(now)) {
                if (log.isReplacedSince(version, keptFrom)) {
                    held = Math.min(held, version);
                }
            }
        }
        Instant unheard = keptFrom.isBefore(now.minus(Lease.LONGEST)) ? keptFrom : now.minus(Lease.LONGEST);
        consumers.expire(known, log::has, unheard, now);
        boundaries.expire();
        return held;
    }

    private Set<String> reached(List<Head> kept) throws InterruptedException {
        Set<String> reached = new HashSet<>();
        for (Head head : kept) {
            SnapshotRef snapshot = head.snapshot();
            if (snapshot == null || !reached.add(snapshot.key())) {
                continue;
            }
            root(head).ifPresent(root -> root.objects().forEach(reached::add));
        }
        return reached;
    }

    /** Its root, or empty where another clean-up has removed the version meanwhile. */
    private Optional<SnapshotRoot> root(Head head) throws InterruptedException {
        try {
            return catalog.root(head);
        } catch (LittoralException e) {
            if (e.type() == FailureType.INPUT
                    && catalog.heads().at(head.version()).isEmpty()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private long removeUnreached(Set<String> reached, long newest) throws InterruptedException {
        long removed = 0;
        String after = null;
        List<String> page;
        do {
            page = catalog.list(CatalogLayout.SNAPSHOTS, after, PAGE);
            List<String> doomed = page.stream()
                    .filter(key -> !reached.contains(key)
                            && CatalogLayout.versionOf(key).orElse(Long.MAX_VALUE) <= newest)
                    .toList();
            catalog.delete(doomed);
            removed += doomed.size();
            after = page.isEmpty() ? after : page.get(page.size() - 1);
        } while (page.size() == PAGE);
        return removed;
    }
}
