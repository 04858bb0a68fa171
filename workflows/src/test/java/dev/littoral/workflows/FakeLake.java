package dev.littoral.workflows;

import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.PreparedSnapshot;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.RetireRequest;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.SnapshotFolder;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.spec.RollbackTarget;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.failure.ApplicationFailure;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * A catalog and sources in memory. Heads grow by base + 1 only. Every step can be held and made to fail; a step is
 * named as its activity is, in camel case, and {@code committed} is the moment after a commit was written and before it
 * is answered.
 */
final class FakeLake implements CatalogActivities, UpdateActivities {
    /** How long a test waits for a step before it gives up. */
    private static final long TIMEOUT_SECONDS = 480;

    private static final Totals TOTALS = new Totals(3, 300, 3, 30, 2, 0, 0);

    private final FakeConsumers consumers = new FakeConsumers(this);
    private final FakeDeployments deployments = new FakeDeployments();
    private final Map<String, List<Head>> logs = new HashMap<>();
    private final Map<String, Integer> contents = new HashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final List<ListRequest> listings = new ArrayList<>();
    private final Map<String, Deque<Hold>> holds = new HashMap<>();
    private final Map<String, Hold> heldSteps = new HashMap<>();
    private final Map<String, Deque<String>> failures = new HashMap<>();
    private final Map<String, String> sentences = new HashMap<>();
    private final Set<String> staged = new TreeSet<>();
    private final Set<String> objects = new TreeSet<>();
    private final AtomicInteger held = new AtomicInteger();
    private boolean discardedUnderway;
    private int changing;
    private int touched = 2;
    private boolean prepares;
    private SourcePolicy rules = SourcePolicy.NONE;
    private Supplier<Instant> clock = () -> null;

    /** When the newest listing of each update began. */
    private final Map<String, Instant> listedAt = new HashMap<>();

    /** A step that stops until it is released, or learns by a heartbeat that it is cancelled. */
    static final class Hold {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private volatile boolean deaf;

        /** From now on it learns of no cancel, as work that is far from its next heartbeat. */
        Hold deafen() {
            deaf = true;
            return this;
        }

        Hold awaitReached() throws InterruptedException {
            if (!reached.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the step is not reached");
            }
            return this;
        }

        void release() {
            released.countDown();
        }

