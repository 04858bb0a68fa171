package dev.littoral.workflows;

import dev.littoral.workflows.spec.JobsPage;
import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.ChangeAnswer;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.Rejection;
import dev.littoral.workflows.model.RetryInfo;
import dev.littoral.workflows.model.RunningProgress;
import dev.littoral.workflows.model.UpdateReport;
import dev.littoral.workflows.model.UpdateState;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.failure.CanceledFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A collection's state and every decision about it. Pure: no clock, no Temporal call; the workflow feeds it what happened and
 * carries out what it decides. One thread.
 *
 * <p>A request becomes a job. At most one job waits and one runs. A change takes the place of whatever waits and stops what
 * runs; a refresh waits for what runs and joins what waits. A job that was stopped is over as soon as its commit can no
 * longer succeed: when its workflow closed and the head was read, or when a newer declaration took the version it would
 * need.
 */
final class CollectionState {
    private static final int MAX_JOBS = 100;

    /** Jobs are in an answer and in what a run hands to the next; each of these may have 2 MB. */
    private static final int MAX_JOBS_BYTES = 1 << 20;

    private static final int MAX_REQUESTS = 200;
    private static final int MAX_REJECTED = 20;

    /** Workers whose share of the progress is added up. */
    private static final int MAX_WORKERS = 100;

    /** The reason of an update whose workflow is not there, unless the log knows better. */
    private static final String GONE = "its workflow is gone, and nobody was told how it ended";

    /** Every version is in doubt. */
    private static final long ANY = Long.MAX_VALUE;

    private static final String RETIRED = "the collection is retired";

    private final String collectionId;
    private final CollectionOptions options;

    private boolean opened;
    private Head head = Head.NONE;
    private ExternalSource wanted;
    private long nextUpdate = 1;
    private Job pending;
    private Job running;
    private final Map<Long, Stopping> stopping = new LinkedHashMap<>();
    private final Deque<Long> toInspect = new ArrayDeque<>();
    private final Deque<Job> jobs = new ArrayDeque<>();
    private long jobsBytes;
    private final Map<String, Long> requests = new LinkedHashMap<>();
    private final Deque<Rejection> rejected = new ArrayDeque<>();
    private Instant rested;
    private Job lastFailure;
    private final List<Job> fresh = new ArrayList<>();

    /** When the last update was launched, and how many in a row a change has stopped since one ended by itself. */
    private Instant launched;

    private int restless;
    private boolean paused;
    /** The new numbers of waiting jobs, by the old ones, for those who wait for one; these end with the run. */
    private final Map<Long, Long> successors = new TreeMap<>();

    private boolean retiring;
    private boolean over;

    /**
     * The version upon which a declaration failed; while it is the newest, that declaration may still come through. {@link #ANY} while
     * nobody knows upon which version one was written.
     */
    private long doubtful;

    private String note;

    /** Whether it looks at updates that do not say that they ended; runs that builds before began do not. */
    private boolean looks;

    /** When it looks whether the updates that have not closed are still there, and how long it waits then; null while there are none. */
    private Instant lookAt;

    private Duration lookAgain = Policies.FIRST_LOOK;
    private Instant looked;

    /** Updates that were not there when they were looked at last: one that has just closed is about to say so itself. */
    private final Set<Long> missing = new TreeSet<>();

    /** Updates of which nobody was told how they ended. */
    private final Set<Long> untold = new TreeSet<>();

    /** Whether versions were written since the last declaration that this collection has not seen. */
    private boolean unseen;

    // What workers say; nothing is decided on it.
    private RetryInfo trouble;
    private RunningProgress progress;
    private final Map<String, Long> doneByWorker = new TreeMap<>();

    /**
     * A job whose workflow was asked to stop or has closed, and how it ends unless it has committed.
     *
     * @param follows whether another job takes its place: somebody else's version was in the way, or nobody knows how it ended
     */
    private record Stopping(Job job, UpdateState end, FailureType failure, String reason, boolean follows) {
        Stopping(Job job, UpdateState end, FailureType failure, String reason) {
            this(job, end, failure, reason, false);
        }
    }

