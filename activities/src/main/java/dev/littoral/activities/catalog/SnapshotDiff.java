package dev.littoral.activities.catalog;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.Head;
import java.time.Instant;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The difference between two versions of a collection: what somebody who serves the one has to do to serve the other. A
 * {@link CatalogReader} opens it, documents its failures and has to stay open while it is read. Immutable to its users,
 * who may be many threads; a stream is for one.
 *
 * <p>Its cost follows the change: shards that both versions name are not read. Streams read as they are consumed, and
 * memory is bounded by a few shards.
 */
public final class SnapshotDiff {
    private final CollectionCatalog catalog;
    private final Head from;
    private final Head to;
    private final SnapshotRoot before;
    private final SnapshotRoot after;
    private final AtomicReference<DiffTotals> totals = new AtomicReference<>();
    private final AtomicReference<FileChange.Counts> fileCounts = new AtomicReference<>();

    /** A version's root is null where nothing was committed up to it. */
    SnapshotDiff(CollectionCatalog catalog, Head from, SnapshotRoot before, Head to, SnapshotRoot after) {
        this.catalog = catalog;
        this.from = from;
        this.before = before;
        this.to = to;
        this.after = after;
    }

    /** The difference between two versions of a log; {@link Head#NONE} stands for 0. Two requests. */
    public static SnapshotDiff between(CollectionCatalog catalog, Head from, Head to) throws InterruptedException {
        return new SnapshotDiff(
                catalog,
                from,
                catalog.root(from).orElse(null),
                to,
                catalog.root(to).orElse(null));
    }

    /** When the source was listed for the version that it leads to; empty where that is not known. */
    public Optional<Instant> listedAt() {
        return Optional.ofNullable(after).map(SnapshotRoot::listedAt);
    }

    /** The shards that only one of both versions names: how many requests it takes to read {@link #changes}. */
    public int shardsToRead() {
        return ShardSweep.unshared(before, after) + ShardSweep.unshared(after, before);
    }

    /** The version that it starts from; {@link Head#NONE} for 0. */
    public Head from() {
        return from;
    }

    /** The version that it leads to; {@link Head#NONE} for 0. */
    public Head to() {
        return to;
    }

    /** Whether the version that it leads to serves an older snapshot than the other, as after a rollback. */
    public boolean older() {
        return version(after) < version(before);
    }

    private static long version(SnapshotRoot root) {
        return root == null ? 0 : root.version();
    }

    /**
     * The segments that change. Those that both versions have with the same deleted rows are not among them; the others
     * come as they are found, in no order that means anything. A request for each shard that only one version names.
     *
     * <p>It fails as {@link CatalogReader} says, and with INPUT where a segment is not laid out in both versions alike.
     */
    public Stream<SegmentChange> changes() {
        ShardSweep<SegmentChange> sweep = new ShardSweep<>(
                catalog,
                before,
                after,
                new SegmentPairing(new DeadRows(new DeletesReader(catalog)), this::otherLayout));
        return counted(sweep, DiffTotals.NONE, DiffTotals::plus, totals);
    }

    /** What all changes add up to. Known after {@link #changes} was consumed to its end; otherwise reads them. */
    public DiffTotals totals() {
        if (totals.get() == null) {
            changes().forEach(change -> {});
        }
        return totals.get();
    }

    /**
     * The files that are served by one version and not by the other, or otherwise, in order of their paths. Requests as
     * for {@link #changes}.
     */
    public Stream<FileChange> files() {
        ShardSweep<FileChange> sweep = new ShardSweep<>(catalog, before, after, new FilePairing());
        return counted(sweep, FileChange.Counts.NONE, FileChange.Counts::plus, fileCounts);
    }

    /** How many files changed. Known after {@link #files} was consumed to its end; otherwise reads them. */
    public FileChange.Counts fileCounts() {
        if (fileCounts.get() == null) {
            files().forEach(change -> {});
        }
        return fileCounts.get();
    }

    private LittoralException otherLayout(String path, long segment) {
        return LittoralException.input("Segment " + segment + ", which begins with " + path
                + ", has other rows in version " + to.version() + " than in version " + from.version()
                + "; expected one layout for ever");
    }

    /** The elements, whose sum is set when there are no more. */
    private static <T, S> Stream<T> counted(
            Spliterator<T> elements, S none, BiFunction<S, T, S> plus, AtomicReference<S> sum) {
        return StreamSupport.stream(
                new Spliterators.AbstractSpliterator<>(Long.MAX_VALUE, elements.characteristics()) {
                    private S soFar = none;

                    @Override
                    public boolean tryAdvance(Consumer<? super T> action) {
                        boolean some = elements.tryAdvance(element -> {
                            soFar = plus.apply(soFar, element);
                            action.accept(element);
                        });
                        if (!some) {
                            sum.set(soFar);
                        }
                        return some;
                    }
                },
                false);
    }
}
