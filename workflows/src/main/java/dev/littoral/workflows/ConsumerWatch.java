package dev.littoral.workflows;

import dev.littoral.workflows.model.CarriedConsumers;
import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.ServingState;
import dev.littoral.workflows.model.ServingStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The watch of a collection over its consumers: what they serve, when they are looked at again, and whether a refresh
 * waits for one of them. Pure: it has no clock.
 */
final class ConsumerWatch {
    private final String collectionId;
    private final List<String> named;
    private final Integer maxAhead;
    private final Duration forgetAfter;

    /** Consumers that were found WRONG, let go, or right again since the last call, in words. */
    private final List<String> news = new ArrayList<>();

    private boolean begun;

    /** Whether consumers are looked at; runs of older builds do not. */
    private boolean enabled;

    /** Negative while the catalog was not read. */
    private long namedAt = -1;

    private ConsumersSeen seen;
    private Instant seenAt;
    private Instant nextLook;
    private Instant waitsSince;
    private boolean looking;

    /** Whether there was cause for another look since the one that is under way began. */
    private boolean again;

    private String problem;
    private String snapshot;
    private Instant lastEnd;

    ConsumerWatch(String collectionId, CollectionOptions options) {
        this.collectionId = collectionId;
        this.named = options.consumers() == null ? List.of() : options.consumers();
        this.maxAhead = options.maxAhead();
        this.forgetAfter = options.forgetConsumersAfter();
    }

    /**
     * The run begins. Called before its first decision.
     *
     * @param looks whether consumers are looked at
     */
    void begin(boolean looks) {
        enabled = looks;
        begun = true;
    }

    boolean isBegun() {
        return begun;
    }

    boolean isEnabled() {
        return enabled;
    }

    void restore(CarriedState carried) {
        snapshot = key(carried.head());
        lastEnd = carried.lastEndedAt();
        CarriedConsumers before = carried.consumers();
        if (before != null) {
            namedAt = before.namedAt();
            seen = before.seen();
            seenAt = before.seenAt();
            nextLook = before.nextLook();
            waitsSince = before.waitsSince();
        }
    }

    /** What the next run continues from, or null. A look that is under way is made again. */
    CarriedConsumers carry() {
        return namedAt < 0 ? null : new CarriedConsumers(namedAt, seen, seenAt, nextLook, waitsSince);
    }

    private static String key(Head head) {
        return head.snapshot() == null ? null : head.snapshot().key();
    }

    /** Whether there is anybody to look at, as far as is known. */
    private boolean isWatching() {
        return !named.isEmpty() || (seen != null && !seen.consumers().isEmpty());
    }

    // ------------------------------------------------------------------ when to look

    /**
     * Notices a new snapshot, and the end of an update.
     *
     * @param goesOn whether the collection is open and not about to end; else nobody is looked at any more
     * @param lastEndedAt when the last update ended, or null
     */
    void notice(boolean goesOn, Head head, Instant lastEndedAt, Instant now) {
        if (!enabled || !goesOn) {
            nextLook = null;
            return;
        }
        boolean opens = namedAt < 0;
        boolean moved = !Objects.equals(key(head), snapshot);
        boolean ended = !Objects.equals(lastEndedAt, lastEnd);
        snapshot = key(head);
        lastEnd = lastEndedAt;
        if (opens) {
            namedAt = head.version();
        }
        boolean longAgo = seenAt == null || !seenAt.plus(Policies.UNWATCHED).isAfter(now);
        if (moved || (opens && head.exists())) {
            expect(now);
        } else if (ended && (isWatching() || longAgo)) {
            plan(now);
        }
    }

    private void plan(Instant now) {
        nextLook = now;
        again = looking;
    }

    /** Consumers are looked at now, and then often for a while: one of them has said something, or has to. */
    void expect(Instant now) {
        plan(now);
        waitsSince = now;
    }

    /** The look that is due and begins now, or null. */
    ConsumersRequest begin(Instant now) {
        if (!enabled || looking || nextLook == null || nextLook.isAfter(now)) {
            return null;
        }
        looking = true;
        return new ConsumersRequest(collectionId, named, namedAt, forgetAfter);
    }

    /** Whether a look is under way: its end would be lost to the next run. */
    boolean isLooking() {
        return looking;
    }

    /** When consumers are looked at next, or null: not planned, or under way. */
    Instant nextLook() {
        return looking ? null : nextLook;
    }

    /** Whether a look may take its time: there is more to read than one listing. */
    boolean looksLong() {
        return isWatching();
    }

    /** A look has ended, with what it found or with a failure. */
    void looked(Message.ConsumersLooked looked, Instant now) {
        looking = false;
        nextLook = again ? nextLook : null;
        again = false;
        if (looked.found() == null) {
            problem = FailureReason.of(looked.failure()).sentence();
            planAgain(isWatching(), now);
            return;
        }
        problem = null;
        tell(looked.found());
        seen = looked.found();
        seenAt = now;
        planAgain(seen.consumers().stream().anyMatch(consumer -> isBusy(consumer, now)), now);
    }

