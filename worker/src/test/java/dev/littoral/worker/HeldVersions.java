package dev.littoral.worker;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.catalog.RandomCollection;
import dev.littoral.activities.consumer.ConsumerClient;
import dev.littoral.activities.consumer.Lease;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.retention.SnapshotExpirer;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.SegmentProgress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A collection whose versions all have expired, so that they are there only because a consumer holds them: clean-ups
 * that never stop, with clocks that are ahead by as much as they may be, and a consumer that is paused past its leases.
 */
final class HeldVersions {
    private static final int MOST = 12;
    private static final int NEWEST = 5;
    private static final Duration LEASE = Duration.ofMillis(1_500);
    private static final Duration EVER = Duration.ofDays(36_500);

    private final String id;
    private final CatalogStore sound;
    private final BooleanSupplier over;
    private final BiConsumer<String, Long> count;
    private final Consumer<String> violations;

    /**
     * A collection to come.
     *
     * @param sound the catalog through a network without faults
     */
    HeldVersions(
            String id,
            CatalogStore sound,
            BooleanSupplier over,
            BiConsumer<String, Long> count,
            Consumer<String> violations) {
        this.id = id;
        this.sound = sound;
        this.over = over;
        this.count = count;
        this.violations = finding -> violations.accept(id + ": " + finding);
    }

    /** Mostly a few milliseconds. */
    private static LongSupplier holdUps(SplittableRandom random) {
        return () -> random.nextInt(6) == 0 ? random.nextInt(50) : random.nextInt(4);
    }

    /** Adds versions, up to a number that clean-up has not removed. */
    void write(SplittableRandom random) throws InterruptedException {
        CatalogStore store = new SlowStore(sound, () -> 0, true);
        RandomCollection collection = new RandomCollection(store, id, random.nextLong());
        for (; !over.getAsBoolean(); Thread.sleep(random.nextInt(200))) {
            if (new HeadLog(store, id).newest(Long.MAX_VALUE, MOST).size() < MOST) {
                collection.commit(1 + random.nextInt(2));
            }
        }
    }

    /** Cleans up without a pause, by a clock that is ahead of consumers'. */
    void clean(CatalogStore through, SplittableRandom random) throws InterruptedException {
        Clock clock = Clock.offset(Clock.systemUTC(), Lease.CLOCK_MARGIN.minusSeconds(1));
        SnapshotExpirer cleaner = new SnapshotExpirer(new SlowStore(through, holdUps(random), false), id, clock);
        while (!over.getAsBoolean()) {
            try {
                // Now and then what consumers keep longer than an operator lets them, too.
                Duration forget = random.nextInt(4) == 0 ? Duration.ZERO : EVER;
                long removed = cleaner.clean(new CleanRequest(id, Duration.ZERO, forget))
                        .versions();
                count.accept("clean-ups of held versions", 1L);
                count.accept("expired versions removed", removed);
            } catch (LittoralException e) {
                if (e.type() != FailureType.TRANSIENT) {
                    violations.accept("clean-up: " + e.type() + " " + e.getMessage());
                }
            }
            Thread.sleep(random.nextInt(100));
        }
    }

    /**
     * Holds versions that are about to be removed, one after another, for a second or two each. In between nothing is
     * held: one that is older would keep all the others.
     */
    void consume(CatalogStore through, SplittableRandom random) throws InterruptedException {
        LongSupplier holdUps = holdUps(random);
        SlowStore said = new SlowStore(
                through, () -> random.nextInt(60) == 0 ? LEASE.toMillis() + 100 : holdUps.getAsLong(), false);
        ConsumerClient client = new ConsumerClient(said, id, "search", Clock.systemUTC());
        while (!over.getAsBoolean()) {
            try {
                // All but the newest one go with the next clean-up.
                List<Head> versions = new HeadLog(sound, id).newest(Long.MAX_VALUE, NEWEST);
                if (!versions.isEmpty()) {
                    hold(client, said, versions.get(random.nextInt(versions.size())), random);
                }
            } catch (LittoralException e) {
                if (e.type() != FailureType.TRANSIENT) {
                    violations.accept("a consumer was told " + e.type() + " " + e.getMessage());
                }
            }
            Thread.sleep(random.nextInt(600));
        }
    }

    private void hold(ConsumerClient client, SlowStore said, Head head, SplittableRandom random)
            throws InterruptedException {
        long version = head.version();
        LeaseAnswer lease = client.lease(head, LEASE);
        count.accept(lease.granted() ? "leases on expired versions" : "of these refused", 1L);
        if (!lease.granted()) {
            return;
        }
        if (!said.answered().isBefore(lease.until())) {
            violations.accept(
                    "version " + version + " was granted until " + lease.until() + " after " + said.answered());
        }
        read(version, lease.until());
        if (random.nextInt(5) == 0 && client.lease(head, LEASE).granted()) {
            // What is served is held without a lease.
            client.serving(version, 0, new SegmentProgress(0, 0, 0));
            read(version, Instant.now().plus(LEASE));
        }
        client.gone(version);
    }

    /** Reads all of a version, again and again, while it is held. */
    private void read(long version, Instant until) throws InterruptedException {
        CatalogReader reader = CatalogReader.on(sound);
        while (Instant.now().isBefore(until) && !over.getAsBoolean()) {
            try {
                reader.snapshot(id, version).segments().forEach(segment -> {});
                count.accept("reads of expired versions that are held", 1L);
            } catch (LittoralException e) {
                if (e.type() == FailureType.INPUT && Instant.now().isBefore(until)) {
                    violations.accept("a consumer holds version " + version + " until " + until
                            + ", and cannot read it: " + e.getMessage());
                    return;
                }
            }
            Thread.sleep(20);
        }
    }
}
