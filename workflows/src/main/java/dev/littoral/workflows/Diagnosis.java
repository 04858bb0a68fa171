package dev.littoral.workflows;

import dev.littoral.workflows.model.CatalogDamage;
import dev.littoral.workflows.model.Cause;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.model.ServingStatus;
import dev.littoral.workflows.model.UpdateState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The diagnosis of a collection by its status: why it is not kept fresher, in one sentence, and what to do about it.
 * Pure.
 */
public final class Diagnosis {
    private final CollectionStatus status;
    private final String id;

    private Diagnosis(CollectionStatus status) {
        this.status = status;
        this.id = status.collectionId();
    }

    /** What is wrong with a collection, or empty. */
    public static Optional<Cause> of(CollectionStatus status) {
        Diagnosis diagnosis = new Diagnosis(status);
        boolean behind = status.freshness() != null && status.freshness().behind();
        return diagnosis
                .trouble()
                .or(() -> behind ? Optional.of(diagnosis.delay()) : Optional.empty())
                .or(diagnosis::consumers)
                .or(diagnosis::sinks);
    }

    /** Why a collection is BEHIND, or is about to be. */
    static Cause ofBehind(CollectionStatus status) {
        Diagnosis diagnosis = new Diagnosis(status);
        return diagnosis.trouble().orElseGet(diagnosis::delay);
    }

    /** What keeps the collection from being refreshed at all. */
    private Optional<Cause> trouble() {
        if (status.state().equals("retired")) {
            return Optional.of(new Cause(
                    CauseKind.RETIRED,
                    "the collection is retired, and refreshed no more",
                    "start a collection of another collectionId"));
        }
        if (status.rolledBack() != null) {
            return Optional.of(new Cause(
                    CauseKind.ROLLED_BACK, status.rolledBack(), "littoral resume " + id + " lists the source again"));
        }
        if (status.retry() != null) {
            return Optional.of(unreachable(StatusText.retry(status.retry())));
        }
        if (status.state().equals("paused")) {
            return Optional.of(new Cause(
                    CauseKind.PAUSED, "refreshing is paused by request", "littoral resume " + id + " goes on"));
        }
        if (status.source() == null && !status.state().equals("starting")) {
            return Optional.of(new Cause(
                    CauseKind.NO_SOURCE,
                    "the collection has no source yet",
                    "littoral change-source " + id + " gives it one"));
        }
        Job last = status.last();
        return last != null && last.state() == UpdateState.FAILED ? Optional.of(failed(last)) : Optional.empty();
    }

    private Cause failed(Job last) {
        String end = StatusText.end(last);
        if (CatalogDamage.caused(last.failure(), last.reason())) {
            return new Cause(
                    CauseKind.DAMAGED,
                    end,
                    "bring back what it names from the bucket's versions or a backup; littoral verify " + id
                            + " names all that is wrong; " + nextTry());
        }
        return last.failure() == FailureType.TRANSIENT
                ? unreachable(end + "; " + nextTry())
                : new Cause(CauseKind.FAILED, end, afterFailure(last.failure()) + "; " + nextTry());
    }

    private Cause unreachable(String what) {
        Instant since = status.troubleSince();
        return new Cause(
                CauseKind.UNREACHABLE,
                "unreachable" + (since == null ? "" : " since " + StatusText.time(since)) + ": " + what,
                "make reachable what it names; littoral change-source " + id + " gives the collection another source");
    }

    private String nextTry() {
        if (status.update() != null) {
            return "update " + status.update().update() + " tries again";
        }
        return status.nextRefresh() == null
                ? "littoral refresh " + id + " tries again"
                : "next try at " + StatusText.time(status.nextRefresh());
    }

    private static String afterFailure(FailureType type) {
        return switch (type) {
            case INPUT -> "mend what it names, or set onBadFile to skip in the source's spec to leave broken files out";
            case ACCESS -> "mend the credentials or permissions that it names";
            case TRANSIENT -> "make reachable what it names";
            case INTERNAL -> "a bug in Littoral: report it with the worker's log";
            case null -> "see the worker's log";
        };
    }

    /** Whether an update like this leaves no time for the next one to end before the promise does. */
    private boolean isSlow(Job last) {
        Duration took = Duration.between(last.requested(), last.ended());
        return took.multipliedBy(2).compareTo(status.options().maxStaleness()) > 0;
    }

    /** What keeps the newest snapshot from being served. */
    private Optional<Cause> consumers() {
        ServingStatus serving = status.serving();
        if (serving == null || serving.state() == null || serving.state() == ServingState.SERVED) {
            return Optional.empty();
        }
        return Optional.of(new Cause(
                CauseKind.CONSUMER,
                serving.state() + ": consumer " + ConsumerWatch.lagging(serving) + "; the newest version is "
                        + status.version(),
                "see to the consumer; littoral consumers " + id + " shows how it goes on"));
    }

    /** What keeps the collection's events from a sink. */
    private Optional<Cause> sinks() {
        return status.sinks() == null
                ? Optional.empty()
                : status.sinks().stream()
                        .filter(sink -> sink.failure() != null)
                        .findFirst()
                        .map(sink -> new Cause(
                                CauseKind.SINK,
                                sink.failure() + "; it lacks the events of "
                                        + StatusText.count(sink.behind(), "version"),
                                "see to the sink; "
                                        + (sink.nextTry() == null
                                                ? "it is tried again by itself"
                                                : "next try at " + StatusText.time(sink.nextTry()))));
    }

    /** Why a collection with which nothing is wrong takes its time. */
    private Cause delay() {
        if (status.serving() != null && status.serving().waits() != null) {
            return new Cause(
                    CauseKind.CONSUMER,
                    status.serving().waits(),
                    "see to the consumer; without it the update goes ahead a day after it was asked for");
        }
        if (status.update() != null) {
            return new Cause(
                    CauseKind.SLOW,
                    StatusText.progress(status) + "; it was asked for at "
                            + StatusText.time(status.update().requested()) + " and is slow",
                    "wait, or add workers; littoral status " + id + " --watch shows how far it is");
        }
        if (status.pending() != null) {
            return new Cause(
                    CauseKind.WAITING,
                    "update " + status.pending().update() + " waits, asked for by "
                            + status.pending().trigger() + " at "
                            + StatusText.time(status.pending().requested()),
                    "wait: it begins by itself");
        }
        Job last = status.last();
        if (last != null && (last.state() == UpdateState.CANCELED || last.state() == UpdateState.SUPERSEDED)) {
            return new Cause(
                    CauseKind.STOPPED, StatusText.end(last), "littoral refresh " + id + " lists the source again now");
        }
        if (last != null && !isSlow(last)) {
            return new Cause(
                    CauseKind.WAITING,
                    "update " + last.update() + " was not slow, and the next one has not begun",
                    status.nextRefresh() == null
                            ? "littoral refresh " + id + " lists the source again now"
                            : "wait until " + StatusText.time(status.nextRefresh()) + ": it begins by itself");
        }
        if (last != null) {
            return new Cause(
                    CauseKind.SLOW,
                    "update " + last.update() + ", the last that ended, took longer than "
                            + status.options().maxStaleness() + " allows",
                    "add workers, or start the collection with a larger maxStaleness");
        }
        return new Cause(CauseKind.WAITING, "no update has run yet", "littoral refresh " + id + " lists the source");
    }
}
