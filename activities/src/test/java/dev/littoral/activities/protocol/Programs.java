package dev.littoral.activities.protocol;

import dev.littoral.workflows.RealCollection;
import dev.littoral.workflows.RealCollection.Decided;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.UpdateState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Who acts in a world beside updates. */
final class Programs {
    private Programs() {}

    /** Somebody who wants a source to be served, and does all of it: what two services on one catalog do. */
    record Client(long number, ExternalSource source, boolean cleans, Safeguard lost) implements Flow.Program {
        @Override
        public void run(Flow flow) {
            try {
                Head head = flow.step(new Step.ReadHead(), Head.class);
                for (int i = 1; !head.retired() && !source.equals(head.source()); i++) {
                    if (lost == Safeguard.DECLARE_BEFORE_LISTING) {
                        break;
                    }
                    head = newest(flow.step(
                            new Step.Declare(new DeclareRequest(
                                    World.COLLECTION,
                                    free(head),
                                    source,
                                    head,
                                    "declare-" + number + "-" + i,
                                    "wanted")),
                            CommitOutcome.class));
                    if (source.equals(head.source())) {
                        flow.say(new Flow.Fact.Declared(head.generation()));
                    }
                }
                // What is rolled back is not listed.
                if (!head.retired() && head.kind() != HeadKind.ROLLED_BACK) {
                    new UpdateFlow(free(head), source, head, cleans, lost).run(flow);
                }
            } catch (Flow.StepFailed e) {
                // A declaration that failed promises nothing.
                flow.say(new Flow.Fact.Ended(
                        new Flow.UpdateName(number, Flow.UpdateName.FIRST_SERVICE),
                        UpdateState.FAILED,
                        e.type(),
                        Head.NONE));
            }
        }

        /**
         * Its number, or a greater one where the log knows a later one: no two of those who act in a world have the
         * same.
         */
        private long free(Head head) {
            long free = number;
            while (head.isPast(free)) {
                free += 10;
            }
            return free;
        }
    }

    static Head newest(CommitOutcome outcome) {
        return switch (outcome) {
            case CommitOutcome.Created created -> created.head();
            case CommitOutcome.Moved moved -> moved.newest();
            case CommitOutcome.Refused refused -> throw new Flow.StepFailed(FailureType.INPUT, refused.reason());
        };
    }

    /** So many updates of source A, one after another; the source changes before each but the first. */
    record History(int updates) implements Flow.Program {
        @Override
        public void run(Flow flow) {
            Head head = Head.NONE;
            head = newest(flow.step(
                    new Step.Declare(
                            new DeclareRequest(World.COLLECTION, 1, Lakes.A, head, "declare-history", "wanted")),
                    CommitOutcome.class));
            for (int update = 1; update <= updates; update++) {
                head = new UpdateFlow(update, Lakes.A, head, false, Safeguard.NOTHING)
                        .update(flow)
                        .head();
                flow.changeSource();
            }
        }
    }

    /** A person makes the oldest snapshot serve again, whatever comes in between. */
    record Person(boolean unused) implements Flow.Program {
        @Override
        public void run(Flow flow) {
            try {
                Head to = flow.step(new Step.FindOldest(), Head.class);
                Head base = flow.step(new Step.ReadHead(), Head.class);
                for (int i = 1; i <= 3 && !base.retired(); i++) {
                    CommitOutcome outcome = flow.step(
                            new Step.RollBack(new RollbackRequest(
                                    World.COLLECTION, base.update(), to.version(), base, "rollback-" + i, null)),
                            CommitOutcome.class);
                    if (!(outcome instanceof CommitOutcome.Moved moved)) {
                        return;
                    }
                    base = moved.newest();
                }
            } catch (Flow.StepFailed e) {
                return;
            }
        }
    }

    /** Somebody retires the collection. */
    record Retirer(boolean unused) implements Flow.Program {
        @Override
        public void run(Flow flow) {
            try {
                Head base = flow.step(new Step.ReadHead(), Head.class);
                for (int i = 1; !base.retired(); i++) {
                    base = newest(flow.step(
                            new Step.Retire(new RetireRequest(World.COLLECTION, base.update(), base, "retire-" + i)),
                            CommitOutcome.class));
                }
            } catch (Flow.StepFailed e) {
                return;
            }
        }
    }