    CollectionState(String collectionId, CollectionOptions options) {
        this.collectionId = collectionId;
        this.options = options;
    }

    /** Has it look at updates that do not say that they ended, from here on. */
    void looks() {
        looks = true;
    }

    /** Takes over from the run before. */
    void restore(CarriedState carried) {
        opened = true;
        head = carried.head();
        wanted = carried.wanted();
        nextUpdate = carried.nextUpdate();
        pending = carried.pending();
        carried.jobs().forEach(this::list);
        lastFailure = carried.lastFailure();
        carried.requests().forEach(request -> requests.put(request.id(), request.job()));
        doubtful = carried.doubtful();
        paused = carried.paused();
        rested = carried.rested();
        note = carried.note();
        rejected.addAll(carried.rejected());
    }

    CarriedState carry() {
        List<CarriedState.AnsweredRequest> answered = new ArrayList<>();
        requests.forEach((id, job) -> answered.add(new CarriedState.AnsweredRequest(id, job)));
        return new CarriedState(
                head,
                wanted,
                nextUpdate,
                pending,
                List.copyOf(jobs),
                lastFailure,
                answered,
                doubtful,
                paused,
                rested,
                note,
                List.copyOf(rejected));
    }

    /** The catalog was read for the first time: numbers and source go on from there. */
    void opened(Head newest) {
        opened = true;
        saw(newest);
        wanted = newest.source();
    }

    boolean isRetired() {
        return head.retired();
    }

    /** Whether the collection has ended: nothing runs or waits, and every request is refused. */
    boolean isOver() {
        return over;
    }

    Head head() {
        return head;
    }

    CollectionOptions options() {
        return options;
    }

    /** The number of the last update, or 0. */
    long lastUpdate() {
        return nextUpdate - 1;
    }

    // ------------------------------------------------------------------ what happens

    void handle(Message message, Instant now) {
        switch (message) {
            case Message.Change change -> change(change, now);
            case Message.Rejected bad -> rejected(bad.signal(), bad.reason(), now);
            case Message.Refresh refresh -> refresh(refresh, now);
            case Message.CancelUpdate ignored -> cancelUpdate(now);
            case Message.Pause ignored -> paused = true;
            case Message.Resume ignored -> paused = false;
            case Message.Retire ignored -> retiring = true;
            case Message.UpdateClosed closed -> closed(closed, now);
        }
    }

    private void change(Message.Change change, Instant now) {
        if (over) {
            refuse(change.trigger(), RETIRED + "; expected another collectionId", change.reply(), now);
            return;
        }
        ExternalSource source = change.source();
        lookSoon(now);
        if (source.equals(wanted)) {
            Job serving = serving(source);
            if (serving != null) {
                note = change.trigger() + " at " + now + " names the current source: update " + serving.update()
                        + " is " + serving.state() + ", nothing to do";
                reply(change.reply(), serving);
                return;
            }
        }
        if (pending != null) {
            doubt(pending);
        }
        Job job = accept(change.trigger(), source, now);
        if (pending != null) {
            end(
                    pending,
                    UpdateState.SUPERSEDED,
                    null,
                    "update " + job.update() + " took its place before it started",
                    now);
        }
        wanted = source;
        pending = job;
        reply(change.reply(), job);
    }

    /** The job that makes this source good already: it waits, runs, or ended well; null when there is none. */
    private Job serving(ExternalSource source) {
        if (pending != null) {
            return pending;
        }
        if (running != null) {
            // Whatever else is wanted waits.
            return running;
        }
        Job last = jobs.peekLast();
        return last != null
                        && source.equals(last.source())
                        && (last.state() == UpdateState.COMMITTED || last.state() == UpdateState.UNCHANGED)
                ? last
                : null;
    }

