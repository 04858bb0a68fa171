package dev.littoral.activities.protocol;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Goes through every interleaving of a small world, each state once. */
final class Explorer {
    private final World world;
    private final int maxStates;
    private final Map<World.Key, BigInteger> interleavings = new HashMap<>();
    private long moves;
    private long ends;
    private boolean cut;

    private Explorer(World world, int maxStates) {
        this.world = world;
        this.maxStates = maxStates;
    }

    /**
     * What was covered.
     *
     * @param states distinct states
     * @param moves moves between them
     * @param interleavings orders in which the calls of the world can be made, faults included
     * @param ends states in which nothing more can happen
     * @param runs how often real code ran
     * @param whole whether that was all there is
     */
    record Covered(long states, long moves, BigInteger interleavings, long ends, long runs, boolean whole) {}

    /**
     * What broke.
     *
     * @param violation the finding
     * @param story how it came to be, from the first move on
     * @param states how many states were looked at before
     */
    record Broken(Violation violation, List<String> story, long states) {}

    /** Looks at every state. A violation comes out as an error that tells its story. */
    static Covered all(Setup setup, int maxStates) {
        World world = new World(setup, Safeguard.NOTHING);
        Explorer explorer = new Explorer(world, maxStates);
        List<Object> path = new ArrayList<>();
        try {
            BigInteger interleavings = explorer.from(world.first(), path);
            return new Covered(
                    explorer.interleavings.size(),
                    explorer.moves,
                    interleavings,
                    explorer.ends,
                    world.runs(),
                    !explorer.cut);
        } catch (Violation e) {
            Broken broken = new Broken(e, story(world, path), explorer.interleavings.size());
            throw new AssertionError(setup.name() + ", " + words(broken), e);
        }
    }

    /** The number of interleavings from a state on. The moves on the way to a violation stay in the path. */
    private BigInteger from(World.State state, List<Object> path) {
        World.Key key = world.key(state);
        BigInteger known = interleavings.get(key);
        if (known != null) {
            return known;
        }
        if (interleavings.size() >= maxStates) {
            cut = true;
            return BigInteger.ONE;
        }
        List<Object> next = world.moves(state);
        BigInteger sum = BigInteger.ZERO;
        if (next.isEmpty()) {
            world.quiet(state);
            ends++;
            sum = BigInteger.ONE;
        }
        for (Object move : next) {
            path.add(move);
            moves++;
            sum = sum.add(from(world.after(state, move, null), path));
            path.remove(path.size() - 1);
        }
        interleavings.put(key, sum);
        return sum;
    }

    private record Step(Step before, Object move) {}

    /** Looks for the shortest way to a violation; null when there is none in so many states. */
    static Broken shortest(Setup setup, Safeguard lost, int maxStates) {
        World world = new World(setup, lost);
        record Place(World.State state, Step last) {}
        Set<World.Key> seen = new HashSet<>();
        Deque<Place> queue = new ArrayDeque<>();
        World.State first = world.first();
        queue.add(new Place(first, null));
        seen.add(world.key(first));
        while (!queue.isEmpty()) {
            Place place = queue.removeFirst();
            Step last = place.last();
            try {
                List<Object> moves = world.moves(place.state());
                if (moves.isEmpty()) {
                    world.quiet(place.state());
                }
                for (Object move : moves) {
                    last = new Step(place.last(), move);
                    World.State next = world.after(place.state(), move, null);
                    if (seen.size() < maxStates && seen.add(world.key(next))) {
                        queue.addLast(new Place(next, last));
                    }
                    last = place.last();
                }
            } catch (Violation e) {
                List<Object> path = new ArrayList<>();
                for (Step step = last; step != null; step = step.before()) {
                    path.add(0, step.move());
                }
                return new Broken(e, story(world, path), seen.size());
            }
        }
        return null;
    }

    private static List<String> story(World world, List<Object> path) {
        List<String> story = new ArrayList<>();
        World.State state = world.first();
        try {
            for (Object move : path) {
                state = world.after(state, move, story);
            }
        } catch (Violation e) {
            story.add(e.getMessage());
            return story;
        }
        story.add("and nothing more can happen");
        return story;
    }

    static String words(Broken broken) {
        return broken.violation().getMessage() + "\n  " + String.join("\n  ", broken.story());
    }
}
