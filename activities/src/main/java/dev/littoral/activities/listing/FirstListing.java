package dev.littoral.activities.listing;

import dev.littoral.activities.Parallel;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.PathRange;
import dev.littoral.activities.source.Paths;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.activities.source.SourceFile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Lists a source of which there is no snapshot. Nobody knows where its files lie, so its ranges are cut while they are listed:
 * a thread that has nothing to list cuts a range under way, ahead of where its listing is. A source of one page costs one
 * request.
 */
final class FirstListing {
    /** The whole is cut when it proves to be longer than this many paths, a page of S3. */
    private static final int PAGE = 1_000;

    /** A part is cut again after so many pages, and then when it has doubled: what ends sooner is not worth the requests. */
    private static final int PAGES_BEFORE_ANOTHER_CUT = 8;

    /** So many pages are worth a cut. */
    private static final int PAGES_OF_A_PART = 4;

    /** Where a cut made so many parts, each of them is taken for one of many; else it is taken for nearly the whole. */
    private static final int MANY = 3;

    /** Bounds what is heartbeated. */
    private static final int MAX_RANGES = 512;

    private final FileSource source;
    private final CollectionCatalog catalog;
    private final String folder;
    private final int maxFiles;
    private final long pageSize;
    private final SkipLog skips;
    private final AtomicLong progress;
    private final Consumer<Checkpoint> checkpoints;

    /** All ranges in order, guarded by this. */
    private final List<Range> ranges = new ArrayList<>();
    /** Ranges that nobody lists yet, guarded by this. */
    private final Deque<Range> waiting = new ArrayDeque<>();
    /** Threads that list or cut, guarded by this. */
    private int busy;
    /** Threads that have nothing to do, guarded by this. */
    private int idle;

    private int named;
    private int checkpointChars;

    /**
     * A listing.
     *
     * @param folder where it stages; unique to this attempt
     * @param maxFiles the most files a shard has
     * @param progress counts what is listed
     * @param checkpoints gets how far it is, whenever a range is finished
     */
    FirstListing(
            FileSource source,
            CollectionCatalog catalog,
            String folder,
            int maxFiles,
            SkipLog skips,
            AtomicLong progress,
            Consumer<Checkpoint> checkpoints) {
        this.source = source;
        this.catalog = catalog;
        this.folder = folder;
        this.maxFiles = maxFiles;
        this.pageSize = Math.min(PAGE, maxFiles);
        this.skips = skips;
        this.progress = progress;
        this.checkpoints = checkpoints;
    }

    /**
     * Lists.
     *
     * @param threads ranges listed at once
     * @param from how far an earlier attempt came, or null
     */
    List<RangeListing> list(int threads, Checkpoint from) throws InterruptedException, OutOfOrderException {
        resume(from == null ? new Checkpoint(List.of(), List.of(List.of())) : from);
        Parallel.run(
                threads,
                Collections.nCopies(threads, (Callable<Void>) () -> {
                    work();
                    return null;
                }),
                OutOfOrderException.class);
        return ranges.stream().map(range -> range.listing).toList();
    }

    private synchronized void resume(Checkpoint from) {
        for (int i = 0; i < from.runs().size(); i++) {
            Range range = new Range(
                    i == 0 ? null : from.cuts().get(i - 1),
                    i == from.cuts().size() ? null : from.cuts().get(i),
                    i > 0);
            ranges.add(range);
            if (from.runs().get(i).isEmpty()) {
                waiting.add(range);
            } else {
                Checkpoint.Range done = from.runs().get(i).get(0);
                done.skips().forEach(skips::add);
                progress.addAndGet(done.listed());
                range.done = done;
                range.listing = RangeListing.of(null, done).withoutSkips();
                checkpointChars += done.chars();
            }
        }
        checkpoints.accept(checkpoint());
    }

    private void work() throws InterruptedException, OutOfOrderException {
        for (Job job = next(); job != null; job = next()) {
            job.run();
        }
    }

    private interface Job {
        void run() throws InterruptedException, OutOfOrderException;
    }

    /** A range to list or, where none waits, one to cut; null when all is done. */
    private synchronized Job next() throws InterruptedException {
        idle++;
        try {
            while (true) {
                Range range = waiting.isEmpty() ? longest() : waiting.remove();
                if (range != null) {
                    busy++;
                    return range.beingCut ? () -> cut(range) : () -> list(range);
                }
                if (busy == 0) {
                    notifyAll();
                    return null;
                }
                wait();
            }
        } finally {
            idle--;
        }
    }

    /** Of the ranges that may be cut the one that has proved to be the longest. */
    private Range longest() {
        Range longest = null;
        if (ranges.size() >= MAX_RANGES) {
            return null;
        }
        for (Range range : ranges) {
            if (range.cuttable() && (longest == null || range.met() > longest.met())) {
                longest = range;
            }
        }
        if (longest != null) {
            longest.beingCut = true;
        }
        return longest;
    }

    private synchronized void mayBeCut() {
        notifyAll();
    }

