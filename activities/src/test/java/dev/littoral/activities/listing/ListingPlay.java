package dev.littoral.activities.listing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.source.OutOfOrderException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * An initial listing whose threads are actors that move one at a time, as the test says: one move is what a thread does
 * between two points where others can come in between. The queue and its ranges are the real ones.
 */
final class ListingPlay {
    /**
     * A small world.
     *
     * @param paths what the store has, in order
     * @param points where a range can be split, in order
     * @param pageSize how many paths a page has
     * @param threads how many list at once
     * @param maxRanges the most ranges
     * @param asksOfAll whether the store also asks of paths that it meets on the way to a range
     * @param changes a path that appears, or vanishes where it is there, at some moment; or null
     */
    record World(
            List<String> paths,
            List<String> points,
            int pageSize,
            int threads,
            int maxRanges,
            boolean asksOfAll,
            String changes) {}

    private enum Mode {
        ARRIVES,
        WAITS,
        LISTS,
        ENDS,
        HANDS_OVER,
        LOOKS_FOR_POINTS,
        SPLITS,
        LEFT
    }

    private final World world;
    private final RangeQueue queue;
    private final NavigableSet<String> store = new TreeSet<>(PathOrder.ORDER);
    private final List<Actor> actors;
    private final List<SplittableRange> taken = new ArrayList<>();
    private boolean changed;

    ListingPlay(World world, Checkpoint from) {
        this.world = world;
        this.queue = new RangeQueue(world.pageSize(), world.maxRanges(), from);
        this.store.addAll(world.paths());
        this.actors =
                IntStream.range(0, world.threads()).mapToObj(i -> new Actor()).toList();
        this.changed = world.changes() == null;
    }

    /** Those who can move: threads by number, and after them the store's change. */
    List<Integer> movers() {
        List<Integer> movers = new ArrayList<>();
        for (int i = 0; i < actors.size(); i++) {
            if (actors.get(i).mode != Mode.LEFT) {
                movers.add(i);
            }
        }
        if (!changed) {
            movers.add(actors.size());
        }
        return movers;
    }

    /** One moves. */
    void move(int mover) {
        if (mover < actors.size()) {
            actors.get(mover).move();
        } else if (!store.remove(world.changes())) {
            store.add(world.changes());
        }
        changed |= mover == actors.size();
        assertRangesMeet();
    }

    boolean isOver() {
        return actors.stream().allMatch(actor -> actor.mode == Mode.LEFT);
    }

    Checkpoint checkpoint() {
        return queue.checkpoint();
    }

    /** What tells this moment from others; which thread does what is all one. */
    String moment() {
        return queue + "\n" + actors.stream().map(Actor::toString).sorted().toList() + store;
    }

    private void assertRangesMeet() {
        List<String> points = queue.checkpoint().splitPoints();
        assertThat(points).hasSizeLessThan(Math.max(1, world.maxRanges())).doesNotHaveDuplicates();
        assertThat(points).isSortedAccordingTo(PathOrder.ORDER);
        for (SplittableRange range : taken) {
            PathRange paths = range.paths();
            int next = paths.from() == null ? 0 : points.indexOf(paths.from()) + 1;
            assertThat(paths.from() == null || next > 0)
                    .as("%s starts at a point", range)
                    .isTrue();
            assertThat(paths.to()).as("end of %s", range).isEqualTo(next == points.size() ? null : points.get(next));
        }
    }

    /** At its end: nothing is lost or doubled, and only a store that changes is listed again whole. */
    void assertWhole() {
        List<String> listed = queue.listings().stream()
                .flatMap(listing -> listing.parts().stream())
                .map(StagedFiles::object)
                .toList();
        if (world.changes() == null) {
            assertThat(listed).isEqualTo(world.paths());
            assertThat(joins()).as("ranges that meet agree").isTrue();
        } else {
            assertThat(listed).doesNotHaveDuplicates().isSortedAccordingTo(PathOrder.ORDER);
            assertThat(listed.stream().filter(path -> !path.equals(world.changes())))
                    .isEqualTo(world.paths().stream()
                            .filter(path -> !path.equals(world.changes()))
                            .toList());
        }
    }

