package dev.littoral.activities.listing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The work queue and split planner of an initial listing: which ranges wait, which are listed or split, and their
 * results. A plain state machine without threads; not safe for use by several at once.
 */
final class RangeQueue {
    private final int maxRanges;

    /** All ranges in order, from before every path to after every path; each ends where the next one starts. */
    private final List<Entry> entries = new ArrayList<>();

    private final Deque<Entry> waiting = new ArrayDeque<>();
    private int underWay;
    /** Ranges that splits under way may add. */
    private int promised;

    private int checkpointChars;

    private static final class Entry {
        private final SplittableRange range;
        private RangeListing listing;
        private Checkpoint.Range done;

        Entry(SplittableRange range) {
            this.range = range;
        }
    }

    /** What a thread does next. */
    sealed interface Task {
        SplittableRange range();

        /** A range is to be listed, and then {@link #listed}. */
        record ListRange(SplittableRange range) implements Task {}

        /**
         * A range that is listed by another is to be {@link RangeQueue#split}.
         *
         * @param most the most parts to add
         */
        record SplitRange(SplittableRange range, int most) implements Task {}
    }

    /**
     * A queue.
     *
     * @param pageSize how many paths one request lists
     * @param maxRanges bounds what is heartbeated
     * @param from how far an earlier attempt came, or null
     */
    RangeQueue(long pageSize, int maxRanges, Checkpoint from) {
        this.maxRanges = maxRanges;
        Checkpoint reached = from == null ? new Checkpoint(List.of(), List.of(List.of())) : from;
        for (int i = 0; i < reached.runs().size(); i++) {
            Entry entry = new Entry(new SplittableRange(
                    i == 0 ? null : reached.splitPoints().get(i - 1),
                    i == reached.splitPoints().size()
                            ? null
                            : reached.splitPoints().get(i),
                    i > 0,
                    pageSize));
            entries.add(entry);
            if (reached.runs().get(i).isEmpty()) {
                waiting.add(entry);
            } else {
                entry.done = reached.runs().get(i).get(0);
                entry.listing = RangeListing.of(null, entry.done).withoutSkips();
                checkpointChars += entry.done.chars();
            }
        }
    }

    /**
     * A range to list or, where none waits, the longest one to split; empty where there is nothing to do yet.
     *
     * @param idle how many threads have nothing to do, the one that asks included
     */
    Optional<Task> next(int idle) {
        Entry first = waiting.poll();
        Optional<Task> task = first != null ? Optional.of(new Task.ListRange(first.range)) : split(idle);
        if (task.isPresent()) {
            underWay++;
        }
        return task;
    }

    private Optional<Task> split(int idle) {
        int most = Math.min(idle, maxRanges - entries.size() - promised);
        SplittableRange longest = null;
        for (Entry entry : entries) {
            SplittableRange range = entry.range;
            if (range.isSplittable() && (longest == null || range.met() > longest.met())) {
                longest = range;
            }
        }
        if (most < 1 || longest == null) {
            return Optional.empty();
        }
        promised += most;
        longest.beginSplit();
        return Optional.of(new Task.SplitRange(longest, most));
    }

    /** Whether nothing waits or is under way. */
    boolean isDrained() {
        return waiting.isEmpty() && underWay == 0;
    }

    /** Split points of a range were found; the parts that are ahead of its listing wait from now on. */
    void split(Task.SplitRange task, List<String> points) {
        List<Entry> parts = task.range().split(points.subList(0, Math.min(points.size(), task.most()))).stream()
                .map(Entry::new)
                .toList();
        entries.addAll(indexOf(task.range()) + 1, parts);
        waiting.addAll(parts);
        promised -= task.most();
        underWay--;
    }

    /** A range is listed. */
    void listed(SplittableRange range, RangeListing listing) {
        Entry entry = entries.get(indexOf(range));
        entry.listing = listing.withoutSkips();
        if (listing.skips() != null) {
            Checkpoint.Range done = listing.checkpoint();
            checkpointChars += done.chars();
            entry.done = checkpointChars > Checkpoint.MAX_CHARS ? null : done;
        }
        underWay--;
    }

    private int indexOf(SplittableRange range) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).range == range) {
                return i;
            }
        }
        throw new IllegalArgumentException("No range of this queue: " + range);
    }

    /** The results of the ranges, in order; null for one that is not listed. */
    List<RangeListing> listings() {
        List<RangeListing> listings = new ArrayList<>();
        entries.forEach(entry -> listings.add(entry.listing));
        return Collections.unmodifiableList(listings);
    }

    /** How far it is. */
    Checkpoint checkpoint() {
        return new Checkpoint(
                entries.stream().skip(1).map(entry -> entry.range.from()).toList(),
                entries.stream()
                        .map(entry -> entry.done == null ? List.<Checkpoint.Range>of() : List.of(entry.done))
                        .toList());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(underWay).append(" under way, ").append(promised).append(" promised, waiting are ");
        text.append(waiting.stream().map(entry -> entry.range.from()).toList());
        for (Entry entry : entries) {
            text.append("\n  ").append(entry.range).append(entry.listing == null ? "" : ", " + entry.listing);
        }
        return text.toString();
    }
}