    private void refresh(Message.Refresh refresh, Instant now) {
        if (over || wanted == null) {
            refuse(
                    refresh.trigger(),
                    over
                            ? RETIRED + "; expected another collectionId"
                            : "the collection has no source yet; expected " + MessageNames.SOURCE_CHANGED + " or "
                                    + MessageNames.CHANGE_SOURCE + " first",
                    refresh.reply(),
                    now);
            return;
        }
        lookSoon(now);
        if (pending == null) {
            pending = accept(refresh.trigger(), wanted, now);
        }
        reply(refresh.reply(), pending);
    }

    /**
     * A waiting job is over without its declaration. A run of this task that was lost may have written it all the same, upon a version
     * it knew and this run does not; only a declaration that is answered settles that.
     */
    private void doubt(Job waiting) {
        if (!isDeclared(waiting.source())) {
            doubtful = ANY;
        }
    }

    private void cancelUpdate(Instant now) {
        lookSoon(now);
        if (pending != null) {
            doubt(pending);
            end(pending, UpdateState.CANCELED, null, "cancelled by request before it started", now);
            pending = null;
        }
        if (running != null) {
            stop(running, UpdateState.CANCELED, "cancelled by request");
        }
    }

    private void refuse(String message, String reason, PendingReply reply, Instant now) {
        rejected(message, reason, now);
        if (reply != null) {
            reply.refuse(reason);
        }
    }

    private void rejected(String message, String reason, Instant now) {
        rejected.addLast(new Rejection(message, now, reason));
        if (rejected.size() > MAX_REJECTED) {
            rejected.removeFirst();
        }
    }

    private void closed(Message.UpdateClosed closed, Instant now) {
        Stopping stopped = stopping.get(closed.update());
        Job job = stopped != null ? stopped.job() : running;
        if (job == null || job.update() != closed.update()) {
            // It was over before its workflow closed.
            return;
        }
        if (stopped == null) {
            restless = 0;
        }
        UpdateReport report = closed.report();
        boolean newer = looks && report != null && report.version() > head.version();
        if (report != null && report.outcome() == UpdateState.UNCHANGED && !newer) {
            forget(job);
            end(job, UpdateState.UNCHANGED, null, report.reason(), now);
            return;
        }
        if (stopped == null) {
            running = null;
        }
        if (report == null && alreadyStarted(closed.failure())) {
            // A workflow of that ID is left from before; the next number is free or the one after.
            if (stopped != null) {
                settle(stopped, now);
                return;
            }
            pending = pending != null ? pending : accept(job.trigger(), job.source(), now);
            end(job, UpdateState.SUPERSEDED, null, "a workflow of this number runs already", now);
            return;
        }
        stopping.put(
                closed.update(),
                stopped != null && report == null ? stopped : claim(job, report, closed.failure(), stopped == null));
        toInspect.addLast(closed.update());
    }

    // ------------------------------------------------------------------ updates that are silent

    /** Updates that have not closed as far as is known. */
    List<Long> unclosed() {
        List<Long> unclosed = new ArrayList<>(stopping.keySet());
        unclosed.removeAll(toInspect);
        if (running != null) {
            unclosed.add(running.update());
        }
        return unclosed;
    }

    /** Somebody asks for something: whether the updates are still there is looked at soon, but not at each of many messages. */
    private void lookSoon(Instant now) {
        Instant soon = lookAt == null ? null : looked.plus(Policies.BETWEEN_LOOKS);
        if (soon != null && soon.isBefore(lookAt)) {
            lookAt = soon.isBefore(now) ? now : soon;
        }
    }

    /** The updates that have not closed were looked at; {@code absent} are those whose workflow is not there. */
    void looked(List<Long> absent, Instant now) {
        looked = now;
        List<Long> gone = absent.stream().filter(missing::contains).toList();
        missing.clear();
        missing.addAll(absent);
        missing.removeAll(gone);
        if (missing.isEmpty()) {
            Duration twice = lookAgain.multipliedBy(2);
            lookAgain = twice.compareTo(Policies.LAST_LOOK) > 0 ? Policies.LAST_LOOK : twice;
        }
        lookAt = now.plus(missing.isEmpty() ? lookAgain : Policies.LOOK_TWICE);
        for (long update : gone) {
            if (running != null && running.update() == update) {
                stopping.put(update, new Stopping(running, UpdateState.SUPERSEDED, null, GONE, true));
                running = null;
            }
            if (stopping.containsKey(update) && !toInspect.contains(update)) {
                untold.add(update);
                toInspect.addLast(update);
            }
        }
    }

