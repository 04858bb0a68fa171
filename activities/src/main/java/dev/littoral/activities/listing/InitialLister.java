package dev.littoral.activities.listing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.FileSource;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.SkipReason;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Parallel listing of a source that has no snapshot yet. Where its files are is unknown, so ranges are split while they
 * are listed: an idle thread splits a range under way, ahead of where its listing is. {@link RangeQueue} decides what
 * is done next. A source of one page costs one request.
 */
final class InitialLister {
    /** The whole is split when it proves to be longer than this many paths, a page of S3. */
    private static final int PAGE = 1_000;

    /** Bounds what is heartbeated. */
    private static final int MAX_RANGES = 512;

    private final FileSource source;
    private final CollectionCatalog catalog;
    private final String folder;
    private final int maxFiles;
    private final SkippedFiles skips;
    private final AtomicLong progress;
    private final Consumer<Checkpoint> checkpoints;

    @GuardedBy("this")
    private final RangeQueue queue;

    /** Idle threads. */
    @GuardedBy("this")
    private int idle;

    @GuardedBy("this")
    private int named;

    /**
     * A listing.
     *
     * @param folder where it stages; unique to this attempt
     * @param maxFiles the most files a shard has
     * @param progress counts what is listed
     * @param checkpoints gets how far it is, whenever a range is finished
     * @param from how far an earlier attempt came, or null
     */
    InitialLister(
            FileSource source,
            CollectionCatalog catalog,
            String folder,
            int maxFiles,
            SkippedFiles skips,
            AtomicLong progress,
            Consumer<Checkpoint> checkpoints,
            Checkpoint from) {
        this.source = source;
        this.catalog = catalog;
        this.folder = folder;
        this.maxFiles = maxFiles;
        this.skips = skips;
        this.progress = progress;
        this.checkpoints = checkpoints;
        this.queue = new RangeQueue(Math.min(PAGE, maxFiles), MAX_RANGES, from);
        if (from != null) {
            from.runs().stream().flatMap(List::stream).forEach(done -> {
                done.skips().forEach(skips::add);
                progress.addAndGet(done.listed());
            });
        }
    }

    /**
     * Lists.
     *
     * @param threads ranges listed at once
     */
    List<RangeListing> list(int threads) throws InterruptedException, OutOfOrderException {
        synchronized (this) {
            checkpoints.accept(queue.checkpoint());
        }
        ParallelTasks.run(
                threads,
                Collections.nCopies(threads, (Callable<Void>) () -> {
                    work();
                    return null;
                }),
                OutOfOrderException.class);
        synchronized (this) {
            return queue.listings();
        }
    }

    private void work() throws InterruptedException, OutOfOrderException {
        for (Optional<RangeQueue.Task> task = take(); task.isPresent(); task = take()) {
            switch (task.get()) {
                case RangeQueue.Task.ListRange list -> list(list.range());
                case RangeQueue.Task.SplitRange split -> split(split);
            }
        }
    }

    /** What to do next, when there is something; empty when all is done. */
    private synchronized Optional<RangeQueue.Task> take() throws InterruptedException {
        idle++;
        try {
            Optional<RangeQueue.Task> task = queue.next(idle);
            while (task.isEmpty() && !queue.isDrained()) {
                wait();
                task = queue.next(idle);
            }
            return task;
        } finally {
            idle--;
        }
    }

    private synchronized void wake() {
        notifyAll();
    }

    private void split(RangeQueue.Task.SplitRange task) throws InterruptedException {
        SplittableRange.Progress at = task.range().progress(task.most());
        List<String> points = source.splitPoints(at.recent(), at.last(), at.to(), at.maxPoints());
        synchronized (this) {
            queue.split(task, points);
            notifyAll();
        }
    }

    private void list(SplittableRange range) throws InterruptedException, OutOfOrderException {
        RangeDigester digester = new RangeDigester(catalog, name(), null, maxFiles, skips, progress);
        String beyond = source.list(range.paths(), new FileSource.Visitor() {
            @Override
            public boolean accepts(String path) {
                return range.accepts(path, InitialLister.this::wake);
            }

            @Override
            public void file(SourceFile file) throws InterruptedException {
                digester.file(file);
            }

            @Override
            public void skipped(String path, SkipReason reason) {
                digester.skipped(path, reason);
            }
        });
        range.end();
        RangeListing listing = digester.finish(beyond, false);
        synchronized (this) {
            queue.listed(range, listing);
            checkpoints.accept(queue.checkpoint());
            notifyAll();
        }
    }

    /** Where a range's parts are staged. */
    private synchronized String name() {
        return CatalogLayout.listedRange(folder, named++);
    }
}
