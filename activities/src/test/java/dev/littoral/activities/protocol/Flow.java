package dev.littoral.activities.protocol;

import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.UpdateState;
import java.time.Instant;
import java.util.List;

/**
 * What drives steps: a workflow, or a person. It asks one thing at a time and is run again from its start with one
 * answer more, so it has to do the same each time.
 */
final class Flow {
    /** Asks one thing after another. A record, so that two of the same are equal. */
    interface Program {
        void run(Flow flow);
    }

    sealed interface Ask {}

    /**
     * Run a step.
     *
     * @param cancellable whether a stop interrupts it
     * @param local whether it runs in the workflow's own task, which may be run again after the step has worked
     */
    record RunStep(Step step, boolean cancellable, boolean local) implements Ask {}

    /** Take what has come; {@code waits} for something if nothing has. */
    record Take(boolean waits) implements Ask {}

    record Say(Fact fact) implements Ask {}

    record Launch(UpdateFlow update) implements Ask {}

    record Stop(long update) implements Ask {}

    record ChangeSource() implements Ask {}

    /**
     * What tells an update from all others: its commitIds begin with it. Two services can give one number to two
     * updates.
     *
     * @param launchId the service that launched it stands for all its launches
     */
    record UpdateName(long number, String launchId) implements Comparable<UpdateName> {
        /** The service of worlds that have one. */
        static final String FIRST_SERVICE = "xa";

        @Override
        public int compareTo(UpdateName other) {
            int byNumber = Long.compare(number, other.number);
            return byNumber != 0 ? byNumber : launchId.compareTo(other.launchId);
        }

        @Override
        public String toString() {
            return number + "-" + launchId;
        }
    }

    /** What somebody is told. The auditor checks it. */
    sealed interface Fact {
        /** A source was declared: nothing of an older generation can commit any more. */
        record Declared(long generation) implements Fact {
            @Override
            public String toString() {
                return "generation " + generation + " is declared";
            }
        }

        /** A change was answered: the source was declared after it was sent, or was the newest one then. */
        record Answered(String uri, long generation) implements Fact {
            @Override
            public String toString() {
                return uri + " is declared, says generation " + generation;
            }
        }

        /** Refreshing was resumed. */
        record Resumed() implements Fact {
            @Override
            public String toString() {
                return "refreshing is resumed";
            }
        }

        /**
         * A consumer holds a version, in place of any other.
         *
         * @param until when its lease ends, by its own clock
         */
        record Holds(String consumer, long version, Instant until) implements Fact {
            @Override
            public String toString() {
                return consumer + " holds version " + version + " until " + until;
            }
        }

        /** A job ended so. */
        record Ended(UpdateName update, UpdateState state, FailureType failure, Head head) implements Fact {
            @Override
            public String toString() {
                return "update " + update + " is " + state + (failure == null ? "" : ", " + failure);
            }
        }
    }

    /** What comes to a collection. */
    sealed interface Letter {
        record Change(ExternalSource source) implements Letter {
            @Override
            public String toString() {
                return "changeSource " + source.uri();
            }
        }

        record Refresh() implements Letter {
            @Override
            public String toString() {
                return "refresh";
            }
        }

        record Cancel() implements Letter {
            @Override
            public String toString() {
                return "cancel";
            }
        }

        record Rollback(long version) implements Letter {
            @Override
            public String toString() {
                return "rollback to version " + version;
            }
        }

        record Resume() implements Letter {
            @Override
            public String toString() {
                return "resume";
            }
        }

        record Retire() implements Letter {
            @Override
            public String toString() {
                return "retire";
            }
        }

        /** An update closed; the outcome is null where it failed, and the failure too where it was cancelled. */
        record Closed(long update, UpdateState outcome, Head head, FailureType failure) implements Letter {
            @Override
            public String toString() {
                return "update " + update + " closed " + (outcome == null ? "without a report" : outcome);
            }
        }
    }

    /** The answer to a step whose flow was told to stop. */
    record Stopped() {}

    /** A step failed for good; the type is null where it was stopped. */
    static final class StepFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final FailureType type;

        StepFailed(FailureType type, String message) {
            super(message, null, false, false);
            this.type = type;
        }

        FailureType type() {
            return type;
        }
    }

    /** What a step needed of staging is gone. */
    static final class StagingGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StagingGone(String message) {
            super(message, null, false, false);
        }
    }

    /** There is no answer yet. */
    private static final class Suspended extends Error {
        private static final long serialVersionUID = 1L;
        private final transient Ask ask;

        Suspended(Ask ask) {
            super(null, null, false, false);
            this.ask = ask;
        }
    }

    private final List<Object> answers;
    private int next;

    private Flow(List<Object> answers) {
        this.answers = answers;
    }

    /** What a program asks next given these answers, or its end. */
    static Object run(Program program, List<Object> answers) {
        try {
            program.run(new Flow(answers));
            return new Play.Done(true);
        } catch (Suspended e) {
            return e.ask;
        }
    }

    private Object ask(Ask ask) {
        if (next < answers.size()) {
            return answers.get(next++);
        }
        throw new Suspended(ask);
    }

    /** Runs a step that a stop interrupts. */
    <T> T step(Step step, Class<T> type) {
        return result(ask(new RunStep(step, true, false)), type);
    }

    /** Runs a step that a stop does not interrupt. */
    <T> T detached(Step step, Class<T> type) {
        return result(ask(new RunStep(step, false, false)), type);
    }

    /** Runs a step within the workflow's task. */
    <T> T local(Step step, Class<T> type) {
        return result(ask(new RunStep(step, false, true)), type);
    }

    private static <T> T result(Object answer, Class<T> type) {
        if (answer instanceof Stopped) {
            throw new StepFailed(null, "stopped");
        }
        if (answer instanceof Code.Failed failed) {
            throw new StepFailed(failed.type(), failed.message());
        }
        if (answer instanceof Code.Gone gone) {
            throw new StagingGone(gone.message());
        }
        return type.cast(answer);
    }

    List<Letter> take(boolean wait) {
        return ((List<?>) ask(new Take(wait))).stream().map(Letter.class::cast).toList();
    }

    void say(Fact fact) {
        ask(new Say(fact));
    }

    void launch(UpdateFlow update) {
        ask(new Launch(update));
    }

    /** Lets source A change, for the history of a world. */
    void changeSource() {
        ask(new ChangeSource());
    }

    void stop(long update) {
        ask(new Stop(update));
    }
}
