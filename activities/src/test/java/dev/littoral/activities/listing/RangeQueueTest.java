package dev.littoral.activities.listing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.listing.ListingPlay.World;
import dev.littoral.activities.path.PathOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An initial listing in every order in which its threads can meet. */
class RangeQueueTest {
    private static final int NO_BOUND = 512;

    /** What stores list before "az" where they are asked for what comes after "a". */
    private static final List<String> NEIGHBOURS = List.of("a", "a-", "a.", "aa", "ac", "ay", "az", "b");

    private static List<String> letters(String letters) {
        return letters.chars().mapToObj(c -> String.valueOf((char) c)).toList();
    }

    static Stream<World> smallWorlds() {
        return Stream.of(
                new World(List.of(), List.of(), 1, 2, NO_BOUND, false, null),
                new World(letters("a"), letters("ab"), 1, 2, NO_BOUND, false, null),
                new World(letters("abcdefg"), letters("ceg"), 1, 2, NO_BOUND, false, null),
                new World(letters("abcdefg"), letters("ceg"), 2, 2, NO_BOUND, false, null),
                // Points where nothing is, and two without anything between them.
                new World(letters("abcdmn"), List.of("c", "e", "f", "m", "z"), 1, 2, NO_BOUND, false, null),
                new World(letters("abcde"), letters("bcde"), 1, 3, NO_BOUND, false, null),
                // Others split while one looks for points: together they keep to the bound.
                new World(letters("abcdef"), letters("bcdef"), 1, 3, 3, false, null),
                new World(NEIGHBOURS, List.of("ac", "ay", "az"), 1, 2, NO_BOUND, false, null),
                new World(NEIGHBOURS, List.of("ac", "ay", "az"), 1, 2, NO_BOUND, true, null),
                new World(NEIGHBOURS, List.of("ac", "az"), 2, 3, NO_BOUND, true, null),
                new World(letters("abcef"), letters("cde"), 1, 2, NO_BOUND, false, "d"),
                new World(letters("abcdef"), letters("cde"), 2, 2, NO_BOUND, false, "d"));
    }

    /**
     * No order loses a path, names one twice, or has ranges that meet disagree, so that all is listed again and sorted.
     */
    @ParameterizedTest
    @MethodSource("smallWorlds")
    void inEveryOrderEachPathIsListedOnceAndNothingIsSortedWithoutNeed(World world) {
        Set<String> seen = new HashSet<>();
        Set<Checkpoint> checkpoints = new HashSet<>();
        Deque<List<Integer>> open = new ArrayDeque<>(List.of(List.of()));
        int ends = 0;
        while (!open.isEmpty()) {
            List<Integer> moves = open.pop();
            ListingPlay play = played(world, moves);
            List<Integer> movers = play.movers();
            boolean goesOn = false;
            String here = play.moment();
            for (int mover : movers) {
                ListingPlay next = played(world, moves);
                step(next, moves, mover);
                String moment = next.moment();
                goesOn |= !moment.equals(here);
                if (seen.add(moment)) {
                    List<Integer> longer = new ArrayList<>(moves);
                    longer.add(mover);
                    open.push(longer);
                    if (checkpoints.add(next.checkpoint())) {
                        assertAnotherAttemptEndsWhole(world, next.checkpoint());
                    }
                }
            }
            if (play.isOver()) {
                ends++;
                assertWhole(play, moves);
            } else {
                assertThat(goesOn)
                        .as("somebody goes on after %s:%n%s", moves, here)
                        .isTrue();
            }
        }
        assertThat(ends).isPositive();
    }

    /** Larger worlds, each in some orders. */
    @Test
    void inRandomOrdersOfLargerWorldsEachPathIsListedOnce() {
        for (int seed = 0; seed < 1_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            World world = world(random);
            ListingPlay play = new ListingPlay(world, null);
            List<Integer> moves = new ArrayList<>();
            int dies = random.nextInt(400);
            while (!play.isOver()) {
                List<Integer> movers = play.movers();
                // One thread gets far ahead of the others, as threads do.
                int mover = movers.get(Math.min(random.nextInt(movers.size()), random.nextInt(movers.size())));
                step(play, moves, mover);
                moves.add(mover);
                if (moves.size() == dies) {
                    play = new ListingPlay(world, play.checkpoint());
                }
            }
            assertWhole(play, List.of(seed));
        }
    }

    private static World world(SplittableRandom random) {
        TreeSet<String> paths = new TreeSet<>(PathOrder.ORDER);
        TreeSet<String> points = new TreeSet<>(PathOrder.ORDER);
        int count = random.nextInt(120);
        for (int i = 0; i < count; i++) {
            paths.add(path(random));
        }
        for (int i = random.nextInt(40); i > 0; i--) {
            points.add(path(random));
        }
        int[] bounds = {1, 2, 3, 5, NO_BOUND};
        return new World(
                List.copyOf(paths),
                List.copyOf(points),
                1 + random.nextInt(4),
                1 + random.nextInt(5),
                bounds[random.nextInt(bounds.length)],
                random.nextBoolean(),
                null);
    }

    private static String path(SplittableRandom random) {
        StringBuilder path = new StringBuilder();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            path.append("ab/-z".charAt(random.nextInt(5)));
        }
        return path.toString();
    }

    private static ListingPlay played(World world, List<Integer> moves) {
        ListingPlay play = new ListingPlay(world, null);
        moves.forEach(play::move);
        return play;
    }

    private static void step(ListingPlay play, List<Integer> moves, int mover) {
        String before = play.moment();
        try {
            play.move(mover);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("after " + moves + " and " + mover + ":\n" + before, e);
        }
    }

    private static void assertWhole(ListingPlay play, List<Integer> moves) {
        try {
            play.assertWhole();
        } catch (AssertionError e) {
            throw new AssertionError("after " + moves + ":\n" + play.moment(), e);
        }
    }

    private static void assertAnotherAttemptEndsWhole(World world, Checkpoint from) {
        if (world.changes() == null) {
            ListingPlay play = new ListingPlay(world, from);
            while (!play.isOver()) {
                play.movers().forEach(play::move);
            }
            assertWhole(play, List.of());
        }
    }
}