        private void pass(boolean heartbeats) {
            reached.countDown();
            ActivityExecutionContext context = Activity.getExecutionContext();
            try {
                while (!released.await(10, TimeUnit.MILLISECONDS)) {
                    if (heartbeats && !deaf) {
                        context.heartbeat(null);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("stopped", e);
            }
        }
    }

    // ------------------------------------------------------------------ what a test does and sees

    FakeConsumers consumers() {
        return consumers;
    }

    FakeDeployments deployments() {
        return deployments;
    }

    /** From now on listings prepare the next snapshot, as little changes. */
    synchronized void prepare() {
        prepares = true;
    }

    /** The next call of a step that is neither held yet nor made to fail stops. */
    synchronized Hold hold(String step) {
        Hold hold = new Hold();
        holds.computeIfAbsent(step, any -> new ArrayDeque<>()).add(hold);
        return hold;
    }

    /** All calls of a step stop until {@link #releaseEvery}, however often it is tried meanwhile. */
    synchronized Hold holdEvery(String step) {
        Hold hold = new Hold();
        heldSteps.put(step, hold);
        return hold;
    }

    synchronized void releaseEvery(String step) {
        heldSteps.remove(step).release();
    }

    /** The next calls of a step fail. */
    synchronized void fail(String step, FailureType type, int times) {
        fail(step, type.name(), times);
    }

    /** The next calls of a step fail. */
    synchronized void fail(String step, String type, int times) {
        Deque<String> queue = failures.computeIfAbsent(step, any -> new ArrayDeque<>());
        for (int i = 0; i < times; i++) {
            queue.add(type);
        }
    }

    /** What a step that fails says; without this it names itself and the type. */
    synchronized void say(String step, String sentence) {
        sentences.put(step, sentence);
    }

    /** No more calls of a step fail. */
    synchronized void failNoMore(String step) {
        failures.remove(step);
    }

    /** A file changes under the next reads. */
    synchronized void changeUnderReads(int times) {
        changing = times;
    }

    /** Sets how many shards have to be read where something has changed. */
    synchronized void touchedShards(int shards) {
        touched = shards;
    }

    /** The source's files change. */
    synchronized void touch(ExternalSource source) {
        contents.merge(source.uri(), 1, Integer::sum);
    }

    /** A source is as it was before it was touched. */
    synchronized void untouch(ExternalSource source) {
        contents.merge(source.uri(), -1, Integer::sum);
    }

    /** Which sources may be read. */
    synchronized void rules(SourcePolicy newRules) {
        rules = newRules;
    }

    synchronized List<Head> log(String collectionId) {
        return List.copyOf(logs.getOrDefault(collectionId, List.of()));
    }

    synchronized Head newest(String collectionId) {
        List<Head> log = log(collectionId);
        return log.isEmpty() ? Head.NONE : log.get(log.size() - 1);
    }

    /** Somebody else writes the next version. */
    synchronized void write(String collectionId, HeadKind kind, ExternalSource source, long update) {
        write(collectionId, CollectionFixture.next(newest(collectionId), kind, source, update));
    }

    /** Somebody else writes this version, which is the next. */
    synchronized void write(String collectionId, Head head) {
        logs.computeIfAbsent(collectionId, any -> new ArrayList<>()).add(head);
    }

    /** Whether the newest version serves what its source has now. */
    synchronized boolean isCurrent(String collectionId) {
        Head newest = newest(collectionId);
        return newest.snapshot() != null && newest.snapshot().key().endsWith("/" + content(newest.source()));
    }

    /** How often a step was called, tries that failed included. */
    synchronized long calls(String step) {
        return calls.stream().filter(step::equals).count();
    }

    /** What was to be listed, tries that failed included. */
    synchronized List<ListRequest> listings() {
        return List.copyOf(listings);
    }

    /** Whether staging was removed while a step that was held had not ended. */
    synchronized boolean discardedUnderway() {
        return discardedUnderway;
    }

    synchronized Collection<String> staged() {
        return List.copyOf(staged);
    }

    /** Folders of snapshot objects that no head names. */
    synchronized List<String> garbage() {
        return objects.stream()
                .filter(folder -> logs.values().stream()
                        .flatMap(List::stream)
                        .noneMatch(head ->
                                head.snapshot() != null && head.snapshot().key().startsWith(folder)))
                .toList();
    }

    synchronized void forgetGarbage() {
        objects.removeAll(garbage());
    }

    void enter(String step, boolean heartbeats) {
        Hold hold;
        String failure;
        String sentence;
        synchronized (this) {
            if (Activity.getExecutionContext().getInfo().isLocal()
                    && (isQueued(failures, step) || isQueued(holds, step) || heldSteps.containsKey(step))) {
                // What is to be held or to fail does so where it can be watched: in the ordinary activity that follows.
                throw ApplicationFailure.newFailure(step + " takes too long", FailureType.TRANSIENT.name());
            }
            calls.add(step);
            failure = failures.getOrDefault(step, new ArrayDeque<>()).poll();
            sentence = sentences.getOrDefault(step, step + " fails with " + failure);
            Hold every = heldSteps.get(step);
            hold = failure != null || every != null
                    ? every
                    : holds.getOrDefault(step, new ArrayDeque<>()).poll();
        }
        if (hold != null) {
            held.incrementAndGet();
            try {
                hold.pass(heartbeats);
            } finally {
                held.decrementAndGet();
            }
        }
        if (failure != null) {
            throw failure.equals(UpdateActivities.STAGING_GONE)
                    ? ApplicationFailure.newNonRetryableFailure(sentence, failure)
                    : ApplicationFailure.newFailure(sentence, failure);
        }
    }

    private static boolean isQueued(Map<String, ? extends Deque<?>> queues, String step) {
        return queues.containsKey(step) && !queues.get(step).isEmpty();
    }

    // ------------------------------------------------------------------ catalog

    @Override
    public Head openCollection(String collectionId, ExternalSource source) {
        enter("openCollection", false);
        Optional<String> refusal = source == null ? Optional.empty() : rules.refusal(source);
        if (refusal.isPresent()) {
            throw ApplicationFailure.newNonRetryableFailure(refusal.get(), FailureType.INPUT.name());
        }
        return newest(collectionId);
    }

    @Override
    public Head readHead(String collectionId) {
        enter("readHead", false);
        return newest(collectionId);
    }

    @Override
    public Head findCommit(String collectionId, long update) {
        enter("findCommit", false);
        return log(collectionId).reversed().stream()
                .filter(head -> head.kind() == HeadKind.COMMITTED && head.update() == update)
                .findFirst()
                .orElse(Head.NONE);
    }

    @Override
    public CommitOutcome declareSource(DeclareRequest request) {
        enter("declareSource", false);
        Optional<String> refusal = rules.refusal(request.source());
        if (refusal.isPresent()) {
            return new CommitOutcome.Refused(refusal.get());
        }
        Head base = request.base();
        CommitOutcome outcome = create(
                request.collectionId(),
                base,
                head(
                        base,
                        request.commitId(),
                        HeadKind.DECLARED,
                        request.source(),
                        base.generation() + 1,
                        request.update(),
                        base.snapshot(),
                        base.nextSegmentId(),
                        request.reason()));
        enter("declared", false);
        return outcome;
    }

    @Override
    public CommitOutcome rollBack(RollbackRequest request) {
        enter("rollBack", false);
        Head base = request.base();
        Head older = log(request.collectionId()).stream()
                .filter(head -> head.version() == request.version())
                .findFirst()
                .orElse(null);
        if (older == null || older.snapshot() == null || older.snapshot().equals(base.snapshot())) {
            return new CommitOutcome.Refused("version " + request.version() + " cannot be served");
        }
        CommitOutcome outcome = create(
                request.collectionId(),
                base,
                head(
                        base,
                        request.commitId(),
                        HeadKind.ROLLED_BACK,
                        base.source(),
                        base.generation(),
                        request.update(),
                        older.snapshot(),
                        base.nextSegmentId(),
                        new RollbackTarget(request.version(), request.reason()).sentence()));
        enter("rolledBack", false);
        return outcome;
    }

    @Override
    public CommitOutcome retireCollection(RetireRequest request) {
        enter("retireCollection", false);
        Head base = request.base();
        return create(
                request.collectionId(),
                base,
                head(
                        base,
                        request.commitId(),
                        HeadKind.RETIRED,
                        base.source(),
                        base.generation(),
                        request.update(),
                        base.snapshot(),
                        base.nextSegmentId(),
                        "retired by request"));
    }

    @Override
    public CommitResult commitSnapshot(CommitRequest request) {
        enter("commitSnapshot", true);
        Head base = request.base();
        CommitOutcome outcome = create(
                request.collectionId(),
                base,
                head(
                        base,
                        request.commitId(),
                        HeadKind.COMMITTED,
                        request.source(),
                        base.generation(),
                        request.update(),
                        new SnapshotRef(
                                request.objects() + "/" + content(request.source()), "00", TOTALS, listedAt(request)),
                        request.nextSegmentId(),
                        request.reason()));
        enter("committed", true);
        return new CommitResult(outcome, 1, Map.of("catalog.create", 1L));
    }

    private synchronized Instant listedAt(CommitRequest request) {
        return listedAt.get(request.collectionId() + " " + request.update());
    }

    @Override
    public Map<String, Long> cleanCatalog(CleanRequest request) {
        enter("cleanCatalog", true);
        return Map.of("catalog.list", 1L);
    }

    @Override
    public Map<String, Long> discardStaging(DiscardRequest request) {
        enter("discardStaging", false);
        synchronized (this) {
            discardedUnderway |= held.get() > 0;
            staged.removeIf(key -> Long.parseLong(key.substring(key.lastIndexOf(' ') + 1)) <= request.update()
                    && key.startsWith(request.collectionId() + " "));
            objects.removeAll(request.objects());
        }
        return Map.of("catalog.delete", 1L);
    }

    private static Head head(
            Head base,
            String commitId,
            HeadKind kind,
            ExternalSource source,
            long generation,
            long update,
            SnapshotRef snapshot,
            long nextSegmentId,
            String reason) {
        return new Head(
                base.version() + 1,
                commitId,
                kind,
                source,
                generation,
                update,
                snapshot,
                nextSegmentId,
                Instant.EPOCH,
                reason);
    }

    private synchronized CommitOutcome create(String collectionId, Head base, Head next) {
        List<Head> log = logs.computeIfAbsent(collectionId, any -> new ArrayList<>());
        if (log.size() == base.version()) {
            log.add(next);
            return new CommitOutcome.Created(next);
        }
        Head there = log.get((int) base.version());
        return there.commitId().equals(next.commitId())
                ? new CommitOutcome.Created(there)
                : new CommitOutcome.Moved(log.get(log.size() - 1));
    }

    private synchronized String content(ExternalSource source) {
        return source.uri().replaceAll("[^a-z0-9]+", "-") + contents.getOrDefault(source.uri(), 0);
    }

    // ------------------------------------------------------------------ updates

    /** Listings say when they began; without a clock they do not, as those of older builds. */
    synchronized void tellTime(Supplier<Instant> now) {
        clock = now;
    }

    @Override
    public ListingOutcome listFiles(ListRequest request) {
        Instant began;
        synchronized (this) {
            listings.add(request);
            began = clock.get();
            listedAt.put(request.collectionId() + " " + request.update(), began);
        }
        enter("listFiles", true);
        Head newest = newest(request.collectionId());
        if (newest.version() > request.base().version()) {
            return ListingOutcome.moved(newest, false, Map.of());
        }
        SnapshotRef before = request.base().snapshot();
        List<SkippedFile> skipped = List.of(new SkippedFile("_SUCCESS", "hidden"));
        Map<String, Long> requests = Map.of("source.list", 1L);
        if (before != null && before.key().endsWith("/" + content(request.source()))) {
            return new ListingOutcome(
                    null,
                    0,
                    List.of(),
                    false,
                    4,
                    1,
                    skipped,
                    before.totals(),
                    Totals.NONE,
                    1,
                    null,
                    requests,
                    null,
                    began,
                    null,
                    null);
        }
        PreparedSnapshot prepared = prepared(request, began);
        if (prepared == null) {
            synchronized (this) {
                staged.add(request.collectionId() + " " + request.update());
            }
        }
        return new ListingOutcome(
                "staging/" + request.update() + "/" + request.round(),
                touched,
                LongStream.rangeClosed(1, touched).boxed().toList(),
                prepared == null,
                4,
                1,
                skipped,
                Totals.NONE,
                Totals.NONE,
                1,
                null,
                requests,
                null,
                began,
                null,
                prepared);
    }

    private synchronized PreparedSnapshot prepared(ListRequest request, Instant began) {
        if (!prepares || request.commitId() == null) {
            return null;
        }
        String commitId = request.commitId() + "-" + listings.size();
        String folder = SnapshotFolder.key(request.base().version() + 1, commitId);
        objects.add(folder);
        return new PreparedSnapshot(
                commitId,
                folder,
                new SnapshotRef(folder + "/" + content(request.source()), "00", TOTALS, began),
                new ReadOutcome.Read(3, 0, 0, 0, 0, List.of(), 6, 30, 0, 0, Map.of()),
                new BalanceResult(TOTALS, 2, 30, 0, 0, 0, request.base().nextSegmentId() + 2, Map.of()),
                1,
                1);
    }

    @Override
    public ReadOutcome readFragments(ShardsRequest request) {
        enter("readFragments", true);
        synchronized (this) {
            if (changing > 0) {
                changing--;
                return new ReadOutcome.Changed("part-0 changed while it was read", Map.of("source.get", 1L));
            }
        }
        return new ReadOutcome.Read(
                request.from() == 0 ? 3 : 0, 0, 0, 0, 0, List.of(), 3, 15, 0, 0, Map.of("source.get", 2L));
    }

    @Override
    public BalanceResult balanceSegments(ShardsRequest request) {
        synchronized (this) {
            objects.add(request.objects());
        }
        enter("balanceSegments", true);
        return new BalanceResult(
                new Totals(1, 100, 1, 15, 1, 0, 0),
                1,
                15,
                0,
                0,
                0,
                request.firstSegmentId() + 1,
                Map.of("catalog.create", 1L));
    }
}
