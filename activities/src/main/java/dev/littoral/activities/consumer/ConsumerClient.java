package dev.littoral.activities.consumer;

import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.AcknowledgeRequest;
import dev.littoral.workflows.model.ConsumerEntry;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.SegmentProgress;
import dev.littoral.workflows.spec.CollectionId;
import dev.littoral.workflows.spec.ConsumerName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A consumer's side of the contract in {@code docs/consumer-contract.md}: it holds versions of a collection by leases,
 * and says which one its readers get. It reads the collection and creates entries of its own name, nothing else. One
 * process has a name at a time; safe for use by many threads, one after another.
 *
 * <p>Failures are {@link LittoralException}: INPUT for what is not right, ACCESS where permissions are missing,
 * TRANSIENT where the store does not answer; then the same call may be made again.
 */
public final class ConsumerClient {
    private final HeadLog heads;
    private final BoundaryLog boundary;
    private final ConsumerLog log;
    private final String name;
    private final Clock clock;

    /**
     * A consumer. Sends no request yet.
     *
     * @param store the catalog's store, which is left open
     * @param name 1 to 63 characters of a-z 0-9 . _ -
     * @param clock that of the consumer's machine
     */
    public ConsumerClient(CatalogStore store, String collectionId, String name, Clock clock) {
        this(
                ConsumerName.check(name),
                new HeadLog(store, CollectionId.check(collectionId)),
                store,
                collectionId,
                clock);
    }

    private ConsumerClient(String name, HeadLog heads, CatalogStore store, String collectionId, Clock clock) {
        this.heads = heads;
        this.boundary = new BoundaryLog(store, collectionId);
        this.log = new ConsumerLog(store, collectionId, name);
        this.name = name;
        this.clock = clock;
    }

    /** What holds a version while a rollback serves it again: a name that no consumer can have. */
    public static ConsumerClient ofRollback(CatalogStore store, String collectionId, long version, Clock clock) {
        return new ConsumerClient(
                Consumers.ROLLBACK + version, new HeadLog(store, collectionId), store, collectionId, clock);
    }

    /**
     * Asks for a lease on a version, or for a longer one. While it runs, all objects of the version and of later ones
     * can be read. Refused where the version is gone or about to go: then the newest version is to be taken, and an
     * earlier lease on this one runs to its own end. Two requests; three where clean-up has removed versions since the
     * lease before, and one more for the first entry of this client.
     *
     * @param version the version to hold, as it was read from the log
     * @param duration how long from now, above 0 and up to 24 hours
     */
    public LeaseAnswer lease(Head version, Duration duration) throws InterruptedException {
        long number = version.version();
        checkVersion(number);
        checkDuration(duration);
        // In this order: the version was in the log, the entry is there, then the boundary is read, and the clock last.
        ConsumerEntry entry = log.append(n -> {
            Instant now = clock.instant();
            return new ConsumerEntry(
                    name, n, number, ConsumerState.BUILDING, now.plus(duration), null, null, null, now);
        });
        if (boundary.newest().below() > number) {
            return refused(number, "is cleaned away, or about to be");
        }
        return clock.instant().isBefore(entry.until())
                ? new LeaseAnswer(true, number, entry.until(), null)
                : refused(number, "was held until " + entry.until() + " only, which has passed");
    }

    /**
     * Asks for a lease as {@link #lease(Head, Duration)} does, of a version that this reads from the log first. Nothing
     * is written where it is not there.
     *
     * @param version from 1
     */
    public LeaseAnswer lease(long version, Duration duration) throws InterruptedException {
        checkVersion(version);
        checkDuration(duration);
        Optional<Head> there = heads.at(version);
        return there.isPresent() ? lease(there.get(), duration) : refused(version, "is not in the log");
    }

    private static void checkDuration(Duration duration) {
        if (!duration.isPositive() || duration.compareTo(Lease.LONGEST) > 0) {
            throw LittoralException.input(
                    "The lease is of " + duration + "; expected more than PT0S and up to " + Lease.LONGEST);
        }
    }

    private static LeaseAnswer refused(long version, String why) {
        return new LeaseAnswer(
                false, version, null, "version " + version + " " + why + "; expected the newest one to be taken");
    }

    /**
     * Says that readers get a version, whole. To be called while its lease runs.
     *
     * @param rows how many rows readers can find, counted in the index
     * @param segments counted in the index too
     */
    public ConsumerEntry serving(long version, long rows, SegmentProgress segments) throws InterruptedException {
        checkVersion(version);
        return log.append(n -> entry(n, version, ConsumerState.SERVING, rows, segments, null));
    }

    /**
     * Says that a version could not be built; readers get what they got before.
     *
     * @param reason why, in one sentence
     */
    public ConsumerEntry failed(long version, SegmentProgress segments, String reason) throws InterruptedException {
        checkVersion(version);
        return log.append(n -> entry(n, version, ConsumerState.FAILED, null, segments, reason));
    }

    /**
     * Says that nothing is served any more, nor held.
     *
     * @param version the last one that was
     */
    public ConsumerEntry gone(long version) throws InterruptedException {
        checkVersion(version);
        return log.append(n -> entry(n, version, ConsumerState.GONE, null, null, null));
    }

    /** Says what a checked request has. */
    public ConsumerEntry say(AcknowledgeRequest request) throws InterruptedException {
        return switch (request.state()) {
            case SERVING -> serving(request.version(), request.rows(), request.segments());
            case FAILED -> failed(request.version(), request.segments(), request.reason());
            case GONE -> gone(request.version());
            case BUILDING -> throw LittoralException.input("a version is built under a lease; expected a lease");
        };
    }

    private ConsumerEntry entry(
            long n, long version, ConsumerState state, Long rows, SegmentProgress segments, String reason) {
        return new ConsumerEntry(name, n, version, state, null, rows, segments, reason, clock.instant());
    }

    private static void checkVersion(long version) {
        if (version < 1) {
            throw LittoralException.input("version is " + version + "; expected 1 or more");
        }
    }
}