    /** Whether nobody was told how an update ended, so that the log is looked through for its commit. */
    boolean isUntold(long update) {
        return untold.contains(update);
    }

    /** How a workflow says it ended. The head may know better: a commit whose answer was lost. */
    private static Stopping claim(Job job, UpdateReport report, RuntimeException failure, boolean byItself) {
        if (report != null) {
            return new Stopping(
                    job,
                    report.outcome(),
                    report.failure(),
                    report.reason(),
                    byItself && report.outcome() == UpdateState.SUPERSEDED);
        }
        if (cancelled(failure)) {
            return new Stopping(job, UpdateState.CANCELED, null, "its workflow was cancelled");
        }
        FailureReason found = FailureReason.of(failure);
        return new Stopping(job, UpdateState.FAILED, found.type(), found.reason());
    }

    private static boolean cancelled(Throwable failure) {
        return failure instanceof CanceledFailure || (failure != null && cancelled(failure.getCause()));
    }

    private static boolean alreadyStarted(Throwable failure) {
        return failure instanceof WorkflowExecutionAlreadyStarted
                || (failure != null && alreadyStarted(failure.getCause()));
    }

    // ------------------------------------------------------------------ what is decided

    /** What to do next. Carrying it out changes the state through the methods below. */
    Decision next(Instant now) {
        Decision next = decided(now);
        return next instanceof Decision.Idle idle ? idle(idle.until(), now) : next;
    }

    private Decision decided(Instant now) {
        if (retiring && running != null) {
            stop(running, UpdateState.CANCELED, RETIRED);
        }
        if (!toInspect.isEmpty()) {
            return new Decision.Inspect(toInspect.peekFirst());
        }
        if (retiring) {
            return stopping.isEmpty() ? new Decision.Retire() : new Decision.Idle(null);
        }
        Instant refreshAt = refreshAt();
        if (refreshAt != null && !refreshAt.isAfter(now)) {
            pending = accept("timer", wanted, now);
        }
        if (pending != null) {
            if (running != null && !running.source().equals(pending.source())) {
                restless++;
                stop(
                        running,
                        UpdateState.SUPERSEDED,
                        "the source changed: update " + pending.update() + " takes its place");
            }
            boolean declared = isDeclared(pending.source());
            // One that was stopped upon this very source could still commit; what it did is known when it has closed.
            if (running == null && (!declared || stopping.isEmpty())) {
                Instant earliest = earliest();
                return earliest.isAfter(now)
                        ? new Decision.Idle(earliest)
                        : declared ? new Decision.Launch(pending) : new Decision.Declare(pending);
            }
        }
        return new Decision.Idle(refreshAt());
    }

    /** Where there is nothing else to do: waits, but not longer than until the next look. */
    private Decision idle(Instant until, Instant now) {
        List<Long> unclosed = looks ? unclosed() : List.of();
        if (unclosed.isEmpty()) {
            lookAt = null;
            return new Decision.Idle(until);
        }
        if (lookAt == null) {
            looked = now;
            lookAt = now.plus(Policies.FIRST_LOOK);
            lookAgain = Policies.FIRST_LOOK;
        }
        if (!lookAt.isAfter(now)) {
            return new Decision.Look(unclosed);
        }
        return new Decision.Idle(until == null || lookAt.isBefore(until) ? lookAt : until);
    }

    /** When the next update may start: at once, but where changes follow on one another, they are waited for a while. */
    private Instant earliest() {
        return launched == null ? Instant.MIN : launched.plus(Policies.gap(restless));
    }

    private Instant refreshAt() {
        boolean refreshes =
                running == null && pending == null && !paused && !retiring && wanted != null && rested != null;
        return refreshes && options.refreshEvery() != null ? rested.plus(options.refreshEvery()) : null;
    }

