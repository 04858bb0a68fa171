package dev.littoral.worker;

import dev.littoral.workflows.CollectionObserver;
import dev.littoral.workflows.Diagnosis;
import dev.littoral.workflows.model.Cause;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.FreshnessStatus;
import dev.littoral.workflows.model.SinkStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Tracks how collections stand, as their workflow tasks in this worker said last: what is wrong with them, how far they
 * lag, and how their consumers and sinks do. A collection that does not say so again when it should is another
 * worker's by now, and forgotten. Safe for use by many threads.
 */
final class CollectionTracker implements CollectionObserver {
    private static final int MAX_COLLECTIONS = 10_000;

    /** How much later than it should a collection may look again. */
    private static final Duration GRACE = Duration.ofMinutes(5);

    /** How long a collection counts that does not look again by itself: its next message may come to another worker. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    /** How long one counts that waits for a person to resume it. */
    private static final Duration REMEMBERED_PAUSED = Duration.ofDays(2);

    private static final Set<CauseKind> PAUSED_CAUSES = EnumSet.of(CauseKind.PAUSED, CauseKind.ROLLED_BACK);

    /** How a consumer stands, in a word. */
    enum Standing {
        SERVED,
        LAGGING,
        WRONG,
        LET_GO,
        GONE;

        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Standing of(ConsumerStatus consumer) {
            if (consumer.state() == ConsumerState.GONE) {
                return GONE;
            }
            if (consumer.servesWrongly()) {
                return WRONG;
            }
            if (consumer.letGo()) {
                return LET_GO;
            }
            return consumer.servesNewest() ? SERVED : LAGGING;
        }
    }

    /**
     * What is known of a collection.
     *
     * @param lagsFrom as of when it serves its source, or null where it promises nothing
     * @param behind why it is BEHIND, or null
     * @param trouble what is wrong with it, or null
     * @param failure how its last update failed, or null
     * @param until when this is forgotten
     */
    private record Known(
            Instant lagsFrom,
            CauseKind behind,
            CauseKind trouble,
            FailureClass failure,
            List<ConsumerStatus> consumers,
            List<SinkStatus> sinks,
            Instant until) {}

    private final Clock clock;

    /** The one that looked longest ago comes first. */
    private final Map<String, Known> collections = new LinkedHashMap<>();

    CollectionTracker(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized void looked(CollectionStatus status, Instant until) {
        collections.remove(status.collectionId());
        if (status.state().equals("retired")) {
            return;
        }
        FreshnessStatus freshness = status.freshness();
        CauseKind trouble = Diagnosis.of(status).map(Cause::kind).orElse(null);
        boolean promises = freshness != null && freshness.state() != null;
        Instant lagsFrom = !promises ? null : freshness.asOf() == null ? freshness.since() : freshness.asOf();
        CauseKind behind = promises && freshness.behind() && freshness.cause() != null
                ? freshness.cause().kind()
                : null;
        Instant forgotten = until != null
                ? until.plus(GRACE)
                : clock.instant()
                        .plus(trouble != null && PAUSED_CAUSES.contains(trouble) ? REMEMBERED_PAUSED : REMEMBERED);
        collections.put(
                status.collectionId(),
                new Known(
                        lagsFrom,
                        behind,
                        trouble,
                        FailureClass.of(status.last()),
                        status.serving() == null ? List.of() : status.serving().consumers(),
                        status.sinks() == null ? List.of() : status.sinks(),
                        forgotten));
        if (collections.size() > MAX_COLLECTIONS) {
            Iterator<String> eldest = collections.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    /** How many collections are BEHIND for that cause. */
    synchronized long behind(CauseKind cause) {
        return known().filter(each -> each.behind() == cause).count();
    }

    /** With how many collections that is wrong, whether they promise freshness or not. */
    synchronized long troubled(CauseKind cause) {
        return known().filter(each -> each.trouble() == cause).count();
    }

    /** The last update of how many collections failed so. */
    synchronized long failing(FailureClass failure) {
        return known().filter(each -> each.failure() == failure).count();
    }

    /** The most seconds since as of when a collection serves its source; 0 where no collection promises freshness. */
    synchronized double worstLagSeconds() {
        return mostSeconds(known().map(Known::lagsFrom));
    }

    /** How many consumers stand so. */
    synchronized long consumers(Standing standing) {
        return consumers().filter(each -> Standing.of(each) == standing).count();
    }

    /** The most seconds since a version was written that a consumer does not serve yet; 0 where none lags. */
    synchronized double worstConsumerLagSeconds() {
        return mostSeconds(consumers()
                .filter(each -> Standing.of(each) == Standing.LAGGING)
                .map(ConsumerStatus::since));
    }

    /** How many collections have events that a sink did not take when it was tried last. */
    synchronized long undelivered(String sink) {
        return all(Known::sinks)
                .filter(each -> each.sink().equals(sink) && each.failure() != null)
                .count();
    }

    /** How many events were dropped before a sink got them. */
    synchronized long dropped(String sink) {
        return all(Known::sinks)
                .filter(each -> each.sink().equals(sink))
                .mapToLong(SinkStatus::dropped)
                .sum();
    }

    private Stream<Known> known() {
        Instant now = clock.instant();
        collections.values().removeIf(each -> each.until().isBefore(now));
        return collections.values().stream();
    }

    private <T> Stream<T> all(Function<Known, List<T>> part) {
        return known().map(part).flatMap(Collection::stream);
    }

    private Stream<ConsumerStatus> consumers() {
        return all(Known::consumers);
    }

    private double mostSeconds(Stream<Instant> times) {
        Instant now = clock.instant();
        return times.filter(Objects::nonNull)
                        .mapToLong(time -> Duration.between(time, now).toMillis())
                        .map(millis -> Math.max(0, millis))
                        .max()
                        .orElse(0)
                / 1e3;
    }
}
