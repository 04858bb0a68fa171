package dev.littoral.activities.listing;

import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.source.SourceChanges;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Incremental listing: compares a source with the shards of the base's snapshot, in parallel by runs of their ranges.
 * Memory is bounded by the ranges under way. Nothing is written for an unchanged range.
 */
public final class SourceLister {
    /** The most files a shard has. One is read, balanced and written in a few megabytes. */
    public static final int MAX_FILES = 6_000;

    /**
     * Ranges listed at once. A store answers a page in tens of milliseconds, so this is thousands of files a page time.
     */
    private static final int PARALLEL = 16;

    /** The number of a run that passes nothing to another attempt. */
    private static final int UNCHECKED = -1;

    private final FileSource source;
    private final CollectionCatalog catalog;
    private final String folder;
    private final int maxFiles;
    private final AtomicLong progress;

    private final AtomicInteger checkpointChars = new AtomicInteger();

    /** Null before the first range is listed, and where the source is listed whole. Replaced, never changed. */
    private volatile Checkpoint checkpoint;

    /**
     * A lister for one listing.
     *
     * @param folder where it stages; unique to this attempt
     * @param maxFiles the most files a shard has
     * @param progress counts what is listed
     */
    public SourceLister(
            FileSource source, CollectionCatalog catalog, String folder, int maxFiles, AtomicLong progress) {
        this.source = source;
        this.catalog = catalog;
        this.folder = folder;
        this.maxFiles = maxFiles;
        this.progress = progress;
    }

    /**
     * The result of a listing.
     *
     * @param plan what is to be done
     * @param same whether the source lists as the base does, so that nothing is to be done
     * @param listed everything that was listed
     * @param skips what was left out
     * @param unread the first files of carried shards that can still not be read; the shards' totals count them
     */
    public record Result(ListingPlan plan, boolean same, long listed, SkippedFiles skips, List<SkippedFile> unread) {}

    /**
     * Lists.
     *
     * @param base the shards of the snapshot before; empty when there is none
     * @param touchAll whether every shard is to be read, however it lists
     * @param reopen whether files are opened though their version did not change
     * @param previous the plan of the round before, or null
     * @param from how far an earlier attempt of this listing came, or null
     */
    public Result list(List<ShardRef> base, boolean touchAll, boolean reopen, String previous, Checkpoint from)
            throws FileChangedException, InterruptedException {
        SkippedFiles skips = new SkippedFiles();
        List<RangeListing> ranges;
        try {
            ranges = source.listsInOrder() ? inRanges(base, touchAll, skips, from) : sorted(base, touchAll, skips);
        } catch (OutOfOrderException e) {
            // Ranges may have missed files: list again, whole, and sort. Their staged files are left for clean-up.
            checkpoint = null;
            skips = new SkippedFiles();
            ranges = sorted(base, touchAll, skips);
        }
        return result(base, ranges, listed(ranges), reopen, previous, skips);
    }

    /**
     * Applies what differs from the base, where the source can tell that. Only the shards concerned are read. Empty
     * where the base contradicts it or its skip report is damaged, and only a whole listing tells.
     *
     * @param changes in order
     */
    public Optional<Result> apply(SnapshotRoot base, SourceChanges changes, String previous)
            throws InterruptedException {
        SkippedFiles skips = new SkippedFiles();
        ChangeLister lister = new ChangeLister(catalog, folder, maxFiles, skips, progress);
        Optional<List<RangeListing>> ranges = lister.list(base.shards(), changes);
        if (ranges.isEmpty() || !lister.skip(base, changes)) {
            return Optional.empty();
        }
        return Optional.of(
                result(base.shards(), ranges.get(), listed(ranges.get()) + skips.count(), false, previous, skips));
    }

    private static long listed(List<RangeListing> ranges) {
        return ranges.stream().mapToLong(RangeListing::listed).sum();
    }

    private Result result(
            List<ShardRef> base,
            List<RangeListing> ranges,
            long listed,
            boolean reopen,
            String previous,
            SkippedFiles skips)
            throws InterruptedException {
        UnreadFiles unread = new UnreadFiles(source, catalog);
        List<PlannedShard> shards = unread.lookAgain(new ShardPlanner(maxFiles).plan(ranges));
        boolean same = !base.isEmpty()
                && shards.size() == base.size()
                && shards.stream().noneMatch(PlannedShard::isTouched);
        Totals vanished = ShardPlanner.vanished(ranges);
        return new Result(
                new ListingPlan(
                        null, shards, vanished, reopen, skips.count(), null, previous, null, null, null, null, null),
                same,
                listed,
                skips,
                unread.first());
    }