    /** Jobs that were asked to stop; the workflow cancels those it has not cancelled yet. */
    Iterable<Long> stoppingJobs() {
        return stopping.keySet();
    }

    /** Why a job was asked to stop. */
    String stopReason(long update) {
        return stopping.get(update).reason();
    }

    /** Whether a source is the head's, and no other can come between. */
    boolean isDeclared(ExternalSource source) {
        return source.equals(head.source()) && head.version() != doubtful && doubtful != ANY;
    }

    /** The waiting job's source is the head's, or the collection is retired. */
    void declared(Instant now) {
        // The version each of these would have to create is taken, so none can commit any more.
        if (looks && unseen) {
            // But it may have before, in a version that was not seen.
            untold.addAll(stopping.keySet());
            toInspect.clear();
            toInspect.addAll(stopping.keySet());
            unseen = false;
            return;
        }
        for (Stopping stopped : List.copyOf(stopping.values())) {
            settle(stopped, now);
        }
        toInspect.clear();
    }

    /**
     * The head moved before a declaration. Numbers in the log never go back: where a run of this workflow's task that was lost has
     * written with greater ones, the waiting job gets a new one.
     */
    void moved(Head newest, Instant now) {
        unseen |= newest.version() > head.version() + 1;
        saw(newest);
        settleCommitted(newest, now);
        renumber(newest, now);
    }

    private void renumber(Head newest, Instant now) {
        boolean past = looks
                ? pending != null && newest.isPast(pending.update())
                : pending != null && pending.update() < newest.update();
        if (past && !newest.retired()) {
            Job old = pending;
            pending = accept(old.trigger(), old.source(), now);
            successors.put(old.update(), pending.update());
            end(
                    old,
                    UpdateState.SUPERSEDED,
                    null,
                    "update " + pending.update() + " takes its place: the catalog knows an update " + newest.update()
                            + " already",
                    now);
        }
    }

    /**
     * The waiting job's declaration failed for good. The wish stays: the next refresh declares it. As the write may yet come
     * through, nothing rests on this version any more: even its own source is declared again.
     */
    void declarationFailed(FailureReason failure, Instant now) {
        doubtful = doubtful == ANY ? ANY : head.version();
        Job job = pending;
        pending = null;
        end(job, UpdateState.FAILED, failure.type(), failure.reason(), now);
    }

    /** The waiting job's source is not this worker's to read: the collection goes on with the one it had. */
    void declarationRefused(String reason, Instant now) {
        Job job = pending;
        pending = null;
        wanted = head.source();
        rejected(job.trigger(), reason, now);
        end(job, UpdateState.FAILED, FailureType.INPUT, reason, now);
    }

    /** The waiting job's workflow is started. */
    Job launched(Job job, Instant now) {
        pending = null;
        launched = now;
        // The first look at it is counted from here: before it has started it is not there.
        lookAt = null;
        missing.clear();
        running = job.running(head.generation());
        return running;
    }

    /** The head was read for an update that closed; {@code newest} is null where it could not be read. */
    void inspected(long update, Head newest, Instant now) {
        inspected(update, newest, Head.NONE, now);
    }

    /**
     * The head was read for an update that closed.
     *
     * @param newest null where it could not be read
     * @param commit the version that the update committed, as far as is known
     */
    void inspected(long update, Head newest, Head commit, Instant now) {
        toInspect.remove(update);
        Stopping asked = stopping.get(update);
        if (newest != null) {
            if (pending == null && newest.exists() && !newest.source().equals(head.source())) {
                // Somebody else declared it; to insist would only make the two take turns.
                wanted = newest.source();
            }
            saw(newest);
            settleCommitted(newest, now);
            if (commit.exists()) {
                settleCommitted(commit, now);
            }
            if (looks) {
                renumber(newest, now);
                boolean newestIsIts = newest.update() == update && newest.kind() == HeadKind.COMMITTED;
                if (asked != null
                        && asked.follows()
                        && !newestIsIts
                        && pending == null
                        && wanted != null
                        && !retiring) {
                    pending = accept(asked.job().trigger(), wanted, now);
                }
            }
        }
        Stopping stopped = stopping.get(update);
        if (stopped != null) {
            settle(stopped, now);
        }
    }

