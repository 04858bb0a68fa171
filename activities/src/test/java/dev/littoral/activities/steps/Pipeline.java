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
import dev.littoral.workflows.model.ReadOutcome;
import dev.littoral.workflows.model.ShardsRequest;
import dev.littoral.workflows.model.SkippedFile;
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

    /** How many shards one activity gets. */
    int groupSize = 1;

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
                        cache,
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
                previous = attempt.listing.plan();
                base = head();
            }
            throw new AssertionError("gave up after five rounds");
        } finally {
            commits.discardStaging(new DiscardRequest(COLLECTION, update, garbage));
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
            Map<String, Long> requests = new LinkedHashMap<>();
            listing = work.listFiles(new ListRequest(COLLECTION, update, round, source, options, base, previousPlan));
            listing.requests().forEach((kind, n) -> requests.merge(kind, n, Long::sum));
            List<SkippedFile> skipped = new ArrayList<>(listing.skippedFiles());
            if (listing.unchanged()) {
                Totals same = base.totals();
                FileCounts files =
                        new FileCounts(listing.listed(), 0, 0, 0, same.files(), listing.skipped() + same.skipped());
                return new Update(
                        false, base, base, round, 0, files, skipped, 0, 0, 0, 0, 0, 0, 0, listing.schemas(), requests);
            }
            afterListing.accept(round);
            ReadOutcome.Read sum = StepTotals.NO_READ;
            List<Long> firstIds = new ArrayList<>();
            long nextId = base.nextSegmentId();
            for (int from = 0; from < listing.touched(); from += groupSize) {
                switch (work.readFragments(shards(from, 0))) {
                    case ReadOutcome.Changed changed -> {
                        return null;
                    }
                    case ReadOutcome.Read read -> {
                        read.requests().forEach((kind, n) -> requests.merge(kind, n, Long::sum));
                        skipped.addAll(read.skippedFiles());
                        firstIds.add(nextId);
                        nextId += read.fragments();
                        sum = plus(sum, read);
                    }
                }
            }
            garbage.add(objects);
            long afterIds = base.nextSegmentId();
            Totals totals = listing.carried();
            long newSegments = 0;
            long newRows = 0;
            long deletedRows = 0;
            long droppedRows = listing.vanished().rows();
            for (int from = 0; from < listing.touched(); from += groupSize) {
                BalanceResult result = work.balanceSegments(shards(from, firstIds.get(from / groupSize)));
                result.requests().forEach((kind, n) -> requests.merge(kind, n, Long::sum));
                afterIds = Math.max(afterIds, result.nextSegmentId());
                totals = totals.plus(result.totals());
                newSegments += result.newSegments();
                newRows += result.newRows();
                deletedRows += result.deletedRows();
                droppedRows += result.droppedRows();
            }
            CommitResult result = commits.commitSnapshot(new CommitRequest(
                    COLLECTION,
                    update,
                    round,
                    source,
                    options,
                    listing.plan(),
                    objects,
                    base,
                    commitId,
                    afterIds,
                    "a test"));
            if (!(result.outcome() instanceof CommitOutcome.Created created)) {
                return null;
            }
            garbage.remove(objects);
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
                    newSegments,
                    newRows,
                    deletedRows,
                    droppedRows,
                    sum.addedRows(),
                    sum.removedRows() + listing.vanished().rows(),
                    sum.movedRows(),
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
