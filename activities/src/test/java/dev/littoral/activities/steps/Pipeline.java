package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.ObjectCache;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.CatalogActivities;
import dev.littoral.workflows.SourcePolicy;
import dev.littoral.workflows.UpdateActivities;
import dev.littoral.workflows.model.BalanceResult;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.CommitResult;
import dev.littoral.workflows.model.DeclareRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FileCounts;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.PreparedSnapshot;
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.testing.TestActivityEnvironment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntConsumer;
import java.util.function.LongPredicate;

/** Runs the activities of one collection's updates in the order of the update workflow, in the test's own thread. */
final class Pipeline implements AutoCloseable {
    private static final String COLLECTION = "c";

    final WatchedStore store;
    final WatchedSources sources;
    final UpdateActivities work;
    final CatalogActivities commits;

    private final TestActivityEnvironment temporal = TestActivityEnvironment.newInstance();
    private final CollectionCatalog catalog;
    /** The number of the last update. */
    long update;

    private int commitIds;

    /** Whether something may be left in staging. */
    private boolean staged;

    /** How many shards one activity gets. */
    int groupSize = 1;

    /**
     * Whether an update has its listing prepare what changed little; else it goes step by step, as large ones do. Every
     * second one does, unless a test wants otherwise.
     */
    LongPredicate prepares = number -> number % 2 == 0;

    /** What happens between a round's listing and its reading. */
    IntConsumer afterListing = round -> {};

    Pipeline(CatalogStore store, UpdateActivitiesImpl.Opener sources, int maxFilesPerShard) {
        this(store, new WatchedSources(sources), maxFilesPerShard);
    }

    Pipeline(CatalogStore store, WatchedSources sources, int maxFilesPerShard) {
        this(store, ObjectCache.NONE, sources, maxFilesPerShard);
    }

    Pipeline(CatalogStore store, ObjectCache cache, UpdateActivitiesImpl.Opener sources, int maxFilesPerShard) {
        this(store, cache, new WatchedSources(sources), maxFilesPerShard);
    }

    private Pipeline(CatalogStore store, ObjectCache cache, WatchedSources sources, int maxFilesPerShard) {
        this(store, cache, cache, sources, maxFilesPerShard);
    }

    /** One worker lists, reads and balances, and another one commits. */
    static Pipeline ofTwoWorkers(CatalogStore store, UpdateActivitiesImpl.Opener sources, int maxFilesPerShard) {
        return new Pipeline(
                store,
                new ObjectCache(16 << 20),
                new ObjectCache(16 << 20),
                new WatchedSources(sources),
                maxFilesPerShard);
    }

