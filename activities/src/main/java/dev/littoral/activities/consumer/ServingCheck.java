package dev.littoral.activities.consumer;

import dev.littoral.activities.catalog.HeadLog;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.ConsumerEntry;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.PrintableText;
import dev.littoral.workflows.model.SegmentProgress;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.model.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The check of what consumers of a collection say against its log: whether their counts are those of the version that
 * they serve, and how far they are behind.
 */
public final class ServingCheck {
    /** What a consumer says of itself in words is shown up to here: a status has many of them. */
    private static final int MAX_CHARS = 300;

    private final Consumers consumers;
    private final BoundaryLog boundaries;
    private final HeadLog heads;
    private final Clock clock;

    /**
     * A check.
     *
     * @param clock by which leases are measured
     */
    public ServingCheck(CatalogStore store, String collectionId, Clock clock) {
        this.consumers = new Consumers(store, collectionId);
        this.boundaries = new BoundaryLog(store, collectionId);
        this.heads = new HeadLog(store, collectionId);
        this.clock = clock;
    }

    /**
     * How all consumers stand. One request where there are none; else those of {@link Consumers#known(Instant)}, and
     * one for each version that the last of them is behind.
     */
    public ConsumersSeen look(ConsumersRequest request) throws InterruptedException {
        List<KnownConsumer> known = new ArrayList<>(consumers.known(clock.instant()));
        for (String name : request.named()) {
            if (known.stream().noneMatch(consumer -> consumer.name().equals(name))) {
                known.add(consumers.known(name, clock.instant()));
            }
        }
        if (known.isEmpty()) {
            return ConsumersSeen.NONE;
        }
        // After the consumers: what they serve is in the log by then.
        Boundary boundary = boundaries.newest();
        LogTail log = new LogTail(heads);
        Instant now = clock.instant();
        List<ConsumerStatus> statuses = new ArrayList<>();
        for (KnownConsumer consumer : known) {
            boolean named = request.named().contains(consumer.name());
            if (named || !isForgotten(consumer, log, now.minus(request.forgetConsumersAfter()))) {
                statuses.add(status(consumer, named ? request.namedAt() : -1, boundary, log, now));
            }
        }
        SnapshotRef snapshot = log.newest().snapshot();
        return new ConsumersSeen(log.newest().version(), snapshot == null ? null : snapshot.key(), statuses);
    }

    /** How one consumer stands. */
    public ConsumerStatus look(String name) throws InterruptedException {
        KnownConsumer consumer = consumers.known(name, clock.instant());
        return status(consumer, -1, boundaries.newest(), new LogTail(heads), clock.instant());
    }

    private static boolean isForgotten(KnownConsumer consumer, LogTail log, Instant before)
            throws InterruptedException {
        ConsumerEntry newest = consumer.newest();
        return newest != null
                && newest.time().isBefore(before)
                && log.at(newest.version()).isEmpty();
    }

    /**
     * How a consumer stands.
     *
     * @param namedAt the version at which it was named, or -1
     */
    private static ConsumerStatus status(
            KnownConsumer consumer, long namedAt, Boundary boundary, LogTail log, Instant now)
            throws InterruptedException {
        ConsumerEntry newest = consumer.newest();
        ConsumerEntry serving = consumer.serving();
        Optional<SnapshotRef> served = serving == null ? Optional.empty() : log.snapshotOf(serving.version());
        LogTail.Lag lag = serving == null
                ? log.behind(null, namedAt >= 0 || newest == null ? Math.max(0, namedAt) : newest.version() - 1)
                : log.behind(served.orElse(null), serving.version());
        boolean gone = newest != null && newest.state() == ConsumerState.GONE;
        String finding = serving == null ? null : finding(serving, served, log);
        boolean builds = newest != null && newest.state() == ConsumerState.BUILDING;
        return new ConsumerStatus(
                consumer.name(),
                namedAt >= 0,
                newest == null ? null : newest.state(),
                newest == null ? null : (Long) newest.version(),
                builds ? newest.until() : null,
                serving == null ? null : (Long) serving.version(),
                serving == null ? null : serving.rows(),
                segments(newest, serving),
                serving == null ? null : verdict(serving, finding, log),
                finding,
                gone ? 0 : lag.versions(),
                gone ? null : lag.since(),
                !gone && isLetGo(consumer, served, boundary, log, now),
                newest == null ? null : shown(newest.reason()),
                shown(consumer.problem()));
    }

    private static SegmentProgress segments(ConsumerEntry newest, ConsumerEntry serving) {
        if (newest != null && newest.segments() != null) {
            return newest.segments();
        }
        return serving == null ? null : serving.segments();
    }

    private static Verdict verdict(ConsumerEntry serving, String finding, LogTail log) throws InterruptedException {
        if (finding != null) {
            return Verdict.WRONG;
        }
        boolean known = log.at(serving.version()).isPresent()
                || log.snapshotOf(serving.version()).isPresent();
        return known ? Verdict.RIGHT : Verdict.UNKNOWN;
    }

    /** What is wrong with an answer, or null. */
    private static String finding(ConsumerEntry serving, Optional<SnapshotRef> served, LogTail log)
            throws InterruptedException {
        long version = serving.version();
        if (version > log.newest().version()) {
            return "it serves version " + version + "; expected one of the log, whose newest is "
                    + log.newest().version();
        }
        Optional<Head> there = log.at(version);
        if (there.isEmpty() && served.isEmpty()) {
            return null;
        }
        Totals totals = served.map(SnapshotRef::totals).orElse(Totals.NONE);
        List<String> wrong = new ArrayList<>();
        compare("rows", serving.rows(), totals.rows(), wrong);
        compare("segments.done", serving.segments().done(), totals.segments(), wrong);
        compare("segments.failed", serving.segments().failed(), 0, wrong);
        return wrong.isEmpty() ? null : String.join(", ", wrong) + ", as version " + version + " has";
    }

    private static void compare(String what, long found, long expected, List<String> wrong) {
        if (found != expected) {
            wrong.add(what + " is " + found + "; expected " + expected);
        }
    }

    /** Whether clean-up deletes what it holds, or serves while others serve something newer. */
    private static boolean isLetGo(
            KnownConsumer consumer, Optional<SnapshotRef> served, Boundary boundary, LogTail log, Instant now) {
        boolean servesNewest =
                served.isPresent() && served.get().isSameAs(log.newest().snapshot());
        return !servesNewest && consumer.wanted(now).stream().anyMatch(version -> version < boundary.below());
    }

    /** Words of a stranger, on one line. */
    private static String shown(String text) {
        return text == null ? null : PrintableText.name(text, MAX_CHARS);
    }

    /** A look at all consumers of a collection of which nothing is named. */
    public static ConsumersRequest all(String collectionId, Duration forgetConsumersAfter) {
        return new ConsumersRequest(collectionId, List.of(), 0, forgetConsumersAfter);
    }
}
