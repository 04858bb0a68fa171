package dev.littoral.activities.protocol;

import dev.littoral.workflows.model.ExternalSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is in a small world at first, and how much may happen in it.
 *
 * @param history how many snapshots of source A the collection has committed, long ago
 * @param programs who acts, by name
 * @param letters what the first of these is sent, in this order
 * @param changes how often each source may change
 * @param faults how many calls to the store may go wrong
 * @param readFaults whether reads may too
 * @param retries how often a second attempt is started while the first goes on
 * @param rewinds how often a workflow task is run again after its step worked
 * @param tries how often a step that failed is tried
 * @param fine whether every call is a scheduling point; else those are not that touch what nobody else does
 * @param cleaning whether clean-up is about, so that snapshot objects are touched by others
 * @param retriesWork whether listing, reading and balancing are retried too
 * @param maxFilesPerShard the most files a shard has
 * @param wish the source that is wanted last, or null
 * @param now the time at first
 * @param ticks how often time passes
 */
record Setup(
        String name,
        int history,
        Map<String, Flow.Program> programs,
        List<Flow.Letter> letters,
        Map<String, Integer> changes,
        int faults,
        boolean readFaults,
        int retries,
        int rewinds,
        int tries,
        boolean fine,
        boolean cleaning,
        boolean retriesWork,
        int maxFilesPerShard,
        ExternalSource wish,
        Instant now,
        int ticks) {

    static Setup of(String name, int history) {
        return new Setup(
                name, history, Map.of(), List.of(), Map.of(), 0, false, 0, 0, 3, false, false, false, 10, null,
                Code.NOW, 0);
    }

    Setup with(String who, Flow.Program program) {
        Map<String, Flow.Program> more = new LinkedHashMap<>(programs);
        more.put(who, program);
        return new Setup(
                name,
                history,
                more,
                letters,
                changes,
                faults,
                readFaults,
                retries,
                rewinds,
                tries,
                fine,
                cleaning,
                retriesWork,
                maxFilesPerShard,
                wish,
                now,
                ticks);
    }

    Setup letters(ExternalSource last, Flow.Letter... more) {
        return new Setup(
                name,
                history,
                programs,
                List.of(more),
                changes,
                faults,
                readFaults,
                retries,
                rewinds,
                tries,
                fine,
                cleaning,
                retriesWork,
                maxFilesPerShard,
                last,
                now,
                ticks);
    }

    Setup changes(ExternalSource source, int times) {
        Map<String, Integer> more = new LinkedHashMap<>(changes);
        more.put(source.uri(), times);
        return new Setup(
                name,
                history,
                programs,
                letters,
                more,
                faults,
                readFaults,
                retries,
                rewinds,
                tries,
                fine,
                cleaning,
                retriesWork,
                maxFilesPerShard,
                wish,
                now,
                ticks);
    }

    Setup faults(int writes, boolean reads) {
        return new Setup(
                name,
                history,
                programs,
                letters,
                changes,
                writes,
                reads,
                retries,
                rewinds,
                tries,
                fine,
                cleaning,
                retriesWork,
                maxFilesPerShard,
                wish,
                now,
                ticks);
    }

    Setup stragglers(int number) {
        return new Setup(
                name,
                history,
                programs,
                letters,
                changes,
                faults,
                readFaults,
                number,
                rewinds,
                tries,
                fine,
                cleaning,
                retriesWork,
                maxFilesPerShard,
                wish,
                now,
                ticks);
    }

    Setup rewinds(int number) {
        return new Setup(
                name,
                history,
                programs,
                letters,
                changes,
                faults,
                readFaults,
                retries,
                number,
                tries,
                fine,
                cleaning,
                retriesWork,
                maxFilesPerShard,
                wish,
                now,
                ticks);
    }

    Setup tries(int number) {
        return new Setup(
                name,
                history,
                programs,
                letters,
                changes,
                faults,
                readFaults,
                retries,
                rewinds,
                number,
                fine,
                cleaning,
                retriesWork,
                maxFilesPerShard,
                wish,
                now,
                ticks);
    }

    /** Every call is a scheduling point, and every step is retried. */
    Setup everyCall() {
        return new Setup(
                name,
                history,
                programs,
                letters,
                changes,
                faults,
                readFaults,
                retries,
                rewinds,
                tries,
                true,
                cleaning,
                true,
                maxFilesPerShard,
                wish,
                now,
                ticks);
    }

    /** Time passes so often, each time by most of a lease. */
    Setup ticks(int times) {
        return new Setup(
                name,
                history,
                programs,
                letters,
                changes,
                faults,
                readFaults,
                retries,
                rewinds,
                tries,
                fine,
                cleaning,
                retriesWork,
                maxFilesPerShard,
                wish,
                now,
                times);
    }

    /** Whether consumers are about, so that what they and clean-up say is touched by others. */
    private boolean hasConsumers() {
        return programs.values().stream()
                .anyMatch(program ->
                        program instanceof Programs.Consumes || (cleaning && program instanceof Programs.Person));
    }

    /** Snapshot objects are scheduling points, and a shard has two files, so that snapshots share shards. */
    Setup cleaned() {
        return new Setup(
                name,
                history,
                programs,
                letters,
                changes,
                faults,
                readFaults,
                retries,
                rewinds,
                tries,
                fine,
                true,
                retriesWork,
                2,
                wish,
                now,
                ticks);
    }

    /** What went before: one update after another, each of a new state of source A. */
    Setup past() {
        List<Flow.Letter> none = new ArrayList<>();
        Map<String, Flow.Program> updates = new LinkedHashMap<>();
        updates.put("history", new Programs.History(history));
        return new Setup(
                "history",
                0,
                updates,
                none,
                Map.of(),
                0,
                false,
                0,
                0,
                1,
                false,
                false,
                false,
                maxFilesPerShard,
                null,
                now.minus(World.LONG_AGO),
                0);
    }

    /** Whether who is named so says how an update ended by itself; a collection has looked at the head before. */
    boolean isReport(String who) {
        return !(programs.get(who) instanceof Programs.Collection);
    }

    /** The time after so many ticks. */
    Instant at(int ticked) {
        return now.plus(World.TICK.multipliedBy(ticked));
    }

    boolean isRetried(Flow.RunStep run) {
        return switch (run.step()) {
            case Step.Declare ignored -> true;
            case Step.Commit ignored -> true;
            case Step.Retire ignored -> true;
            case Step.RollBack ignored -> true;
            case Step.Clean ignored -> true;
            case Step.ListFiles ignored -> retriesWork;
            case Step.ReadFragments ignored -> retriesWork;
            case Step.Balance ignored -> retriesWork;
            case Step.ReadHead ignored -> false;
            case Step.Open ignored -> true;
            case Step.FindCommit ignored -> false;
            case Step.Discard ignored -> retriesWork;
            case Step.FindOldest ignored -> false;
            case Step.Lease ignored -> true;
            case Step.Answer ignored -> true;
        };
    }

    /** Whether others touch what a call touches, so that it matters when it is made. */
    boolean isVisible(Call call) {
        if (call.kind() == Call.Kind.CLOCK) {
            return false;
        }
        if (fine || call.key().startsWith(World.COLLECTION + "/head/")) {
            return true;
        }
        if (call.key().startsWith(World.COLLECTION + "/consumers/")
                || call.key().startsWith(World.COLLECTION + "/boundary/")) {
            return hasConsumers();
        }
        return switch (call.kind()) {
            case CLOCK -> throw new IllegalStateException();
            case LIST_SOURCE, READ_SOURCE, RESOLVE_TABLE, LIST_VERSION -> !changes.isEmpty();
            case LIST, DELETE -> call.key().startsWith(World.COLLECTION + "/snapshots/");
            case CREATE, PUT, GET -> cleaning && call.key().startsWith(World.COLLECTION + "/snapshots/");
        };
    }
}
