package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The active updates of a collection: at most one that runs, and those that stop. An update stops when it was cancelled
 * or its workflow closed; it ends when its commit has been found or can no longer succeed.
 */
final class ActiveUpdates {
    /** The reason of an update whose workflow is gone, unless the commit log has its commit. */
    private static final String GONE = "its workflow is gone, and nobody was told how it ended";

    /** The reason of an update that nobody can go on with, unless the commit log has its commit. */
    private static final String ABANDONED =
            "the worker deployment version that it was pinned to has no workers any more";

    private Job running;
    private final Map<Long, Stopping> stopping = new LinkedHashMap<>();
    private final Map<Long, Launch> launches = new TreeMap<>();

    /** Updates for which the head is read, in this order. All of them stop. */
    private final Deque<Long> toInspect = new ArrayDeque<>();

    /** Updates whose end was not reported, so that the log is searched for their commit. */
    private final Set<Long> unreported = new TreeSet<>();

    /**
     * The launch of an active update.
     *
     * @param id see {@link dev.littoral.workflows.model.CommitId}; null in runs of older builds
     * @param base the version that was the head
     */
    private record Launch(String id, long base) {}

    /**
     * An update that stops.
     *
     * @param end how it ends unless it has committed
     * @param failure the class of the failure, or null
     * @param followed whether another job takes its place: another's version was in the way, or its end is unknown
     */
    record Stopping(Job job, UpdateState end, FailureType failure, String reason, boolean followed) {
        Stopping(Job job, UpdateState end, FailureType failure, String reason) {
            this(job, end, failure, reason, false);
        }

        /**
         * How an update ends by its workflow's result. The head decides, as when the answer to a commit was lost.
         *
         * @param byItself whether it was not cancelled before
         */
        static Stopping closed(Job job, UpdateReport report, RuntimeException failure, boolean byItself) {
            if (report != null) {
                boolean followed = byItself && report.outcome() == UpdateState.SUPERSEDED;
                return new Stopping(job, report.outcome(), report.failure(), report.reason(), followed);
            }
            if (FailureReason.isCancelled(failure)) {
                return new Stopping(job, UpdateState.CANCELED, null, "its workflow was cancelled");
            }
            FailureReason found = FailureReason.of(failure);
            return new Stopping(job, UpdateState.FAILED, found.type(), found.reason());
        }
    }

    boolean isEmpty() {
        return running == null && stopping.isEmpty();
    }

    /** The update that runs, or null. */
    Job running() {
        return running;
    }

    boolean isRunning(long update) {
        return running != null && running.update() == update;
    }

    /** The update that runs, or else the first that stops, or null. */
    Job first() {
        return running != null
                ? running
                : stopping.values().stream().map(Stopping::job).findFirst().orElse(null);
    }

    void run(Job job, String launchId, long base) {
        running = job;
        launches.put(job.update(), new Launch(launchId, base));
    }

    /** The update that runs, if any, is cancelled. */
    void stop(UpdateState end, String reason) {
        if (running != null) {
            stopping.put(running.update(), new Stopping(running, end, null, reason));
            running = null;
        }
    }

    /** The workflow of an active update closed: the head is read for it. */
    void close(Stopping stopped) {
        clearRunning(stopped.job().update());
        stopping.put(stopped.job().update(), stopped);
        toInspect.addLast(stopped.job().update());
    }

    private void clearRunning(long update) {
        if (isRunning(update)) {
            running = null;
        }
    }

    /** The workflow of an update is gone without a report. */
    void vanish(long update) {
        vanish(update, GONE);
    }

    /** The workflow of an update is there, and has no workers. */
    void abandon(long update) {
        vanish(update, ABANDONED);
    }

    private void vanish(long update, String reason) {
        if (isRunning(update)) {
            stopping.put(update, new Stopping(running, UpdateState.SUPERSEDED, null, reason, true));
            running = null;
        }
        if (stopping.containsKey(update) && !toInspect.contains(update)) {
            unreported.add(update);
            toInspect.addLast(update);
        }
    }

    /** Any update that stops may have committed in a version that was not read: each is searched for. */
    void searchAll() {
        unreported.addAll(stopping.keySet());
        toInspect.clear();
        toInspect.addAll(stopping.keySet());
    }

    /** The update has ended. */
    void forget(long update) {
        stopping.remove(update);
        unreported.remove(update);
        launches.remove(update);
        toInspect.removeIf(each -> each == update);
        clearRunning(update);
    }

    /** The next update for which the head is read, or null. */
    Long toInspect() {
        return toInspect.peekFirst();
    }

    void inspected(long update) {
        toInspect.remove(update);
    }

    /** Whether this version is the commit of the active update of that number. */
    boolean isCommitOf(long update, Head version) {
        Launch launch = launches.get(update);
        return launch != null && version.isCommitOf(update, launch.id());
    }

    /**
     * Whether the log is searched for the commit of an update that stops: it did not report one, and the newest version
     * is none, but versions before that may be.
     */
    boolean isSearchedFor(long update, Head newest) {
        Launch launch = launches.get(update);
        if (launch == null) {
            return false;
        }
        if (launch.id() == null) {
            return unreported.contains(update) && newest.update() > update;
        }
        return stopping.get(update).end() != UpdateState.COMMITTED
                && newest.version() > launch.base()
                && newest.update() >= update
                && !newest.isCommitOf(update, launch.id());
    }

    /** The update of that number that stops, or null. */
    Stopping stopping(long update) {
        return stopping.get(update);
    }

    /** The updates that stop. */
    Collection<Stopping> stopping() {
        return stopping.values();
    }

    /** The active job of that number, or null. */
    Job find(long update) {
        Stopping stopped = stopping.get(update);
        return stopped != null ? stopped.job() : isRunning(update) ? running : null;
    }

    /** Updates whose workflow has not closed as far as is known. */
    List<Long> unclosed() {
        List<Long> unclosed = new ArrayList<>(stopping.keySet());
        unclosed.removeAll(toInspect);
        if (running != null) {
            unclosed.add(running.update());
        }
        return unclosed;
    }
}
