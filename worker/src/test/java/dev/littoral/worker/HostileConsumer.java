package dev.littoral.worker;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.consumer.ConsumerClient;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.SegmentProgress;
import dev.littoral.workflows.model.Totals;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A consumer of a hostile day. It holds versions that are about to be cleaned away, through a network that loses what
 * it says, and reads all of what it holds until its lease ends.
 */
final class HostileConsumer {
    private final CatalogStore said;
    private final CatalogStore read;
    private final String collectionId;
    private final SplittableRandom random;
    private final BiConsumer<String, Long> count;
    private final Consumer<String> violations;
    private final ConsumerClient client;

    /**
     * A consumer.
     *
     * @param said the catalog through the network by which it writes
     * @param read the catalog by which it reads what it holds
     */
    HostileConsumer(
            CatalogStore said,
            CatalogStore read,
            String collectionId,
            SplittableRandom random,
            BiConsumer<String, Long> count,
            Consumer<String> violations) {
        this.said = said;
        this.read = read;
        this.collectionId = collectionId;
        this.random = random;
        this.count = count;
        this.violations = violations;
        this.client = new ConsumerClient(said, collectionId, "search", Clock.systemUTC());
    }

    /** Holds one version, if it may. */
    void act() throws InterruptedException {
        try {
            List<Head> versions = new HeadLog(said, collectionId).newest(Long.MAX_VALUE, 1_000);
            if (versions.isEmpty()) {
                return;
            }
            // The oldest are at risk.
            int back = random.nextInt(Math.min(5, versions.size()));
            long version = versions.get(random.nextInt(4) == 0 ? back : versions.size() - 1 - back)
                    .version();
            LeaseAnswer lease = client.lease(version, Duration.ofSeconds(5 + random.nextInt(30)));
            count.accept(lease.granted() ? "leases granted" : "leases refused", 1L);
            if (lease.granted()) {
                hold(version, lease.until());
            }
        } catch (LittoralException e) {
            if (e.type() != FailureType.TRANSIENT) {
                violations.accept(collectionId + ": a consumer was told " + e.type() + " " + e.getMessage());
            }
        }
    }

    private void hold(long version, Instant until) throws InterruptedException {
        CatalogReader reader = CatalogReader.on(read);
        Totals totals = null;
        while (Instant.now().isBefore(until)) {
            try {
                Head head = reader.head(collectionId, version);
                if (head.snapshot() != null) {
                    reader.snapshot(collectionId, version).segments().forEach(segment -> {});
                }
                totals = head.totals();
                count.accept("reads of held versions", 1L);
            } catch (LittoralException e) {
                if (e.type() == FailureType.INPUT && Instant.now().isBefore(until)) {
                    violations.accept(collectionId + ": a consumer holds version " + version + " until " + until
                            + ", and cannot read it: " + e.getMessage());
                    return;
                }
            }
            Thread.sleep(200);
        }
        if (totals != null && random.nextInt(2) == 0) {
            client.serving(version, totals.rows(), new SegmentProgress(totals.segments(), 0, totals.segments()));
        }
    }

    /** It holds nothing any more, whatever the network makes of it. */
    void end(CatalogStore sound) throws InterruptedException {
        new ConsumerClient(sound, collectionId, "search", Clock.systemUTC()).gone(1);
    }
}
