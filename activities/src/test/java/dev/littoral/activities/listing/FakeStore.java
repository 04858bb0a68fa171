package dev.littoral.activities.listing;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.OutOfOrderException;
import dev.littoral.activities.source.PlainSource;
import dev.littoral.activities.source.SkipReason;
import dev.littoral.workflows.model.FailureType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Paths without content, listed in an order of the test's choosing as an S3 bucket would be: page by page, after a key.
 */
final class FakeStore implements PlainSource {
    private final Comparator<String> order;
    private final TreeMap<String, SourceFile> files = new TreeMap<>(PathOrder.ORDER);
    private final TreeMap<String, SkipReason> skipped = new TreeMap<>(PathOrder.ORDER);
    private List<String> cuts = List.of();
    private int parallelListings = 16;

    /** How many more paths are handed over before the store is away; negative for ever. */
    private final AtomicInteger left = new AtomicInteger(-1);

    final AtomicInteger visits = new AtomicInteger();
    final AtomicInteger listings = new AtomicInteger();
    final AtomicInteger sortedListings = new AtomicInteger();

    FakeStore(Comparator<String> order) {
        this.order = order;
    }

    void put(String path, String version) {
        put(path, version, 100);
    }

    void put(String path, String version, long bytes) {
        skipped.remove(path);
        files.put(path, new SourceFile(path, version, bytes));
    }

    void hide(String path) {
        files.remove(path);
        skipped.put(path, SkipReason.HIDDEN);
    }

    void remove(String path) {
        files.remove(path);
        skipped.remove(path);
    }

    void cutAt(List<String> paths) {
        cuts = paths;
    }

    void listAtOnce(int ranges) {
        parallelListings = ranges;
    }

    /** The number of paths after which every listing fails; negative for never. */
    void failAfter(int paths) {
        left.set(paths);
    }

    /** All files, in order. */
    List<SourceFile> files() {
        return List.copyOf(files.values());
    }

    int skippedCount() {
        return skipped.size();
    }

    private List<String> listing() {
        List<String> paths = new ArrayList<>(files.keySet());
        paths.addAll(skipped.keySet());
        paths.sort(order);
        return paths;
    }

    @Override
    public int parallelListings() {
        return parallelListings;
    }

    @Override
    public String list(PathRange range, Visitor visitor) throws InterruptedException, OutOfOrderException {
        listings.incrementAndGet();
        String after = range.from() == null || range.from().isEmpty()
                ? null
                : range.from()
                        .substring(
                                0, range.from().offsetByCodePoints(range.from().length(), -1));
        String previous = null;
        for (String path : listing()) {
            if (after != null && order.compare(path, after) <= 0) {
                continue;
            }
            if (previous != null && PathOrder.compare(previous, path) >= 0) {
                throw new OutOfOrderException(previous, path);
            }
            previous = path;
            if (range.to() != null && PathOrder.compare(path, range.to()) >= 0) {
                return path;
            }
            if (range.contains(path)) {
                if (!visitor.accepts(path)) {
                    return path;
                }
                visit(path, visitor);
            }
        }
        return null;
    }

    private void visit(String path, Visitor visitor) throws InterruptedException {
        if (left.get() >= 0 && left.getAndDecrement() <= 0) {
            left.set(0);
            throw new LittoralException(FailureType.TRANSIENT, "the store is away");
        }
        visits.incrementAndGet();
        if (files.containsKey(path)) {
            visitor.file(files.get(path));
        } else {
            visitor.skipped(path, skipped.get(path));
        }
    }

    @Override
    public void listSorted(Visitor visitor) throws InterruptedException {
        sortedListings.incrementAndGet();
        for (String path : skipped.keySet()) {
            visit(path, visitor);
        }
        for (String path : files.keySet()) {
            visit(path, visitor);
        }
    }

    @Override
    public List<String> splitPoints(String recent, String last, String to, int wanted) {
        return cuts.stream()
                .filter(cut -> PathOrder.compare(cut, last) > 0 && (to == null || PathOrder.compare(cut, to) < 0))
                .limit(wanted)
                .toList();
    }

    @Override
    public byte[] read(SourceFile file, long offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