    /**
     * A consumer that takes the oldest version, renews its lease, and says that it serves it; where it is refused the
     * version, it takes the newest.
     */
    record Consumes(String name) implements Flow.Program {
        @Override
        public void run(Flow flow) {
            try {
                Head version = flow.step(new Step.FindOldest(), Head.class);
                if (!holds(flow, version)) {
                    version = flow.step(new Step.ReadHead(), Head.class);
                    if (!holds(flow, version)) {
                        return;
                    }
                }
                // A renewal that is refused changes nothing about the lease before it.
                holds(flow, version);
                flow.step(new Step.Answer(name, version.version()), Boolean.class);
            } catch (Flow.StepFailed e) {
                return;
            }
        }

        private boolean holds(Flow flow, Head version) {
            LeaseAnswer answer = flow.step(new Step.Lease(name, version), LeaseAnswer.class);
            if (answer.granted()) {
                flow.say(new Flow.Fact.Holds(name, version.version(), answer.until()));
            }
            return answer.granted();
        }
    }

    /** Clean-up, at any moment. */
    record Cleans(Safeguard lost) implements Flow.Program {
        @Override
        public void run(Flow flow) {
            try {
                flow.step(UpdateFlow.clean(lost), Boolean.class);
            } catch (Flow.StepFailed e) {
                return;
            }
        }
    }

    /**
     * The collection workflow's loop around the real decisions, without Temporal.
     *
     * @param service the Temporal service that runs it, as the launchId of its updates; two can run one collection on
     *     one catalog
     * @param starts whether it is started when others have written already: it opens the catalog, and lists the source
     */
    record Collection(String service, boolean starts, Safeguard lost) implements Flow.Program {
        Collection(Safeguard lost) {
            this(Flow.UpdateName.FIRST_SERVICE, false, lost);
        }

        /** The same collection on another service. */
        static Collection elsewhere(Safeguard lost) {
            return new Collection("xb", true, lost);
        }

        @Override
        public void run(Flow flow) {
            new Loop(flow, service, starts, lost).run();
        }
    }

    private static final class Loop {
        private final Flow flow;
        private final String service;
        private final boolean starts;
        private final Safeguard lost;
        private final RealCollection state = new RealCollection(World.COLLECTION, UpdateFlow.OPTIONS, Code.NOW);
        private final Set<Long> stopped = new HashSet<>();
        private final Deque<Flow.Letter> inbox = new ArrayDeque<>();
        private int commitIds;

        Loop(Flow flow, String service, boolean starts, Safeguard lost) {
            this.flow = flow;
            this.service = service;
            this.starts = starts;
            this.lost = lost;
        }

        void run() {
            try {
                state.opened(flow.step(starts ? new Step.Open() : new Step.ReadHead(), Head.class));
                if (starts && state.head().exists() && !state.isRetired()) {
                    state.refresh();
                }
            } catch (Flow.StepFailed e) {
                // It is started again, later.
                return;
            }
            boolean wait = false;
            while (true) {
                inbox.addAll(flow.take(wait));
                while (!inbox.isEmpty() && !state.isRollingBack()) {
                    handle(inbox.removeFirst());
                }
                Decided decided = state.next();
                stop();
                tell();
                wait = false;
                switch (decided.next()) {
                    case DECLARE -> declare(decided.job());
                    case LAUNCH -> launch(decided.job());
                    case INSPECT -> inspect(decided.number());
                    case ROLL_BACK -> rollBack(decided.number());
                    case RETIRE -> retire();
                    case REST -> wait = true;
                    case OVER -> {
                        return;
                    }
                }
                tell();
            }
        }

        private void stop() {
            for (long update : state.stopping()) {
                if (stopped.add(update)) {
                    flow.stop(update);
                }
            }
        }

        private void tell() {
            for (Job job : state.ended()) {
                flow.say(new Flow.Fact.Ended(
                        new Flow.UpdateName(job.update(), service), job.state(), job.failure(), state.head()));
            }
            for (RealCollection.Answer answer : state.answers()) {
                long generation = answer.answer().generation();
                if (generation > 0) {
                    flow.say(new Flow.Fact.Answered(answer.source().uri(), generation));
                }
            }
        }