    private boolean joins() {
        try {
            SourceLister.checkJoins(queue.listings());
            return true;
        } catch (OutOfOrderException e) {
            return false;
        }
    }

    /** One of the threads. */
    private final class Actor {
        private Mode mode = Mode.ARRIVES;
        private RangeQueue.Task task;
        private PathRange asked;
        private String after;
        private boolean lastPage;
        private final Deque<String> page = new ArrayDeque<>();
        private final List<StagedFiles> listed = new ArrayList<>();
        private String beyond;
        private List<String> points = List.of();

        void move() {
            switch (mode) {
                case ARRIVES, WAITS -> take();
                case LISTS -> list();
                case ENDS -> {
                    task.range().end();
                    mode = Mode.HANDS_OVER;
                }
                case HANDS_OVER -> {
                    String first = listed.isEmpty() ? null : listed.get(0).object();
                    queue.listed(
                            task.range(),
                            new RangeListing(
                                    null, false, List.copyOf(listed), listed.size(), 0, List.of(), first, beyond));
                    reset(Mode.ARRIVES);
                }
                case LOOKS_FOR_POINTS -> {
                    RangeQueue.Task.SplitRange split = (RangeQueue.Task.SplitRange) task;
                    assertThat(split.most()).isPositive();
                    SplittableRange.Progress at = split.range().progress(split.most());
                    points = world.points().stream()
                            .filter(point -> new PathRange(at.last() + "\0", at.to()).contains(point))
                            .limit(at.maxPoints())
                            .toList();
                    mode = Mode.SPLITS;
                }
                case SPLITS -> {
                    queue.split((RangeQueue.Task.SplitRange) task, points);
                    reset(Mode.ARRIVES);
                }
                case LEFT -> throw new IllegalStateException("It has left");
            }
        }

        private void take() {
            int idle = 1
                    + (int) actors.stream()
                            .filter(actor -> actor != this && actor.mode == Mode.WAITS)
                            .count();
            task = queue.next(idle).orElse(null);
            if (task == null) {
                mode = queue.isDrained() ? Mode.LEFT : Mode.WAITS;
            } else if (task instanceof RangeQueue.Task.ListRange list) {
                mode = Mode.LISTS;
                taken.add(list.range());
                asked = list.range().paths();
                // As stores do: they start after a key, a range with it.
                after = asked.from() == null
                        ? ""
                        : asked.from().substring(0, asked.from().length() - 1);
            } else {
                mode = Mode.LOOKS_FOR_POINTS;
            }
        }

        private void list() {
            if (page.isEmpty() && !lastPage) {
                store.tailSet(after, false).stream().limit(world.pageSize()).forEach(page::add);
                lastPage = page.size() < world.pageSize();
                after = page.isEmpty() ? after : page.getLast();
                if (world.changes() != null) {
                    // What comes next may be old when it is handed over.
                    return;
                }
            }
            String path = page.poll();
            boolean isInRange = path != null && asked.contains(path);
            if (path == null) {
                mode = lastPage ? Mode.ENDS : Mode.LISTS;
            } else if (asked.to() != null && PathOrder.compare(path, asked.to()) >= 0) {
                end(path);
            } else if ((isInRange || world.asksOfAll()) && !task.range().accepts(path, () -> {})) {
                end(path);
            } else if (isInRange) {
                listed.add(new StagedFiles(path, path, 1, null));
            }
        }

        private void end(String path) {
            beyond = path;
            mode = Mode.ENDS;
        }

        private void reset(Mode next) {
            mode = next;
            task = null;
            asked = null;
            after = null;
            lastPage = false;
            page.clear();
            listed.clear();
            beyond = null;
            points = List.of();
        }

        @Override
        public String toString() {
            return mode + " " + (task == null ? "" : task.range().from()) + " " + asked + " " + after + lastPage + page
                    + listed + beyond + points;
        }
    }
}