    private void cut(Range range) throws InterruptedException {
        int wanted;
        synchronized (this) {
            wanted = Math.min(idle + 1, MAX_RANGES - ranges.size());
        }
        List<String> cuts = range.cuts(wanted);
        synchronized (this) {
            List<Range> parts = range.cutAt(cuts);
            ranges.addAll(ranges.indexOf(range) + 1, parts);
            waiting.addAll(parts);
            ended();
        }
    }

    private void list(Range range) throws InterruptedException, OutOfOrderException {
        String beyond = source.list(new PathRange(range.from, range.to), range);
        range.end();
        RangeListing listing = range.collector.finish(beyond, false);
        synchronized (this) {
            range.listing = listing.withoutSkips();
            if (listing.skips() != null) {
                Checkpoint.Range done = listing.checkpoint();
                checkpointChars += done.chars();
                range.done = checkpointChars > Checkpoint.MAX_CHARS ? null : done;
            }
            checkpoints.accept(checkpoint());
            ended();
        }
    }

    private void ended() {
        busy--;
        notifyAll();
    }

    private Checkpoint checkpoint() {
        return new Checkpoint(
                ranges.stream().skip(1).map(range -> range.from).toList(),
                ranges.stream()
                        .map(range -> range.done == null ? List.<Checkpoint.Range>of() : List.of(range.done))
                        .toList());
    }

    /** Paths from one to another; its end comes nearer when it is cut. */
    private final class Range implements FileSource.Visitor {
        private final String from;
        private final RangeCollector collector;

        /** What follows is guarded by the range, as its listing and one who cuts it meet there. */
        private String to;

        /** Paths met at the starts of the last two pages. */
        private String page;

        private String pageBefore;
        private String last;
        private long met;
        private long cutAfter;
        private boolean partOfMany;
        private boolean ended;
        private boolean beingCut;

        /** What came of it, guarded by the listing. */
        private RangeListing listing;

        private Checkpoint.Range done;

        Range(String from, String to, boolean partOfMany) {
            this.from = from;
            this.to = to;
            this.partOfMany = partOfMany;
            this.cutAfter = firstCut();
            this.collector = new RangeCollector(
                    catalog, "%s/list-%05d".formatted(folder, named++), null, maxFiles, skips, progress);
        }

        private long firstCut() {
            return partOfMany ? PAGES_BEFORE_ANOTHER_CUT * pageSize : pageSize;
        }

        @Override
        public boolean wants(String path) {
            boolean mayBeCut;
            synchronized (this) {
                if (to != null && Paths.compare(path, to) >= 0) {
                    return false;
                }
                if (met % pageSize == 0) {
                    pageBefore = page == null ? path : page;
                    page = path;
                }
                last = path;
                met++;
                mayBeCut = met == cutAfter + 1;
            }
            if (mayBeCut) {
                mayBeCut();
            }
            return true;
        }

        @Override
        public void file(SourceFile file) throws InterruptedException {
            collector.file(file);
        }

        @Override
        public void skipped(String path, SkipReason reason) {
            collector.skipped(path, reason);
        }

        /**
         * Cuts ahead of the listing. What was met of a part lets expect about as much again; of the whole nothing is known after
         * a page.
         */
        List<String> cuts(int idle) throws InterruptedException {
            String recent;
            String now;
            String end;
            int wanted;
            synchronized (this) {
                recent = pageBefore;
                now = last;
                end = to;
                wanted = partOfMany ? (int) Math.min(idle, met / (PAGES_OF_A_PART * pageSize)) : idle;
            }
            return source.cuts(recent, now, end, wanted);
        }

        synchronized long met() {
            return met;
        }

        synchronized boolean cuttable() {
            return !ended && !beingCut && met > cutAfter;
        }

        synchronized void end() {
            ended = true;
        }

        private static long depth(String path) {
            return path.chars().filter(c -> c == '/').count();
        }

        /** Ends this range at the first of some cuts that its listing has not come to, and returns the ranges from there on. */
        synchronized List<Range> cutAt(List<String> cuts) {
            beingCut = false;
            List<String> ahead = cuts.stream()
                    .filter(cut -> Paths.compare(cut, last) > 0 && (to == null || Paths.compare(cut, to) < 0))
                    .toList();
            partOfMany |= ahead.size() >= MANY;
            cutAfter = met + Math.max(met, firstCut());
            if (ended || ahead.isEmpty()) {
                return List.of();
            }
            List<Range> parts = new ArrayList<>(ahead.size());
            long deepest = ahead.stream().mapToLong(Range::depth).max().getAsLong();
            for (int i = 0; i < ahead.size(); i++) {
                // A folder around such as others are may have as many of them.
                boolean ofMany = partOfMany && depth(ahead.get(i)) == deepest;
                parts.add(new Range(ahead.get(i), i + 1 < ahead.size() ? ahead.get(i + 1) : to, ofMany));
            }
            to = ahead.get(0);
            return parts;
        }
    }
}