    /** The checkpoint that another attempt can resume from, or null. Safe to call from any thread. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    private List<RangeListing> inRanges(List<ShardRef> base, boolean touchAll, SkippedFiles skips, Checkpoint from)
            throws InterruptedException, OutOfOrderException {
        List<RangeListing> ranges = base.isEmpty()
                ? new InitialLister(
                                source,
                                catalog,
                                folder,
                                maxFiles,
                                skips,
                                progress,
                                reached -> checkpoint = reached,
                                from)
                        .list(Math.min(source.parallelListings(), PARALLEL))
                : inRangesOf(base, touchAll, skips, from);
        checkJoins(ranges);
        return ranges;
    }

    private List<RangeListing> inRangesOf(List<ShardRef> base, boolean touchAll, SkippedFiles skips, Checkpoint from)
            throws InterruptedException, OutOfOrderException {
        int runs = Math.min(source.parallelListings(), base.size());
        List<String> splitPoints = IntStream.range(1, runs)
                .mapToObj(run -> base.get(start(run, runs, base)).from())
                .toList();
        // A worker with other settings may have split the source at other points: its checkpoint does not fit.
        boolean goesOn = from != null
                && from.splitPoints().equals(splitPoints)
                && IntStream.range(0, runs)
                        .allMatch(run ->
                                from.runs().get(run).size() <= start(run + 1, runs, base) - start(run, runs, base));
        checkpoint = goesOn ? from : new Checkpoint(splitPoints, Collections.nCopies(runs, List.of()));
        List<Callable<List<RangeListing>>> tasks = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            int first = start(i, runs, base);
            Run run = new Run(i, first, base.subList(first, start(i + 1, runs, base)), touchAll, skips);
            String start = i == 0 ? null : splitPoints.get(i - 1);
            String end = i == splitPoints.size() ? null : splitPoints.get(i);
            tasks.add(() -> run.list(start, end));
        }
        return ParallelTasks.run(PARALLEL, tasks, OutOfOrderException.class).stream()
                .flatMap(List::stream)
                .toList();
    }

    private static int start(int run, int runs, List<ShardRef> base) {
        return (int) ((long) run * base.size() / runs);
    }

    /**
     * Where two ranges meet, what the first saw beyond its end is what the next saw first. Else the store lists out of
     * order, or the source changed at that very place; both are settled by listing it whole.
     */
    static void checkJoins(List<RangeListing> ranges) throws OutOfOrderException {
        for (int i = 0; i + 1 < ranges.size(); i++) {
            String beyond = ranges.get(i).beyond();
            String next = null;
            for (int j = i + 1; j < ranges.size() && next == null; j++) {
                next = ranges.get(j).first();
            }
            if (beyond != null && !Objects.equals(beyond, next)) {
                throw new OutOfOrderException(beyond, String.valueOf(next));
            }
        }
    }

    private List<RangeListing> sorted(List<ShardRef> base, boolean touchAll, SkippedFiles skips)
            throws FileChangedException, InterruptedException {
        Run all = new Run(UNCHECKED, 0, base, touchAll, skips);
        source.listSorted(all);
        return all.finish(null);
    }

    /** A range of a run is finished. */
    private synchronized void finished(int run, int range, RangeListing listing) {
        Checkpoint before = checkpoint;
        if (before == null || run == UNCHECKED || before.runs().get(run).size() != range || listing.skips() == null) {
            return;
        }
        Checkpoint.Range done = listing.checkpoint();
        if (checkpointChars.addAndGet(done.chars()) > Checkpoint.MAX_CHARS) {
            return;
        }
        List<List<Checkpoint.Range>> runs = new ArrayList<>(before.runs());
        List<Checkpoint.Range> longer = new ArrayList<>(runs.get(run));
        longer.add(done);
        runs.set(run, longer);
        checkpoint = new Checkpoint(before.splitPoints(), runs);
    }

    /** Distributes one listing to neighbouring ranges. */
    private final class Run implements FileSource.Visitor {
        private final int number;
        private final int first;
        private final List<ShardRef> base;
        private final boolean touchAll;
        private final SkippedFiles skips;
        private final List<RangeListing> done = new ArrayList<>();
        private RangeDigester current;

        /**
         * A run of ranges.
         *
         * @param number the run's place among all, or {@link #UNCHECKED}; what an earlier attempt listed of it is taken
         *     over
         * @param first the number of the first range
         * @param base the shards whose ranges these are; none where a source is listed whole for the first time
         */
        Run(int number, int first, List<ShardRef> base, boolean touchAll, SkippedFiles skips) {
            this.number = number;
            this.first = first;
            this.base = base;
            this.touchAll = touchAll;
            this.skips = skips;
            if (number != UNCHECKED) {
                for (Checkpoint.Range range : checkpoint.runs().get(number)) {
                    RangeListing listing = RangeListing.of(base.get(done.size()), range);
                    done.add(listing.withoutSkips());
                    range.skips().forEach(skips::add);
                    progress.addAndGet(listing.listed());
                    checkpointChars.addAndGet(range.chars());
                }
            }
        }

        /** Lists what an earlier attempt has not. */
        List<RangeListing> list(String start, String end) throws InterruptedException, OutOfOrderException {
            if (done.size() == base.size()) {
                return done;
            }
            String from = done.isEmpty() ? start : base.get(done.size()).from();
            return finish(source.list(new PathRange(from, end), this));
        }

        @Override
        public void file(SourceFile file) throws InterruptedException {
            reach(file.path());
            current().file(file);
        }

        /** In a listing that is sorted it may belong anywhere, and counts wherever the run is. */
        @Override
        public void skipped(String path, SkipReason reason) throws InterruptedException {
            if (number != UNCHECKED) {
                reach(path);
            }
            current().skipped(path, reason);
        }

        /** Advances to the range that contains a path. */
        private void reach(String path) throws InterruptedException {
            while (!isLast()
                    && PathOrder.compare(path, base.get(done.size() + 1).from()) >= 0) {
                next(path);
            }
        }

        /**
         * The listing has ended.
         *
         * @param beyond the first path beyond the run that was met, or null
         */
        List<RangeListing> finish(String beyond) throws InterruptedException {
            while (!isLast()) {
                next(null);
            }
            next(beyond);
            return done;
        }

        private boolean isLast() {
            return done.size() + 1 >= base.size();
        }

        private void next(String beyond) throws InterruptedException {
            RangeListing listing = current().finish(beyond, touchAll);
            current = null;
            finished(number, done.size(), listing);
            done.add(listing.withoutSkips());
        }

        private RangeDigester current() {
            if (current == null) {
                current = new RangeDigester(
                        catalog,
                        CatalogLayout.listedRange(folder, first + done.size()),
                        base.isEmpty() ? null : base.get(done.size()),
                        maxFiles,
                        skips,
                        progress);
            }
            return current;
        }
    }
}