    private void planAgain(boolean again, Instant now) {
        if (!again) {
            waitsSince = nextLook == null ? null : waitsSince;
        } else if (nextLook == null) {
            waitsSince = waitsSince == null ? now : waitsSince;
            nextLook = now.plus(Policies.look(Duration.between(waitsSince, now)));
        }
    }

    private boolean isBusy(ConsumerStatus consumer, Instant now) {
        boolean builds = consumer.state() == ConsumerState.BUILDING
                && consumer.until() != null
                && consumer.until().isAfter(now);
        boolean lags = consumer.behind() > 0 && (consumer.named() || consumer.goesOn());
        boolean silent = consumer.named() && consumer.serves() == null && seen.snapshot() != null;
        return consumer.state() != ConsumerState.GONE
                && !consumer.letGo()
                && (builds || lags || silent || consumer.servesWrongly());
    }

    private void tell(ConsumersSeen found) {
        for (ConsumerStatus now : found.consumers()) {
            ConsumerStatus before = before(now.consumer());
            boolean wasWrong = before != null && before.servesWrongly();
            if (now.servesWrongly() && (!wasWrong || !now.finding().equals(before.finding()))) {
                news.add("Consumer " + now.consumer() + " is WRONG: " + now.finding());
            } else if (wasWrong && now.servesNewest()) {
                news.add("Consumer " + now.consumer() + " is right again, and serves version " + now.serves());
            }
            boolean wasLetGo = before != null && before.letGo();
            if (now.letGo() && !wasLetGo) {
                news.add("Consumer " + now.consumer() + " is let go at version "
                        + (now.serves() == null ? now.version() : now.serves())
                        + ": it kept that longer than forgetConsumersAfter, " + forgetAfter);
            } else if (wasLetGo && now.servesNewest()) {
                news.add("Consumer " + now.consumer() + " is back, and serves version " + now.serves());
            }
        }
    }

    private ConsumerStatus before(String name) {
        return seen == null
                ? null
                : seen.consumers().stream()
                        .filter(consumer -> consumer.consumer().equals(name))
                        .findFirst()
                        .orElse(null);
    }

    /** What is worth a line in the log since the last call. */
    List<String> takeNews() {
        List<String> taken = List.copyOf(news);
        news.clear();
        return taken;
    }

    // ------------------------------------------------------------------ what is served

    /**
     * Who serves the collection.
     *
     * @param waits which update waits for which consumer, or null
     * @return null where no consumer is named or known
     */
    ServingStatus status(Head head, String waits) {
        if (!enabled || !isWatching()) {
            return null;
        }
        List<ConsumerStatus> consumers = seen == null ? List.of() : seen.consumers();
        ServingState state = consumers.isEmpty() ? ServingState.LAGGING : ServingState.of(consumers, isOf(head));
        return new ServingStatus(state, head.version(), consumers, seenAt, waits, problem);
    }

    /** Whether the last look was at what the head serves. */
    private boolean isOf(Head head) {
        return Objects.equals(seen.snapshot(), key(head));
    }

    // ------------------------------------------------------------------ back-pressure

    /**
     * A refresh that waits for a consumer.
     *
     * @param consumer in words: who it is and what it serves
     * @param until when it goes ahead all the same
     */
    record BackPressure(String consumer, Instant until) {
        boolean isOver(Instant now) {
            return !until.isAfter(now);
        }
    }

    /** Which consumer the waiting job has to wait for, or null: a source that was not listed yet waits for nobody. */
    BackPressure backPressure(JobQueue jobs, SourceDeclaration declaration) {
        Job job = jobs.pending();
        boolean refreshes = job != null
                && declaration.isDeclared(job.source())
                && jobs.history().hasListed(declaration.head());
        return refreshes ? backPressure(job, declaration.head()) : null;
    }

    /** Which consumer a refresh has to wait for, or null. */
    BackPressure backPressure(Job refresh, Head head) {
        if (!enabled || maxAhead == null || seen == null) {
            return null;
        }
        long unseen = isOf(head) ? 0 : 1;
        return seen.consumers().stream()
                .filter(ConsumerWatch::isWaitedFor)
                .filter(consumer -> consumer.behind() + unseen >= maxAhead)
                .max(Comparator.comparingLong(ConsumerStatus::behind))
                .map(consumer -> new BackPressure(
                        "consumer " + consumer.consumer() + " "
                                + ConsumerText.serves(consumer) + ", "
                                + StatusText.count(consumer.behind() + unseen, "version") + " behind; maxAhead is "
                                + maxAhead,
                        refresh.requested().plus(Policies.longestBackPressure(forgetAfter))))
                .orElse(null);
    }

    /** One that is gone, was let go, or could not build what it tried will not come after by being waited for. */
    private static boolean isWaitedFor(ConsumerStatus consumer) {
        return consumer.named()
                && !consumer.letGo()
                && consumer.state() != ConsumerState.GONE
                && consumer.state() != ConsumerState.FAILED;
    }

    /** The names of all consumers that lag, in one line; empty where none does. */
    static String lagging(ServingStatus serving) {
        return serving.consumers().stream()
                .filter(consumer -> consumer.named() || consumer.goesOn())
                .filter(consumer -> !consumer.servesNewest())
                .map(ConsumerText::line)
                .collect(Collectors.joining("; "));
    }
}