    /**
     * The history is too long to wait for the update that runs: another takes its place, before which the collection can
     * continue as new.
     */
    void renew(Instant now) {
        if (running != null) {
            pending = pending != null ? pending : accept(running.trigger(), running.source(), now);
            stop(
                    running,
                    UpdateState.SUPERSEDED,
                    "the collection's history is too long: update " + pending.update() + " takes its place");
        }
    }

    /** The collection's end is written, or there is nothing to end. */
    void retired(Instant now) {
        over = true;
        if (pending != null) {
            end(pending, UpdateState.CANCELED, null, RETIRED, now);
            pending = null;
        }
    }

    /** The collection's end could not be written: it goes on. */
    void retireFailed(FailureReason failure, Instant now) {
        retiring = false;
        rejected(MessageNames.RETIRE, failure.type() + ": " + failure.reason(), now);
    }

    /** The head is at least this one. */
    void saw(Head newest) {
        if (doubtful == ANY && newest.version() > head.version() && newest.kind() == HeadKind.DECLARED) {
            doubtful = 0;
        }
        if (newest.version() >= head.version()) {
            head = newest;
        }
        nextUpdate = Math.max(nextUpdate, newest.update() + 1);
        // Whoever retired it, what runs is stopped first.
        retiring |= head.retired();
        if (pending != null) {
            pending = pending.declared(isDeclared(pending.source()) ? head.generation() : 0);
        }
    }

    private Job accept(String trigger, ExternalSource source, Instant now) {
        long generation = isDeclared(source) ? head.generation() : 0;
        return new Job(nextUpdate++, UpdateState.PENDING, trigger, source, generation, 0, now, null, null, null);
    }

    private void stop(Job job, UpdateState end, String reason) {
        running = null;
        stopping.put(job.update(), new Stopping(job, end, null, reason));
    }

    private void settleCommitted(Head newest, Instant now) {
        Stopping stopped = stopping.get(newest.update());
        if (stopped != null && newest.kind() == HeadKind.COMMITTED) {
            forget(stopped.job());
            end(stopped.job(), UpdateState.COMMITTED, null, newest.reason(), now);
        }
    }

    private void settle(Stopping stopped, Instant now) {
        forget(stopped.job());
        end(stopped.job(), stopped.end(), stopped.failure(), stopped.reason(), now);
    }

    private void forget(Job job) {
        stopping.remove(job.update());
        untold.remove(job.update());
        toInspect.remove(job.update());
        if (running != null && running.update() == job.update()) {
            running = null;
        }
    }

    private void end(Job job, UpdateState state, FailureType failure, String reason, Instant now) {
        Job ended = job.ended(state, head.version(), now, failure, reason);
        list(ended);
        fresh.add(ended);
        if (state == UpdateState.FAILED) {
            lastFailure = ended;
        }
        if (running == null) {
            unsay();
        }
        rested = now;
    }

    /** What workers said is of an update that is over. */
    private void unsay() {
        trouble = null;
        progress = null;
        doneByWorker.clear();
    }

    /** The jobs that ended since this was asked last. */
    List<Job> ended() {
        List<Job> ended = List.copyOf(fresh);
        fresh.clear();
        return ended;
    }

    /** A worker says how far it is, or what it has trouble with. */
    void heard(ProgressSignal.News news, Instant now) {
        if (news.trouble() != null) {
            trouble = news.trouble();
        }
        if (running == null || running.update() != news.update() || news.step() == null || news.worker() == null) {
            return;
        }
        if (progress == null
                || progress.update() != news.update()
                || !news.step().equals(progress.step())) {
            doneByWorker.clear();
        }
        if (news.trouble() == null) {
            trouble = null;
        }
        if (doneByWorker.size() < MAX_WORKERS || doneByWorker.containsKey(news.worker())) {
            doneByWorker.merge(news.worker(), news.done(), Math::max);
        }
        long done = doneByWorker.values().stream().mapToLong(Long::longValue).sum();
        progress = new RunningProgress(
                news.update(), news.step(), news.of() > 0 ? Math.min(done, news.of()) : done, news.of(), now);
    }