        private void handle(Flow.Letter letter) {
            switch (letter) {
                case Flow.Letter.Change change -> change(change.source());
                case Flow.Letter.Refresh ignored -> state.refresh();
                case Flow.Letter.Cancel ignored -> state.cancelUpdate();
                case Flow.Letter.Rollback back -> state.rollBack(back.version());
                case Flow.Letter.Resume ignored -> {
                    state.resume();
                    flow.say(new Flow.Fact.Resumed());
                }
                case Flow.Letter.Retire ignored -> state.retire();
                case Flow.Letter.Closed closed -> {
                    if (closed.outcome() == null) {
                        state.failed(closed.update(), closed.failure());
                    } else {
                        state.closed(
                                closed.update(),
                                closed.outcome(),
                                closed.head(),
                                closed.head().source());
                    }
                }
            }
        }

        private void change(ExternalSource source) {
            if (lost != Safeguard.HEAD_BEFORE_CHANGE && state.needsHead(source)) {
                try {
                    state.headRead(flow.local(new Step.ReadHead(), Head.class));
                } catch (Flow.StepFailed e) {
                    // It is refused.
                    return;
                }
            }
            state.change(source);
        }

        private void see(CommitOutcome outcome) {
            switch (outcome) {
                case CommitOutcome.Created created -> state.saw(created.head());
                case CommitOutcome.Moved moved -> state.moved(moved.newest());
                case CommitOutcome.Refused refused -> throw new Flow.StepFailed(FailureType.INPUT, refused.reason());
            }
        }

        private void declare(Job job) {
            try {
                see(flow.local(
                        new Step.Declare(new DeclareRequest(
                                World.COLLECTION,
                                job.update(),
                                job.source(),
                                state.head(),
                                state.head().version() + 1 + "-" + service + "-write-" + ++commitIds,
                                "update " + job.update())),
                        CommitOutcome.class));
                if (state.isRetired() || state.isDeclared(job.source())) {
                    state.declared();
                }
            } catch (Flow.StepFailed e) {
                state.declarationFailed(e.type());
                if (lost == Safeguard.DOUBTFUL_BASE) {
                    state.forgetDoubt();
                }
            }
        }

        private void rollBack(long version) {
            try {
                CommitOutcome outcome = flow.local(
                        new Step.RollBack(new RollbackRequest(
                                World.COLLECTION,
                                state.lastUpdate(),
                                version,
                                state.head(),
                                state.head().version() + 1 + "-write-" + ++commitIds,
                                null)),
                        CommitOutcome.class);
                see(outcome);
                if (outcome instanceof CommitOutcome.Created) {
                    state.rolledBack();
                    stop();
                    state.declared();
                    if (lost == Safeguard.PAUSE_AFTER_ROLLBACK) {
                        state.resume();
                    }
                }
            } catch (Flow.StepFailed e) {
                state.rollbackFailed(e.type());
            }
        }

        private void launch(Job waiting) {
            Job job = state.launched(waiting, lost == Safeguard.LAUNCH_OF_COMMIT ? null : service);
            flow.launch(new UpdateFlow(job.update(), service, job.source(), state.head(), false, lost));
        }

        private void inspect(long update) {
            Head newest = null;
            Head commit = Head.NONE;
            if (lost != Safeguard.HEAD_AFTER_STOPPED_UPDATE) {
                try {
                    newest = flow.local(new Step.ReadHead(), Head.class);
                    if (state.isSearchedFor(update, newest) && lost != Safeguard.COMMIT_BELOW_NEWEST) {
                        commit = flow.local(new Step.FindCommit(update), Head.class);
                    }
                } catch (Flow.StepFailed e) {
                    newest = null;
                }
            }
            state.inspected(update, newest, commit);
        }

        private void retire() {
            try {
                while (state.head().exists() && !state.isRetired()) {
                    see(flow.step(
                            new Step.Retire(new RetireRequest(
                                    World.COLLECTION,
                                    state.lastUpdate(),
                                    state.head(),
                                    service + "-write-" + ++commitIds)),
                            CommitOutcome.class));
                }
                state.retired();
            } catch (Flow.StepFailed e) {
                state.retireFailed(e.type());
            }
        }
    }
}
