package dev.littoral.activities.listing;

import dev.littoral.activities.Parallel;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.PathRange;
import dev.littoral.activities.source.Paths;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.source.SourceFile;
import dev.littoral.workflows.model.Totals;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Lists a source against the shards of the snapshot before, in parallel by runs of their ranges, in memory bounded by
 * the ranges under way. Nothing is written for a range that lists as before.
 */
public final class SourceLister {
    /** The most files a shard has. One is read, balanced and written in a few megabytes. */
    public static final int MAX_FILES = 10_000;

    /** Ranges listed at once. A store answers a page in tens of milliseconds, so this is thousands of files a page time. */
    private static final int PARALLEL = 16;

    private final FileSource source;
    private final CollectionCatalog catalog;
    private final String folder;
    private final int maxFiles;
    private final AtomicLong progress;

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
     * What a listing found.
     *
     * @param plan what is to be done
     * @param same whether the source lists as the base does, so that nothing is to be done
     * @param listed everything that was listed
     * @param skips what was left out
     * @param staged whether something may be staged
     */
    public record Result(Plan plan, boolean same, long listed, SkipLog skips, boolean staged) {}

    /**
     * Lists.
     *
     * @param base the shards of the snapshot before; empty when there is none
     * @param touchAll whether every shard is to be read, however it lists
     * @param reopen whether files are opened though their version did not change
     * @param previous the plan of the round before, or null
     */
    public Result list(List<ShardRef> base, boolean touchAll, boolean reopen, String previous)
            throws InterruptedException {
        SkipLog skips = new SkipLog();
        List<RangeListing> ranges;
        boolean again = false;
        try {
            ranges = inRanges(base, touchAll, skips);
        } catch (OutOfOrderException e) {
            // Ranges may have missed files: list again, whole, and sort. What they staged stays behind.
            again = true;
            skips = new SkipLog();
            ranges = sorted(base, touchAll, skips);
        }
        List<PlannedShard> shards = new ShardPlanner(maxFiles).plan(ranges);
        boolean same = !base.isEmpty()
                && shards.size() == base.size()
                && shards.stream().noneMatch(PlannedShard::isTouched);
        long listed = ranges.stream().mapToLong(RangeListing::listed).sum();
        Totals vanished = ShardPlanner.vanished(ranges);
        return new Result(
                new Plan(shards, vanished, reopen, skips.count(), null, previous),
                same,
                listed,
                skips,
                again || ranges.stream().anyMatch(range -> !range.parts().isEmpty()));
    }

    private List<RangeListing> inRanges(List<ShardRef> base, boolean touchAll, SkipLog skips)
            throws InterruptedException, OutOfOrderException {
        int runs = Math.min(source.parallelListings(), base.size());
        List<String> cuts = base.isEmpty()
                ? source.cuts(PARALLEL)
                : IntStream.range(1, runs)
                        .mapToObj(run -> base.get(start(run, runs, base)).from())
                        .toList();
        List<Callable<List<RangeListing>>> tasks = new ArrayList<>();
        for (int i = 0; i <= cuts.size(); i++) {
            PathRange range = new PathRange(i == 0 ? null : cuts.get(i - 1), i == cuts.size() ? null : cuts.get(i));
            Run run = base.isEmpty()
                    ? new Run(i, base, touchAll, skips)
                    : new Run(
                            start(i, runs, base),
                            base.subList(start(i, runs, base), start(i + 1, runs, base)),
                            touchAll,
                            skips);
            tasks.add(() -> run.finish(source.list(range, run)));
        }
        List<RangeListing> ranges = Parallel.run(PARALLEL, tasks, OutOfOrderException.class).stream()
                .flatMap(List::stream)
                .toList();
        checkJoins(ranges);
        return ranges;
    }

    private static int start(int run, int runs, List<ShardRef> base) {
        return (int) ((long) run * base.size() / runs);
    }

    /**
     * Where two ranges meet, what the first saw beyond its end is what the next saw first. Else the store lists out of order,
     * or the source changed at that very place; both are settled by listing it whole.
     */
    private static void checkJoins(List<RangeListing> ranges) throws OutOfOrderException {
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

    private List<RangeListing> sorted(List<ShardRef> base, boolean touchAll, SkipLog skips)
            throws InterruptedException {
        Run all = new Run(0, base, touchAll, skips);
        source.listSorted(all);
        return all.finish(null);
    }

    /** Deals one listing out to neighbouring ranges. */
    private final class Run implements FileSource.Visitor {
        private final int first;
        private final List<ShardRef> base;
        private final boolean touchAll;
        private final SkipLog skips;
        private final List<RangeListing> done = new ArrayList<>();
        private RangeCollector current;

        /**
         * A run of ranges.
         *
         * @param first the number of the first range
         * @param base the shards whose ranges these are, or none for one range of a first listing
         */
        Run(int first, List<ShardRef> base, boolean touchAll, SkipLog skips) {
            this.first = first;
            this.base = base;
            this.touchAll = touchAll;
            this.skips = skips;
            this.current = collector();
        }

        @Override
        public void file(SourceFile file) throws InterruptedException {
            while (!isLast()
                    && Paths.compare(file.path(), base.get(done.size() + 1).from()) >= 0) {
                next();
            }
            current.file(file);
        }

        /** Counts wherever the run is: in a listing that is sorted it may belong anywhere. */
        @Override
        public void skipped(String path, SkipReason reason) {
            current.skipped(path, reason);
        }

        /**
         * The listing is at its end.
         *
         * @param beyond the first path beyond the run that was met, or null
         */
        List<RangeListing> finish(String beyond) throws InterruptedException {
            while (!isLast()) {
                next();
            }
            done.add(current.finish(beyond, touchAll));
            return done;
        }

        private boolean isLast() {
            return done.size() + 1 >= base.size();
        }

        private void next() throws InterruptedException {
            done.add(current.finish(null, touchAll));
            current = collector();
        }

        private RangeCollector collector() {
            return new RangeCollector(
                    catalog,
                    "%s/list-%05d".formatted(folder, first + done.size()),
                    base.isEmpty() ? null : base.get(done.size()),
                    maxFiles,
                    skips,
                    progress);
        }
    }
}
