package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.spec.RollbackTarget;
import io.temporal.failure.TerminatedFailure;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random walks of messages and of what can happen to updates, on a head that grows by base + 1 only. Invariants are
 * checked after every step; what has to come about in the end, once nothing is under way.
 */
class CollectionStateWalkTest {
    private static final long FIRST_SEED = 1;
    private static final int WALKS = 1_000;
    private static final int STEPS = 120;
    private static final List<ExternalSource> SOURCES =
            List.of(CollectionFixture.A, CollectionFixture.B, CollectionFixture.C);

    @Test
    void noWalkBreaksWhatACollectionPromises() throws JsonProcessingException {
        Map<String, Integer> seen = new TreeMap<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + WALKS; seed++) {
            Walk walk = new Walk(seed);
            try {
                walk.walk();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ": " + e.getMessage() + "\n" + String.join("\n", walk.story), e);
            }
            walk.seen.forEach((what, n) -> seen.merge(what, n, Integer::sum));
        }
        // A walk that never gets somewhere proves nothing about it.
        assertThat(seen)
                .containsKeys(
                        "COMMITTED",
                        "UNCHANGED",
                        "SUPERSEDED",
                        "CANCELED",
                        "FAILED",
                        "declaration failed",
                        "declaration came through late",
                        "declaration moved",
                        "commit after its stop",
                        "number taken",
                        "nobody told",
                        "next run",
                        "renewed",
                        "head read",
                        "rolled back",
                        "rollback refused",
                        "rollback failed",
                        "rollback moved",
                        "retired");
    }

    private static final class Child {
        private final long update;
        private final ExternalSource source;
        private final Head base;
        private boolean stopped;
        private boolean committed;

        Child(long update, ExternalSource source, Head base) {
            this.update = update;
            this.source = source;
            this.base = base;
        }
    }

    private static final class Walk {
        private final Random random;
        private final List<String> story = new ArrayList<>();
        private final Map<String, Integer> seen = new HashMap<>();
        private final List<Head> log = new ArrayList<>();
        private final List<Child> children = new ArrayList<>();
        private final Deque<Message> inbox = new ArrayDeque<>();
        private final List<PendingReply> changes = new ArrayList<>();
        private final List<PendingReply> refreshes = new ArrayList<>();
        private final List<PendingReply> rollbacks = new ArrayList<>();
        private final Map<Long, UpdateState> ends = new TreeMap<>();
        private final List<Head> late = new ArrayList<>();
        private CollectionState state = new CollectionState("orders", CollectionOptions.DEFAULTS);
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        private ExternalSource wish;
        private long answered;
        private long lastUpdate;

        /** The newest version when refreshing was resumed last. */
        private long resumedAt;

        private boolean calm;
        private boolean over;

        Walk(long seed) {
            random = new Random(seed);
        }

        void walk() throws JsonProcessingException {
            enable();
            state.opened(Head.NONE);
            for (int i = 0; i < STEPS && !over; i++) {
                step();
                check();
            }
            calm = true;
            settle();
            check();
            if (!over) {
                PendingReply last = changes.isEmpty() ? null : changes.get(changes.size() - 1);
                if (last != null && isGood(ends.get(last.job()))) {
                    assertThat(newest().source())
                            .as("the head's source when its update is good")
                            .isEqualTo(wish);
                }
                if (wish != null) {
                    // A rollback that was said to have failed shows when an update meets it.
                    for (int i = 0; i < 2; i++) {
                        message(new Message.Resume());
                        message(new Message.Refresh("refresh", reply(refreshes)));
                        settle();
                        check();
                    }
                    assertThat(newest().source())
                            .as("the head's source after a refresh")
                            .isEqualTo(wish);
                    Job good = state.view().status().last();
                    assertThat(good.source()).isEqualTo(wish);
                    assertThat(isGood(good.state())).as("%s is good", good).isTrue();
                }
                assertThat(state.view().status().source()).as("what is wanted").isEqualTo(wish);
            }
            checkQuiet();
        }

        private void enable() {
            state.jobs().checkUpdates();
            state.rollbacks().enable();
            state.requests().readHeadFirst();
        }

        private static boolean isGood(UpdateState end) {
            return end == UpdateState.COMMITTED || end == UpdateState.UNCHANGED;
        }

        private void step() throws JsonProcessingException {
            now = now.plusSeconds(1);
            switch (random.nextInt(22)) {
                case 0, 1, 2 -> {
                    wish = SOURCES.get(random.nextInt(SOURCES.size()));
                    message(new Message.ChangeSource(wish, "changeSource", reply(changes)));
                }
                case 3, 4 -> {
                    if (wish != null) {
                        message(new Message.Refresh("refresh", reply(refreshes)));
                    }
                }
                case 5 -> message(new Message.CancelUpdate());
                case 6 -> {
                    if (random.nextInt(60) == 0) {
                        message(new Message.Retire());
                    } else if (random.nextInt(4) == 0 && state.view().status().update() != null) {
                        saw("renewed");
                        state.jobs().renew(now);
                    }
                }
                case 7 -> comeThrough();
                case 8 -> {
                    if (inbox.isEmpty() && state.isBetweenUpdates()) {
                        saw("next run");
                        state = CollectionFixture.restored(state);
                        enable();
                    }
                }
                case 9, 10, 11, 12 -> child();
                case 13 -> {
                    if (!log.isEmpty() && random.nextInt(2) == 0) {
                        RollbackTarget target = new RollbackTarget(1 + random.nextInt(log.size()), null);
                        message(new Message.Rollback(target, reply(rollbacks)));
                    }
                }
                case 14 -> message(new Message.Resume());
                default -> act();
            }
        }

        private void message(Message message) {
            story.add(message.getClass().getSimpleName()
                    + (message instanceof Message.ChangeSource ? " " + wish.uri() : ""));
            inbox.add(message);
        }

        private PendingReply reply(List<PendingReply> replies) {
            PendingReply reply = new PendingReply();
            replies.add(reply);
            return reply;
        }

        private void saw(String what) {
            story.add(what);
            seen.merge(what, 1, Integer::sum);
        }

        private boolean chance(int percent) {
            return !calm && random.nextInt(100) < percent;
        }

        private Head newest() {
            return log.isEmpty() ? Head.NONE : log.get(log.size() - 1);
        }

        private boolean create(Head head) {
            if (head.version() != newest().version() + 1) {
                return false;
            }
            story.add("version " + head.version() + " " + head.kind() + " "
                    + head.source().uri() + " by " + head.update());
            boolean refreshed = head.kind() == HeadKind.COMMITTED && newest().kind() == HeadKind.ROLLED_BACK;
            assertThat(refreshed && (resumedAt < newest().version() || head.update() <= newest().update()))
                    .as("version %s is committed on a rollback that was not resumed", head.version())
                    .isFalse();
            log.add(head);
            assertThat(head.generation())
                    .as("generation of what is written after an answer")
                    .isGreaterThanOrEqualTo(answered);
            return true;
        }

        // -------------------------------------------------------------- what the workflow does

        private void act() {
            while (!inbox.isEmpty() && !state.rollbacks().isWaiting()) {
                Message message = inbox.removeFirst();
                resumedAt = message instanceof Message.Resume ? newest().version() : resumedAt;
                if (state.requests().needsHead(message)) {
                    saw("head read");
                    state.jobs().headRead(newest(), now);
                }
                state.handle(message, now);
            }
            Decision decision = state.next(now);
            story.add(decision.toString().replaceAll("ExternalSource.uri=|, spec=.*profile=null..", ""));
            cancelStopping();
            assertThat(state.rollbacks().isWaiting() && decision instanceof Decision.Idle)
                    .as("it rests though a rollback waits")
                    .isFalse();
            switch (decision) {
                case Decision.Declare declare -> declare(declare.job());
                case Decision.Launch launch -> {
                    Job job = state.launched(launch.job(), CollectionFixture.LAUNCH, now);
                    assertThat(job.source()).isEqualTo(state.head().source());
                    if (chance(3)) {
                        saw("number taken");
                        inbox.add(new Message.UpdateClosed(job.update(), null, CollectionFixture.alreadyStarted()));
                    } else {
                        children.add(new Child(job.update(), job.source(), state.head()));
                    }
                }
                case Decision.ReadHead read -> {
                    meanwhile();
                    Head commit = log.stream()
                            .filter(head -> head.kind() == HeadKind.COMMITTED && head.update() == read.update())
                            .findFirst()
                            .orElse(Head.NONE);
                    state.inspected(
                            read.update(),
                            newest(),
                            state.active().isSearchedFor(read.update(), newest()) ? commit : Head.NONE,
                            now);
                }
                case Decision.RollBack back -> rollBack(back.target());
                case Decision.Retire ignored -> {
                    while (state.head().exists() && !state.isRetired()) {
                        meanwhile();
                        Head end = CollectionFixture.next(
                                state.head(), HeadKind.RETIRED, state.head().source(), state.lastUpdate());
                        see(create(end), end);
                    }
                    state.retired(now);
                    saw("retired");
                    over = state.isClosed();
                }
                case Decision.CheckUpdates look -> {
                    saw("looked");
                    state.checked(
                            look.updates().stream()
                                    .filter(update -> children.stream().noneMatch(child -> child.update == update)
                                            && inbox.stream()
                                                    .noneMatch(message -> message instanceof Message.UpdateClosed closed
                                                            && closed.update() == update))
                                    .toList(),
                            now);
                }
                case Decision.Idle ignored -> {}
            }
        }

        private void cancelStopping() {
            for (long update : CollectionFixture.stopping(state)) {
                assertThat(state.active().stopping(update).reason()).isNotBlank();
                children.stream().filter(child -> child.update == update).forEach(child -> child.stopped = true);
            }
        }

        private void rollBack(RollbackTarget target) {
            meanwhile();
            if (chance(10)) {
                saw("rollback refused");
                state.rollbacks().refuse(FailureReason.input("version " + target.version() + " has expired"), now);
                return;
            }
            Head head = CollectionFixture.next(
                    state.head(), HeadKind.ROLLED_BACK, state.head().source(), state.lastUpdate());
            if (chance(10)) {
                saw("rollback failed");
                late.add(head);
                state.rollbacks().refuse(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
            } else if (create(head)) {
                saw("rolled back");
                state.advanceHead(head);
                state.rollbacks().written(now);
                cancelStopping();
                state.declared(now);
            } else {
                saw("rollback moved");
                state.moved(newest(), now);
            }
        }

        private void declare(Job job) {
            while (!state.isDeclared(job.source())) {
                meanwhile();
                Head head = CollectionFixture.next(state.head(), HeadKind.DECLARED, job.source(), job.update());
                if (chance(10)) {
                    saw("declaration failed");
                    late.add(head);
                    state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
                    return;
                }
                see(create(head), head);
            }
            state.declared(now);
        }

        private void see(boolean created, Head head) {
            if (created) {
                state.advanceHead(head);
            } else {
                saw("declaration moved");
                state.moved(newest(), now);
            }
        }

        /** While an activity runs, the rest of the world goes on. */
        private void meanwhile() {
            while (chance(30)) {
                if (random.nextInt(4) == 0) {
                    comeThrough();
                } else {
                    child();
                }
            }
        }

        private void comeThrough() {
            if (!late.isEmpty() && create(late.remove(random.nextInt(late.size())))) {
                saw("declaration came through late");
            }
        }

        // -------------------------------------------------------------- what updates do

        private void child() {
            if (!children.isEmpty()) {
                child(children.get(random.nextInt(children.size())));
            }
        }

        private void child(Child child) {
            if (child.committed) {
                if (child.stopped) {
                    saw("commit after its stop");
                }
                close(
                        child,
                        chance(10) ? null : UpdateState.COMMITTED,
                        CollectionFixture.failed(FailureType.TRANSIENT, "lost"));
            } else if (child.stopped && !chance(50)) {
                close(child, null, null);
            } else if (chance(10)) {
                close(child, null, CollectionFixture.child(new TerminatedFailure("", null)));
            } else if (chance(10)) {
                close(child, null, CollectionFixture.failed(FailureType.INPUT, "bad file"));
            } else if (chance(5)) {
                close(child, null, CollectionFixture.cancelled());
            } else if (chance(20)) {
                close(child, UpdateState.UNCHANGED, null);
            } else if (create(CollectionFixture.next(child.base, HeadKind.COMMITTED, child.source, child.update))) {
                child.committed = true;
            } else {
                assertThat(newest().retired()
                                || newest().generation() != child.base.generation()
                                || log.stream()
                                        .skip(child.base.version())
                                        .anyMatch(head -> head.kind() == HeadKind.ROLLED_BACK))
                        .as("only one update of a generation writes at a time")
                        .isTrue();
                close(child, UpdateState.SUPERSEDED, null);
            }
        }

        /** As Temporal does: a workflow that was asked to cancel closes cancelled whatever it has done. */
        private void close(Child child, UpdateState outcome, RuntimeException failure) {
            children.remove(child);
            Message.UpdateClosed closed = child.stopped
                    ? new Message.UpdateClosed(child.update, null, CollectionFixture.cancelled())
                    : outcome != null
                            ? new Message.UpdateClosed(
                                    child.update, CollectionFixture.report(child.update, outcome), null)
                            : new Message.UpdateClosed(child.update, null, failure);
            story.add("update " + child.update + " closed, " + (child.stopped ? "stopped" : outcome));
            if (chance(5)) {
                // As for a collection that is reset.
                saw("nobody told");
                return;
            }
            inbox.add(closed);
        }

        // -------------------------------------------------------------- what must hold

        private void settle() {
            for (int i = 0; i < 1_000; i++) {
                if (!over) {
                    act();
                }
                if (over) {
                    return;
                }
                if (inbox.isEmpty() && children.isEmpty() && state.next(now) instanceof Decision.Idle idle) {
                    if (state.active().unclosed().isEmpty()) {
                        return;
                    }
                    now = idle.until();
                }
                child();
            }
            fail("it does not become idle");
        }

        private void check() {
            List<Job> jobs = CollectionFixture.jobs(state);
            assertThat(jobs).extracting(Job::update).doesNotHaveDuplicates();
            assertThat(jobs.stream().filter(job -> job.state() == UpdateState.PENDING))
                    .hasSizeLessThanOrEqualTo(1);
            List<Long> stopping = CollectionFixture.stopping(state);
            assertThat(jobs.stream()
                            .filter(job -> job.state() == UpdateState.RUNNING && !stopping.contains(job.update())))
                    .hasSizeLessThanOrEqualTo(1);
            assertThat(state.lastUpdate()).isGreaterThanOrEqualTo(lastUpdate);
            lastUpdate = state.lastUpdate();
            for (Job job : jobs) {
                if (job.state().isEnd() && ends.put(job.update(), job.state()) == null) {
                    saw(job.state().name());
                    assertThat(job.reason()).isNotBlank();
                    assertThat(job.ended()).isNotNull();
                }
                assertThat(job.state().isEnd() || !ends.containsKey(job.update()))
                        .as("%s does not live again", job)
                        .isTrue();
                assertThat(ends.getOrDefault(job.update(), job.state()))
                        .as("the one end of %s", job)
                        .isEqualTo(job.state());
            }
            for (long n = 1; n <= lastUpdate; n++) {
                long number = n;
                assertThat(ends.containsKey(n) || jobs.stream().anyMatch(job -> job.update() == number))
                        .as("update %s is neither listed nor ended", n)
                        .isTrue();
            }
            for (PendingReply change : changes) {
                if (change.job() > 0 && state.view().isSettled(change.job())) {
                    answered =
                            Math.max(answered, state.view().answer(change.job()).generation());
                }
            }
        }

        private void checkQuiet() {
            if (over) {
                while (!inbox.isEmpty()) {
                    state.handle(inbox.removeFirst(), now);
                }
                check();
            }
            assertThat(refreshes).allMatch(PendingReply::isSet);
            assertThat(rollbacks).allMatch(PendingReply::isSet);
            assertThat(changes)
                    .allMatch(PendingReply::isSet)
                    .allMatch(reply -> state.view().isSettled(reply.job()));
            for (long n = 1; n <= lastUpdate; n++) {
                assertThat(ends).as("update %s has its end", n).containsKey(n);
            }
            for (Head head : log) {
                if (head.kind() == HeadKind.COMMITTED) {
                    assertThat(ends.get(head.update()))
                            .as("the end of update %s, which wrote version %s", head.update(), head.version())
                            .isEqualTo(UpdateState.COMMITTED);
                }
            }
            ends.forEach((update, end) -> assertThat(
                            log.stream().anyMatch(head -> head.kind() == HeadKind.COMMITTED && head.update() == update))
                    .as("update %s ended %s", update, end)
                    .isEqualTo(end == UpdateState.COMMITTED));
        }
    }
}