    /** What was tried again has worked. */
    void worked() {
        trouble = null;
    }

    private void list(Job ended) {
        jobs.addLast(ended);
        jobsBytes += Json.bytes(ended);
        while (jobs.size() > MAX_JOBS || (jobs.size() > 1 && jobsBytes > MAX_JOBS_BYTES)) {
            jobsBytes -= Json.bytes(jobs.removeFirst());
        }
    }

    // ------------------------------------------------------------------ what is said

    private static void reply(PendingReply reply, Job job) {
        if (reply != null) {
            reply.serve(job.update());
        }
    }

    /** The job that served a request of this update id before, or 0. */
    long servedBefore(String requestId) {
        return requests.getOrDefault(requestId, 0L);
    }

    void served(String requestId, long job) {
        requests.put(requestId, job);
        if (requests.size() > MAX_REQUESTS) {
            requests.remove(requests.keySet().iterator().next());
        }
    }

    /** The answer to a request that job {@code number} serves. */
    ChangeAnswer answer(long number) {
        Job job = find(number);
        return job == null
                ? new ChangeAnswer(number, head.generation(), UpdateState.SUPERSEDED, "too long ago to be listed")
                : new ChangeAnswer(job.update(), job.generation(), job.state(), job.reason());
    }

    /** Whether a change that job {@code number} serves is in the catalog, or can come there no more. */
    boolean isSettled(long number) {
        Job job = find(number);
        return job == null || job.generation() > 0 || job.state().isEnd();
    }

    private Job find(long asked) {
        long number = asked;
        while (successors.containsKey(number)) {
            number = successors.get(number);
        }
        if (pending != null && pending.update() == number) {
            return pending;
        }
        if (running != null && running.update() == number) {
            return running;
        }
        Stopping stopped = stopping.get(number);
        if (stopped != null) {
            return stopped.job();
        }
        for (Job job : jobs) {
            if (job.update() == number) {
                return job;
            }
        }
        return null;
    }

    /** Whether a job waits to be declared or launched. */
    boolean isWaiting() {
        return pending != null;
    }

    /** Whether nothing is under way that a next run could not know of. */
    boolean isBetweenUpdates() {
        return opened && running == null && stopping.isEmpty() && !retiring;
    }

    /** In one word: starting, updating, idle, paused, failed or retired. */
    String state() {
        if (!opened) {
            return "starting";
        }
        if (over || head.retired()) {
            return "retired";
        }
        if (running != null || pending != null || !stopping.isEmpty()) {
            return "updating";
        }
        if (paused) {
            return "paused";
        }
        Job last = jobs.peekLast();
        return last != null && last.state() == UpdateState.FAILED ? "failed" : "idle";
    }

    CollectionStatus status() {
        Job active = running != null
                ? running
                : stopping.values().stream().map(Stopping::job).findFirst().orElse(null);
        return new CollectionStatus(
                collectionId,
                state(),
                wanted,
                head.generation(),
                head.version(),
                head.totals(),
                options,
                active,
                progress,
                trouble,
                pending,
                jobs.peekLast(),
                lastFailure,
                refreshAt(),
                note,
                List.copyOf(rejected));
    }

    /** A page of {@link #jobs()}. */
    List<Job> jobs(JobsPage page) {
        return jobs().stream()
                .filter(job -> job.update() < page.before())
                .limit(page.limit())
                .toList();
    }

    /** The updates that run, wait or ended, newest first. */
    List<Job> jobs() {
        List<Job> all = new ArrayList<>();
        if (pending != null) {
            all.add(pending);
        }
        if (running != null) {
            all.add(running);
        }
        stopping.values().forEach(stopped -> all.add(stopped.job()));
        all.addAll(jobs);
        // One that was stopped may end after one that came later.
        all.sort(Comparator.comparingLong(Job::update).reversed());
        return all;
    }
}