    private Pipeline(
            CatalogStore store,
            ObjectCache cache,
            ObjectCache cacheOfCommits,
            WatchedSources sources,
            int maxFilesPerShard) {
        this.store = new WatchedStore(store);
        this.sources = sources;
        this.catalog = new CollectionCatalog(store, COLLECTION);
        temporal.registerActivitiesImplementations(
                new UpdateActivitiesImpl(
                        this.store,
                        cache,
                        this.sources,
                        maxFilesPerShard,
                        () -> UUID.randomUUID().toString(),
                        new RealSteps.AnyCaller(),
                        ActivityCaller::now,
                        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)),
                new CatalogActivitiesImpl(
                        this.store,
                        cacheOfCommits,
                        SourcePolicy.NONE,
                        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                        new RealSteps.AnyCaller(),
                        ActivityCaller::now));
        ActivityOptions options = ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofMinutes(10))
                .setHeartbeatTimeout(Duration.ofSeconds(1))
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                .build();
        work = temporal.newActivityStub(UpdateActivities.class, options);
        commits = temporal.newActivityStub(CatalogActivities.class, options);
    }

    TestActivityEnvironment temporal() {
        return temporal;
    }

    CollectionCatalog catalog() {
        return catalog;
    }

    @Override
    public void close() {
        temporal.close();
    }

    /**
     * What an update did.
     *
     * @param committed whether it made a version; otherwise the source listed as before
     * @param rounds how often it listed
     */
    record Update(
            boolean committed,
            Head base,
            Head head,
            int rounds,
            int touched,
            FileCounts files,
            List<SkippedFile> skipped,
            long newSegments,
            long newRows,
            long deletedRows,
            long droppedRows,
            long addedRows,
            long removedRows,
            long movedRows,
            long keptRows,
            int schemas,
            Map<String, Long> requests) {}

    Head head() throws InterruptedException {
        return catalog.heads().newest();
    }

    /** Declares a source where it is another than the head's, then updates. */
    Update update(ExternalSource source, CollectionOptions options) throws InterruptedException {
        Head base = head();
        update = Math.max(update, base.update()) + 1;
        if (!source.equals(base.source())) {
            CommitOutcome declared = commits.declareSource(
                    new DeclareRequest(COLLECTION, update, source, base, "declare-" + ++commitIds, "a test"));
            base = ((CommitOutcome.Created) declared).head();
        }
        List<String> garbage = new ArrayList<>();
        try {
            String previous = null;
            for (int round = 1; round <= 5; round++) {
                Attempt attempt = new Attempt(source, options, base, round, garbage);
                Update done = attempt.run(previous);
                if (done != null) {
                    return done;
                }
                previous = attempt.listing.prepared() == null ? attempt.listing.plan() : null;
                base = head();
            }
            throw new AssertionError("gave up after five rounds");
        } finally {
            if (staged || !garbage.isEmpty()) {
                commits.discardStaging(new DiscardRequest(COLLECTION, update, garbage));
            }
        }
    }

    /** {@link #update} within another's step. */
    void updateUnchecked(ExternalSource source, CollectionOptions options) {
        try {
            update(source, options);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** One round: the books are those of the workflow's report. */
    private final class Attempt {
        private final ExternalSource source;
        private final CollectionOptions options;
        private final Head base;
        private final int round;
        private final List<String> garbage;
        private final String commitId = update + "-commit-" + ++commitIds;
        private final String objects;
        private final Map<String, Long> requests = new LinkedHashMap<>();
        private final List<SkippedFile> skipped = new ArrayList<>();
        private ListingOutcome listing;

        Attempt(ExternalSource source, CollectionOptions options, Head base, int round, List<String> garbage) {
            this.source = source;
            this.options = options;
            this.base = base;
            this.round = round;
            this.garbage = garbage;
            this.objects = "snapshots/%010d-%s".formatted(base.version() + 1, commitId);
        }

        /** The update, or null when it has to list again. */
        Update run(String previousPlan) {
            staged = true;
            listing = work.listFiles(new ListRequest(
                    COLLECTION,
                    update,
                    round,
                    source,
                    options,
                    base,
                    previousPlan,
                    round == 1 && prepares.test(update) ? commitId : null));
            staged = listing.staged() || round > 1;
            count(listing.requests());
            skipped.addAll(listing.skippedFiles());
            if (listing.unchanged()) {
                Totals same = base.totals();
                FileCounts files =
                        new FileCounts(listing.listed(), 0, 0, 0, same.files(), listing.skipped() + same.skipped());
                return new Update(
                        false,
                        base,
                        base,
                        round,
                        0,
                        files,
                        skipped,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        listing.schemas(),
                        requests);
            }
            afterListing.accept(round);
            if (listing.prepared() != null) {
                PreparedSnapshot prepared = listing.prepared();
                skipped.addAll(prepared.read().skippedFiles());
                return committed(
                        prepared.commitId(),
                        prepared.objects(),
                        prepared.read(),
                        prepared.balance(),
                        prepared.snapshot());
            }
            ReadOutcome.Read sum = StepTotals.NO_READ;
            List<Long> firstIds = new ArrayList<>();
            long nextId = base.nextSegmentId();
            for (int from = 0; from < listing.touched(); from += groupSize) {
                switch (work.readFragments(shards(from, 0))) {
                    case ReadOutcome.Changed changed -> {
                        return null;
                    }
                    case ReadOutcome.Read read -> {
                        count(read.requests());
                        skipped.addAll(read.skippedFiles());
                        firstIds.add(nextId);
                        nextId += read.fragments();
                        sum = plus(sum, read);
                    }
                }
            }
            BalanceResult balance = StepTotals.noBalance(base.nextSegmentId());
            garbage.add(objects);
            for (int from = 0; from < listing.touched(); from += groupSize) {
                BalanceResult result = work.balanceSegments(shards(from, firstIds.get(from / groupSize)));
                count(result.requests());
                balance = plus(balance, result);
            }
            garbage.remove(objects);
            return committed(commitId, objects, sum, balance, null);
        }

        private void count(Map<String, Long> more) {
            more.forEach((kind, n) -> requests.merge(kind, n, Long::sum));
        }

        private Update committed(
                String id, String folder, ReadOutcome.Read sum, BalanceResult balance, SnapshotRef prepared) {
            garbage.add(folder);
            CommitResult result = commits.commitSnapshot(new CommitRequest(
                    COLLECTION,
                    update,
                    round,
                    source,
                    options,
                    listing.plan(),
                    folder,
                    base,
                    id,
                    balance.nextSegmentId(),
                    "a test",
                    prepared));
            if (!(result.outcome() instanceof CommitOutcome.Created created)) {
                return null;
            }
            garbage.remove(folder);
            Totals totals = listing.carried().plus(balance.totals());
            if (!totals.equals(created.head().totals())) {
                throw new AssertionError("steps add up to " + totals + ", the head to "
                        + created.head().totals());
            }
            FileCounts files = new FileCounts(
                    listing.listed(),
                    sum.added(),
                    sum.changed(),
                    sum.removed() + listing.vanished().files(),
                    sum.unchanged() + listing.carried().files(),
                    sum.skipped() + listing.skipped() + listing.carried().skipped());
            return new Update(
                    true,
                    base,
                    created.head(),
                    round,
                    listing.touched(),
                    files,
                    skipped,
                    balance.newSegments(),
                    balance.newRows(),
                    balance.deletedRows(),
                    balance.droppedRows() + listing.vanished().rows(),
                    sum.addedRows(),
                    sum.removedRows() + listing.vanished().rows(),
                    sum.movedRows(),
                    balance.keptRows(),
                    result.schemas(),
                    requests);
        }

        private ShardsRequest shards(int from, long firstId) {
            int to = Math.min(listing.touched(), from + groupSize);
            return new ShardsRequest(
                    COLLECTION, update, round, source, options, listing.plan(), from, to, firstId, objects, 0);
        }
    }

    private static ReadOutcome.Read plus(ReadOutcome.Read a, ReadOutcome.Read b) {
        return new ReadOutcome.Read(
                a.added() + b.added(),
                a.changed() + b.changed(),
                a.removed() + b.removed(),
                a.unchanged() + b.unchanged(),
                a.skipped() + b.skipped(),
                List.of(),
                a.fragments() + b.fragments(),
                a.addedRows() + b.addedRows(),
                a.removedRows() + b.removedRows(),
                a.movedRows() + b.movedRows(),
                Map.of());
    }

    private static BalanceResult plus(BalanceResult a, BalanceResult b) {
        return new BalanceResult(
                a.totals().plus(b.totals()),
                a.newSegments() + b.newSegments(),
                a.newRows() + b.newRows(),
                a.deletedRows() + b.deletedRows(),
                a.droppedRows() + b.droppedRows(),
                a.keptRows() + b.keptRows(),
                Math.max(a.nextSegmentId(), b.nextSegmentId()),
                Map.of());
    }

    /** The files that a snapshot lists, shard by shard. */
    Map<ShardRef, List<FileEntry>> snapshot(Head head) throws InterruptedException {
        Map<ShardRef, List<FileEntry>> shards = lines(head);
        shards.replaceAll(
                (shard, lines) -> lines.stream().filter(FileEntry::listed).toList());
        return shards;
    }

    /** A snapshot's lines, shard by shard: those of dead files too. */
    Map<ShardRef, List<FileEntry>> lines(Head head) throws InterruptedException {
        SnapshotRoot root = catalog.root(head).orElseThrow();
        Map<ShardRef, List<FileEntry>> shards = new LinkedHashMap<>();
        for (ShardRef shard : root.shards()) {
            shards.put(shard, catalog.lines(shard));
        }
        return shards;
    }
}
