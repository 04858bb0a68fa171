package dev.littoral.activities.listing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of paths that is split while it is listed: its end comes nearer, always ahead of where the listing is. Safe
 * for use by the thread that lists it and the one that splits it, which share nothing else.
 */
final class SplittableRange {
    /**
     * The pages after which a part is split again, and then whenever it has doubled: a shorter one is not worth the
     * requests.
     */
    private static final int PAGES_BEFORE_ANOTHER_SPLIT = 8;

    /** The pages from which on a split is worth its requests. */
    private static final int PAGES_OF_A_PART = 4;

    /**
     * Where a split made at least this many parts, each of them is taken for one of many; else it is taken for nearly
     * the whole.
     */
    private static final int MANY = 3;

    private final String from;
    private final long pageSize;

    @GuardedBy("this")
    private String to;

    /** Paths met at the starts of the last two pages. */
    @GuardedBy("this")
    private String page;

    @GuardedBy("this")
    private String pageBefore;

    @GuardedBy("this")
    private String last;

    @GuardedBy("this")
    private long met;

    @GuardedBy("this")
    private long splitAfter;

    @GuardedBy("this")
    private boolean partOfMany;

    @GuardedBy("this")
    private boolean ended;

    @GuardedBy("this")
    private boolean beingSplit;

    /**
     * A range of which nothing is listed yet.
     *
     * @param from the first path that belongs to it, or null
     * @param to the first path beyond it, or null
     * @param partOfMany whether it is expected to be as long as many others, rather than nearly the whole
     * @param pageSize how many paths one request lists
     */
    SplittableRange(String from, String to, boolean partOfMany, long pageSize) {
        this.from = from;
        this.to = to;
        this.partOfMany = partOfMany;
        this.pageSize = pageSize;
        this.splitAfter = pagesBeforeASplit(partOfMany) * pageSize;
    }

    private static long pagesBeforeASplit(boolean partOfMany) {
        return partOfMany ? PAGES_BEFORE_ANOTHER_SPLIT : 1;
    }

    /**
     * How far a listing is.
     *
     * @param recent a path that was met a page or two before
     * @param last the last one so far
     * @param to the first path beyond the range, or null
     * @param maxPoints how many more parts are worthwhile
     */
    record Progress(String recent, String last, String to, int maxPoints) {}

    String from() {
        return from;
    }

    /** The paths that still belong to it. */
    synchronized PathRange paths() {
        return new PathRange(from, to);
    }

    /**
     * Whether a path that its listing meets still belongs to it. What does counts as listed: no split puts it
     * elsewhere.
     *
     * @param splittable is run when the range has just proved to be long enough for a split
     */
    boolean accepts(String path, Runnable splittable) {
        boolean becomesSplittable;
        synchronized (this) {
            if (to != null && PathOrder.compare(path, to) >= 0) {
                return false;
            }
            if (met % pageSize == 0) {
                pageBefore = page == null ? path : page;
                page = path;
            }
            last = path;
            met++;
            becomesSplittable = met == splitAfter + 1;
        }
        if (becomesSplittable) {
            splittable.run();
        }
        return true;
    }

    /** Its listing has ended: it is not split any more. */
    synchronized void end() {
        ended = true;
    }

    synchronized long met() {
        return met;
    }

    synchronized boolean isSplittable() {
        return !ended && !beingSplit && met > splitAfter;
    }

    /** A thread starts to look for points to split it at; one at a time. */
    synchronized void beginSplit() {
        beingSplit = true;
    }

    /**
     * Where it may be split. What was met of one of many lets expect about as much again; of the whole nothing is known
     * after a page.
     *
     * @param most the most parts to add
     */
    synchronized Progress progress(int most) {
        int maxPoints = partOfMany ? (int) Math.min(most, met / (PAGES_OF_A_PART * pageSize)) : most;
        return new Progress(pageBefore, last, to, maxPoints);
    }

    /**
     * Ends this range at the first of some points that its listing has not come to, and returns the ranges from there
     * on.
     */
    synchronized List<SplittableRange> split(List<String> points) {
        beingSplit = false;
        List<String> ahead = points.stream().filter(this::isAhead).toList();
        partOfMany |= ahead.size() >= MANY;
        splitAfter = met + Math.max(met, pagesBeforeASplit(partOfMany) * pageSize);
        if (ended || ahead.isEmpty()) {
            return List.of();
        }
        List<SplittableRange> parts = new ArrayList<>(ahead.size());
        long deepest = ahead.stream().mapToLong(SplittableRange::depth).max().getAsLong();
        for (int i = 0; i < ahead.size(); i++) {
            // A folder around such as others are may have as many of them.
            boolean ofMany = partOfMany && depth(ahead.get(i)) == deepest;
            String end = i + 1 < ahead.size() ? ahead.get(i + 1) : to;
            parts.add(new SplittableRange(ahead.get(i), end, ofMany, pageSize));
        }
        to = ahead.get(0);
        return parts;
    }

    /** A store may meet paths on its way to the range, so the last one met can lie before the range. */
    private synchronized boolean isAhead(String point) {
        return PathOrder.compare(point, last) > 0
                && (from == null || PathOrder.compare(point, from) > 0)
                && (to == null || PathOrder.compare(point, to) < 0);
    }

    private static long depth(String path) {
        return path.chars().filter(c -> c == '/').count();
    }

    @Override
    public synchronized String toString() {
        return "[%s, %s) met %d, the last %s, pages from %s and %s, next split after %d%s%s%s"
                .formatted(
                        from,
                        to,
                        met,
                        last,
                        pageBefore,
                        page,
                        splitAfter,
                        partOfMany ? ", one of many" : "",
                        beingSplit ? ", being split" : "",
                        ended ? ", ended" : "");
    }
}
